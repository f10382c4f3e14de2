"""TD Canada Trust: the account activity (CSV), which has no header row.

day/month as 05/01/2023 (month first), description, debit, credit, balance. Known by the shape of
all rows at hand: five cells, a day, one amount of two, and a balance.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest_service.domain.profiles.base import NO_HEADER, Recognition, Sample

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("date", "description", "debit", "credit", "balance")
_DAY = re.compile(r"(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/\d{4}")
_AMOUNT = re.compile(r"\d[\d,]*\.\d{2}")
_OWN_MOVE = (
    r"(?i)\bPAYMENT - THANK YOU|TFR-(?:TO|FR)|^TFR\b|TRANSFER (?:TO|FROM)|VISA PAYMENT|PTS TO"
)


class TD:
    """The TD profile."""

    id = "td"
    name = "TD Canada Trust"
    formats: tuple[str, ...] = ("csv",)

    def recognise(self, sample: Sample) -> Recognition | None:
        """Fairly sure where every row has TD's shape; nothing else tells it."""
        rows = [[cell.strip() for cell in cells] for cells in sample.rows if "".join(cells).strip()]
        if not rows or not all(_fits(cells) for cells in rows):
            return None
        return Recognition(0.7, NO_HEADER, "activity", columns=_COLUMNS)

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        amount, side = c.pair(c.text(frame, "debit"), c.text(frame, "credit"))
        text = c.text(frame, "description").str.replace(r"\s+", " ", regex=True)
        drafted = c.draft(
            frame.index,
            time_text=c.reorder_dates(c.text(frame, "date"), order="mdy"),
            amount_text=amount,
            currency_text="CAD",
            direction=c.choose(
                [(c.has(text, _OWN_MOVE), "transfer"), (side == "out", "expense"),
                 (side == "in", "income")],
                default="",
                index=frame.index,
            ),
            merchant=text.str.replace(r"\s+_[A-Z]$", "", regex=True),
            account="TD",
            source=self.id,
        )  # fmt: skip
        return c.ignored(drafted, [(c.is_zero(amount), "zero-amount")])

    def ends_at(self, cells: Sequence[str]) -> bool:  # noqa: ARG002 - no footer
        """Never: the table has no footer."""
        return False


def _fits(cells: Sequence[str]) -> bool:
    if len(cells) != len(_COLUMNS) or not _DAY.fullmatch(cells[0]) or not cells[1]:
        return False
    amounts = [cell for cell in cells[2:4] if cell]
    return len(amounts) == 1 and all(
        _AMOUNT.fullmatch(cell) for cell in (*amounts, cells[4].lstrip("-"))
    )


PROFILE = TD()
