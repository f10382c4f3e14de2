"""Cells, cities, and where rows lie."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select

from analytics_service.domain.categories import Tally
from analytics_service.domain.filters import Filter
from analytics_service.domain.grid import AREA, FINEST, NO_CELL, Extent
from analytics_service.domain.heat import City
from analytics_service.store import tables as t
from analytics_service.store.access import FACTS, AccessPath, Part, map_parts, path_of
from analytics_service.store.conditions import figures
from analytics_service.store.heat import (
    areas_of_facts,
    cell_columns,
    coarser_or_none,
    read_extent,
)
from analytics_service.store.reading import Reading

_NOWHERE = (NO_CELL, NO_CELL)


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
        parts = map_parts(where, decimals)
        found: dict[tuple[int, int], Tally] = {}
        for part in parts:
            # One more than are asked for tells that there are too many, one holds what has no cell.
            for y, x, count, amount in self._tuples(self._cells(part, decimals).limit(limit + 2)):
                found[y, x] = found.get((y, x), Tally()) + Tally(count, amount)
        unlocated = found.pop(_NOWHERE, Tally())
        if _reads_cells(parts[0]) and len(found) <= limit:
            self._totals = {where: sum(found.values(), unlocated)}  # asked for next
        return found

    def _cells(self, part: Part, decimals: int) -> Select[Any]:
        path = path_of(part.where, "cell")
        conditions = (*self._conditions(part.table, part.where, path=path), *part.months)
        count, amount = figures(part.table, part.where)
        if not _reads_cells(part):
            row, column, is_located = cell_columns(part.table, decimals)
            sums: list[Any] = [row, column, count, amount]
            return select(*sums).where(*conditions, is_located).group_by(row, column)
        # The index has areas in order, and their cells: only these are sorted into coarser ones.
        by_area = decimals <= AREA
        steps = [areas_of_facts()] if by_area else [areas_of_facts(), FACTS.c.cell]
        groups = [*steps[:-1], steps[-1].label("place"), count.label("n"), amount.label("s")]
        fine = select(*groups).where(*conditions).group_by(*steps).subquery().c
        place = coarser_or_none(fine.place, decimals, of=AREA if by_area else FINEST)
        sums = [*place, func.sum(fine.n), func.sum(fine.s)]
        return select(*sums).group_by(*place)


def _reads_cells(part: Part) -> bool:
    return part.table is FACTS and path_of(part.where, "cell") is AccessPath.CELLS
