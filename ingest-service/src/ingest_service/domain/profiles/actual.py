"""Actual Budget's transaction export (CSV): signed amounts, days only, splits as rows of their own.

What is not known: a transfer's payee is the other account's name, which nothing tells apart from
a shop's, so transfers are told by an empty category and the word only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_BALANCE = r"(?i)^(?:starting balance|reconciliation balance adjustment)"
_TRANSFER = r"(?i)^transfer\b"
_PARENT = r"^\(SPLIT INTO \d+\)"
_ZERO = r"-?0*[.]?0*"


class Actual(HeaderProfile):
    """The Actual profile."""

    id = "actual"
    name = "Actual Budget"
    required = tuple(frozenset({name}) for name in ("date", "payee", "notes", "category", "amount"))
    own = frozenset({"split_amount", "cleared", "account"})

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        stated, split = c.text(frame, "amount"), c.text(frame, "split_amount")
        parent = c.has(c.text(frame, "notes"), _PARENT)
        # A part of a split has its amount in the second column, its parent repeats the sum.
        value = stated.mask(stated.str.fullmatch(_ZERO) & (split != ""), split)
        payee = c.text(frame, "payee")
        moved = c.has(payee, _TRANSFER).map({True: "transfer", False: ""}).astype("str")
        amount, direction = c.signed(
            c.plain_numbers(value), moved, {"transfer": "transfer"}, spending_is_negative=True
        )
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "date"),
            amount_text=amount,
            direction=direction,
            merchant=payee,
            note=c.text(frame, "notes").str.replace(r"^\(SPLIT \d+ OF \d+\)\s*", "", regex=True),
            account=c.text(frame, "account"),
            category_path=c.text(frame, "category").str.replace(":", "/", regex=False),
            source=self.id,
        )
        balance = c.has(payee, _BALANCE) | c.has(c.text(frame, "category"), _BALANCE)
        return c.ignored(
            drafted,
            [
                (parent, "summary-row"),
                (balance, "balance-row"),
                (amount.str.fullmatch(_ZERO) & (amount != ""), "zero-amount"),
            ],
        )


PROFILE = Actual()
