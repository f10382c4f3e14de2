"""Sums of a bulk load by keys, page by page; loads pyarrow, for the worker only."""

from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

MOST_LOOSE = 40_000
MOST_KEPT = 100_000
"""Sums that are more go into their table: a month's are seldom met again later in the feed.

A quarter and 40,000 of them took 8 MB less, and half as long again: they are put together so much
more often, in memory that goes back to the system each time.
"""


class BulkSums:
    """Sums by keys that grow page by page; what is not yet added together stays bounded."""

    def __init__(self, keys: list[str], sums: tuple[str, ...]) -> None:
        self._keys = keys
        self._names = sums
        self._parts: list[Any] = []
        self._loose = 0

    def add(self, rows: Any) -> None:
        """Take in the rows of a page."""
        part = self._added(rows)
        self._parts.append(part)
        self._loose += part.num_rows
        if self._loose > MOST_LOOSE:
            self._parts = [self._together()]
            self._loose = 0

    @property
    def are_many(self) -> bool:
        """Whether they should be taken now, since they hold much memory."""
        return not self._loose and self._parts[0].num_rows > MOST_KEPT

    def take(self) -> Any:
        """A table of the keys and the sums that are not 0, None where there are none.

        Then it begins anew.
        """
        if not self._parts:
            return None
        taken = self._together()
        self._parts, self._loose = [], 0
        moved = reduce(pc.or_, (pc.not_equal(taken[name], 0) for name in self._names))
        left = taken.filter(moved)
        return left if left.num_rows else None

    def _together(self) -> Any:
        return self._added(pa.concat_tables(self._parts))

    def _added(self, rows: Any) -> Any:
        sums = [(name, "sum") for name in self._names]
        grouped = rows.group_by(self._keys, use_threads=False).aggregate(sums)
        told = grouped.select([*self._keys, *(f"{name}_sum" for name in self._names)])
        return told.rename_columns([*self._keys, *self._names])
