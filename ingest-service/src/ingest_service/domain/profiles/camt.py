"""CAMT.052, .053 and .054, from the table that reading/documents/camt.py makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_DIRECTION = {"CRDT": "income", "DBIT": "expense"}
_ZERO = r"0*[.]?0+"


class Camt(HeaderProfile):
    """The CAMT profile."""

    id = "camt"
    name = "CAMT.052 / .053 / .054 (ISO 20022)"
    formats = ("xml",)
    required = (frozenset({"camt:date"}), frozenset({"camt:amount"}))
    confidence = 0.99

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        mark = c.text(frame, "camt:mark")
        amount = c.text(frame, "camt:amount")
        currency = c.text(frame, "camt:currency")
        given_back = (mark == "CRDT") & c.text(frame, "camt:reversal").isin(["true", "1"])
        status = c.text(frame, "camt:status")
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "camt:date"),
            amount_text=c.plain_numbers(amount),
            currency_text=currency.mask(currency == "", "?"),
            direction=mark.map(_DIRECTION).fillna("").astype("str").mask(given_back, "refund"),
            merchant=c.text(frame, "camt:payee"),
            note=c.text(frame, "camt:purpose"),
            account=c.text(frame, "camt:account"),
            external_id=c.text(frame, "camt:reference"),
            order_ref=c.text(frame, "camt:end_to_end"),
            keywords=c.text(frame, "camt:code"),
            source=self.id,
        )
        return c.ignored(
            drafted.assign(pending=status == "PDNG"),
            [
                (status == "INFO", "not-a-transaction"),
                (amount.str.fullmatch(_ZERO), "zero-amount"),
            ],
        )


PROFILE = Camt()
