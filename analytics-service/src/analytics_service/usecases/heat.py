"""Heat maps: spending by cell of a grid, and by city."""

from analytics_service.domain.categories import Tally
from analytics_service.domain.filters import Filter
from analytics_service.domain.grid import COARSEST, FINEST, MAX_CELLS, fitting_decimals, parts_of
from analytics_service.domain.heat import City, CityMap, Grid, HeatCell, HeatCity
from analytics_service.domain.ports import Snapshot
from analytics_service.domain.shares import shares_of
from analytics_service.usecases.charts import check_range, sum_of

Cells = list[tuple[tuple[int, int], Tally]]


def heat_grid(snapshot: Snapshot, where: Filter, *, decimals: int | None) -> Grid:
    """Spending by cell; None: cells of which a hundred lie across the box, or across all rows.

    More than MAX_CELLS are put into coarser cells until they are as few, so that no row is lost.

    Raises:
        InvalidRange: the range ends before it begins.
    """
    check_range(where)
    if decimals is None:
        box = where.box
        extent = (
            snapshot.extent(where) if box is None else (box.west, box.south, box.east, box.north)
        )
        decimals = fitting_decimals(extent)
    used = decimals
    found = snapshot.by_cell(where, used, limit=MAX_CELLS)
    while len(found) > MAX_CELLS and used > COARSEST:
        used -= 1
        found = snapshot.by_cell(where, used, limit=MAX_CELLS)
    located = sum_of(list(found.values()))
    # What lies in a box has coordinates: there is nothing else to be added up.
    total = located if where.box is not None else snapshot.total(where)
    ordered = sorted(found.items(), key=lambda cell: (-cell[1].amount_minor, cell[0]))
    return Grid(
        decimals=used,
        coarsened=used < decimals,
        box=where.box,
        total=total,
        located=located,
        items=_cells(ordered, where, used, total),
    )


def _cells(ordered: Cells, where: Filter, decimals: int, total: Tally) -> list[HeatCell]:
    parts = parts_of(decimals, of=FINEST)
    shares = shares_of([tally.amount_minor for _, tally in ordered], total.amount_minor)
    rows = columns = (0, 1 << 62)
    if where.box is not None:
        rows, columns = where.box.rows, where.box.columns
    return [
        HeatCell(_within(row, parts, rows), _within(column, parts, columns), tally, share)
        for ((row, column), tally), share in zip(ordered, shares, strict=True)
    ]


def _within(index: int, parts: int, bounds: tuple[int, int]) -> tuple[int, int]:
    """The finest steps of a cell that lie within a box."""
    return max(index * parts, bounds[0]), min((index + 1) * parts, bounds[1])


def heat_cities(snapshot: Snapshot, where: Filter) -> CityMap:
    """Spending by city.

    Raises:
        InvalidRange: the range ends before it begins.
    """
    check_range(where)
    tallies = dict(snapshot.by_city(where))
    total = sum_of(list(tallies.values()))
    tallies.pop(0, None)
    codes = snapshot.label_texts(sorted(tallies))
    ordered = sorted(
        ((codes[label], tally) for label, tally in tallies.items()),
        key=lambda item: (-item[1].amount_minor, -item[1].count, item[0]),
    )
    told, rest = ordered[:MAX_CELLS], ordered[MAX_CELLS:]
    cities = snapshot.cities([code for code, _ in told])
    shares = shares_of([tally.amount_minor for _, tally in told], total.amount_minor)
    return CityMap(
        total=total,
        located=sum_of([tally for _, tally in ordered]),
        items=[
            HeatCity(cities.get(code, City(code, code, code, 0.0, 0.0)), tally, share)
            for (code, tally), share in zip(told, shares, strict=True)
        ],
        rest=sum_of([tally for _, tally in rest]),
    )
