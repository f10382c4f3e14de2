"""QIF files, from the table that reading/documents/qif.py makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_OPENING = r"(?i)^(?:opening|starting) balance$"
_ZERO = r"[-+]?0*[.,]?0+"


class Qif(HeaderProfile):
    """The QIF profile."""

    id = "qif"
    name = "QIF (Quicken)"
    formats = ("qif",)
    required = (frozenset({"qif:date"}), frozenset({"qif:amount"}))
    confidence = 0.99

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        category = c.text(frame, "qif:category")
        payee = c.text(frame, "qif:payee")
        between = category.str.startswith("[")
        amount, direction = c.signed(
            c.text(frame, "qif:amount"),
            between.map({True: "transfer", False: ""}).astype("str"),
            {"transfer": "transfer"},
            spending_is_negative=True,
        )
        # What follows "/" is Quicken's class, no part of the category.
        path = category.str.partition("/")[0].str.replace(":", "/", regex=False)
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "qif:date"),
            amount_text=amount,
            direction=direction,
            merchant=payee,
            note=c.text(frame, "qif:memo"),
            account=c.text(frame, "qif:account"),
            category_path=path.mask(between, ""),
            source=self.id,
        )
        return c.ignored(
            drafted,
            [
                (c.text(frame, "qif:section") != "", "not-a-transaction"),
                (between & c.has(payee, _OPENING), "balance-row"),
                (amount.str.fullmatch(_ZERO), "zero-amount"),
            ],
        )


PROFILE = Qif()
