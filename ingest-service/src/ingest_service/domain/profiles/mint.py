"""Mint's transaction export (CSV): month before day, debit or credit in a column of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_TYPES = {"debit": "expense", "credit": "income"}
_OWN_MOVE = (
    r"(?i)^(?:transfer|credit card payment|transfer for cash spending|investments? transfer)"
)
_GIVEN_BACK = r"(?i)^(?:returned purchase|reimbursement)"


class Mint(HeaderProfile):
    """The Mint profile."""

    id = "mint"
    name = "Mint"
    required = tuple(
        frozenset({name})
        for name in ("date", "description", "amount", "transactiontype", "category", "accountname")
    )
    own = frozenset({"originaldescription", "labels", "notes"})

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        category = c.text(frame, "category")
        said = c.text(frame, "transactiontype").str.lower().map(_TYPES).fillna("").astype("str")
        original = c.text(frame, "originaldescription")
        merchant = c.text(frame, "description")
        return c.draft(
            frame.index,
            time_text=c.reorder_dates(c.text(frame, "date"), order="mdy"),
            amount_text=c.text(frame, "amount"),
            direction=c.choose(
                [
                    (said == "", ""),
                    (c.has(category, _OWN_MOVE), "transfer"),
                    ((said == "income") & c.has(category, _GIVEN_BACK), "refund"),
                    (said == "income", "income"),
                ],
                default="expense",
                index=frame.index,
            ),
            merchant=merchant,
            note=c.join_texts(original.mask(original == merchant, ""), c.text(frame, "notes")),
            account=c.text(frame, "accountname"),
            category_path=category,
            keywords=c.text(frame, "labels"),
            source=self.id,
        )


PROFILE = Mint()
