"""MT940 statements, from the table that reading/documents/mt940.py makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_DIRECTION = {
    "C": "income", "EC": "income", "D": "expense", "ED": "expense",
    "RC": "expense", "RD": "refund",
}  # fmt: skip
"""RC takes a credit back; RD gives a debit back. E marks what is expected only."""
_ZERO = r"0*[.]?0+"


class Mt940(HeaderProfile):
    """The MT940 profile."""

    id = "mt940"
    name = "MT940 / MT942"
    formats = ("sta", "mt940", "txt")
    required = (frozenset({"mt940:date"}), frozenset({"mt940:amount"}))
    confidence = 0.99

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        mark = c.text(frame, "mt940:mark")
        amount = c.text(frame, "mt940:amount")
        currency = c.text(frame, "mt940:currency")
        payee, purpose = c.text(frame, "mt940:payee"), c.text(frame, "mt940:purpose")
        posting = c.text(frame, "mt940:posting")
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "mt940:date"),
            amount_text=amount,
            # The opening balance names the currency; without it an amount could mean anything.
            currency_text=currency.mask(currency == "", "?"),
            direction=mark.map(_DIRECTION).fillna("").astype("str"),
            merchant=payee,
            note=purpose.mask(purpose == "", posting),
            account=c.text(frame, "mt940:account"),
            external_id=c.text(frame, "mt940:reference"),
            order_ref=c.text(frame, "mt940:end_to_end"),
            keywords=posting,
            source=self.id,
        )
        return c.ignored(
            drafted.assign(pending=mark.isin(["EC", "ED"])),
            [(amount.str.fullmatch(_ZERO), "zero-amount")],
        )


PROFILE = Mt940()
