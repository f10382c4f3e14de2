"""Cells, cities, and where rows lie."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from analytics_service.domain.categories import Tally
from analytics_service.domain.filters import Filter
from analytics_service.domain.grid import Extent
from analytics_service.domain.heat import City
from analytics_service.store import tables as t
from analytics_service.store.access import FACTS, AccessPath, Part, map_parts, path_of
from analytics_service.store.conditions import figures
from analytics_service.store.heat import cell_columns, coarser, read_extent
from analytics_service.store.reading import Reading


class MapReads(Reading):
    """Where money was spent."""

    def cities(self, codes: Sequence[str]) -> Mapping[str, City]:
        """What is known of cities, by their codes."""
        c = t.cities.c
        columns = (c.code, c.name, c.name_en, c.lat, c.lon)
        rows = self._connection.execute(select(*columns).where(c.code.in_(codes)))
        return {row.code: City(*row) for row in rows}

    def extent(self, where: Filter) -> Extent | None:
        """Where all rows of the owner's currency and direction lie; None where nowhere."""
        return read_extent(self._connection, where)

    def by_cell(
        self, where: Filter, decimals: int, *, limit: int
    ) -> Mapping[tuple[int, int], Tally]:
        """The figures of each cell (row, column) of a size; more than the limit: not all."""
        found: dict[tuple[int, int], Tally] = {}
        for part in map_parts(where, decimals):
            for y, x, count, amount in self._tuples(self._cells(part, decimals).limit(limit + 1)):
                found[y, x] = found.get((y, x), Tally()) + Tally(count, amount)
        return found

    def _cells(self, part: Part, decimals: int) -> Select[Any]:
        path = path_of(part.where, "cell")
        conditions = (*self._conditions(part.table, part.where, path=path), *part.months)
        count, amount = figures(part.table, part.where)
        row, column, is_located = cell_columns(part.table, decimals)
        place = (row, column)
        if part.table is not FACTS or path is not AccessPath.CELLS:
            sums: list[Any] = [*place, count, amount]
            return select(*sums).where(*conditions, is_located).group_by(*place)
        # The index has the finest cells in order: only these are sorted into coarser ones.
        finest = (FACTS.c.cell, count.label("n"), amount.label("s"))
        rows = select(*finest).where(*conditions, is_located).group_by(FACTS.c.cell)
        fine = rows.subquery().c
        place = coarser(fine.cell, decimals)
        sums = [*place, func.sum(fine.n), func.sum(fine.s)]
        return select(*sums).group_by(*place)
