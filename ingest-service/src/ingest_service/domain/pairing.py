"""Rows that a statement tells with another time or amount, found by their order number.

What is decided here depends on the rows of one number alone and not on their order in the file, so
that it can be decided again without one of the files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

# A row that is settled already is taken for a changed one within these days only, and where its
# order number stands once in file and table; else it is another payment of the same number.
CHANGED_WITHIN_S = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the file or of the table, as far as rows of one number can be compared.

    at: its number in the file, or its id. occurrence: its number among equal rows.
    """

    at: int
    time: int
    amount_minor: int
    occurrence: int
    merchant: str
    is_open: bool


def pair(told: Iterable[Told], stored: Iterable[Told], *, taken: Collection[int]) -> dict[int, int]:
    """Row of the file -> stored row of the same number that it tells anew.

    What was open is what is told now, in order of time; else one row that changed a little.

    Args:
        told: rows of the file that are not among the stored ones as they are.
        stored: all rows of the number that stand, however old.
        taken: of these the rows that the file tells as they are.
    """
    unknown = sorted(told, key=_order)
    free = [row for row in stored if row.at not in taken]
    still_open = sorted((row for row in free if row.is_open), key=_order)
    pairs = {row.at: known.at for row, known in zip(unknown, still_open, strict=False)}
    if len(unknown) == 1:
        near = [row for row in stored if row.is_open or _is_near(unknown[0], row)]
        rest = [row for row in near if not row.is_open and row.at not in taken]
        if len(near) == len(rest) == 1 and _alike(unknown[0], rest[0]):
            pairs[unknown[0].at] = rest[0].at
    return pairs


def _order(row: Told) -> tuple[int, int, int]:
    return row.time, row.amount_minor, row.occurrence


def _is_near(told: Told, stored: Told) -> bool:
    return abs(told.time - stored.time) <= CHANGED_WITHIN_S


def _alike(told: Told, stored: Told) -> bool:
    one, other = told.merchant, stored.merchant
    return told.is_open or one in other or other in one
