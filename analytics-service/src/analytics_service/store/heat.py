"""Cells, boxes and cities in SQL."""

from sqlalchemy import ColumnElement, Connection, Table, case, func, literal_column, select

from analytics_service.domain.filters import ANY_CITY, NO_CITY, Filter
from analytics_service.domain.grid import (
    AREA,
    FINEST,
    MAX_LATITUDE,
    MAX_LONGITUDE,
    NO_CELL,
    WIDTH,
    Extent,
    parts_of,
)
from analytics_service.store import tables as t

FACTS = t.expense_facts
Condition = ColumnElement[bool]
Number = ColumnElement[int]
_ON_MAP: Condition = literal_column("cell >= 0")


def cell_columns(table: Table, decimals: int) -> tuple[Number, Number, Condition]:
    """Row and column of the cells of a size in a table, and whether there is one."""
    if table is FACTS:
        return *coarser(FACTS.c.cell, decimals), _ON_MAP
    area, parts = table.c.area, parts_of(decimals, of=AREA)
    return area // WIDTH // parts, area % WIDTH // parts, area != NO_CELL


def areas_of_facts() -> Number:
    """The rollups' cell of a fact, NO_CELL where it has none, as the index by area has it."""
    return literal_column(t.AREA_OF_CELL, FACTS.c.cell.type)


def coarser_or_none(place: Number, decimals: int, *, of: int) -> tuple[Number, Number]:
    """Row and column of the cell of a size that holds one of `of` decimals; NO_CELL for none."""
    parts = parts_of(decimals, of=of)
    row, column = place // WIDTH // parts, place % WIDTH // parts
    is_none = place == NO_CELL
    return case((is_none, NO_CELL), else_=row), case((is_none, NO_CELL), else_=column)


def areas_within(where: Filter) -> list[Condition]:
    """Which part of the index by area a filter by place is to be looked for in."""
    if where.box is None:
        return [areas_of_facts() >= literal_column("0")] if where.located else []
    parts = parts_of(AREA, of=FINEST)
    first, last = where.box.rows[0] // parts, (where.box.rows[1] - 1) // parts + 1
    return [areas_of_facts() >= first * WIDTH, areas_of_facts() < last * WIDTH]


def coarser(cell: Number, decimals: int) -> tuple[Number, Number]:
    """Row and column of the cell of a size that holds a finest one."""
    parts = parts_of(decimals, of=FINEST)
    return cell // WIDTH // parts, cell % WIDTH // parts


def area_conditions(where: Filter, table: Table) -> list[Condition]:
    """What a filter says of places, in a rollup by area: its box is one of whole areas."""
    if where.box is None:
        return []
    parts = parts_of(AREA, of=FINEST)
    (south, north), (west, east) = (
        (first // parts, last // parts) for first, last in (where.box.rows, where.box.columns)
    )
    area = table.c.area
    return [
        area >= south * WIDTH,
        area < north * WIDTH,
        area % WIDTH >= west,
        area % WIDTH < east,
    ]


def place_conditions(where: Filter, cell: Number) -> list[Condition]:
    """What a filter says of places; `cell` may be hidden from the indexes."""
    found: list[Condition] = []
    if where.located is not None:
        found.append(_ON_MAP if where.located else cell == NO_CELL)
    if where.box is not None:
        rows, columns = where.box.rows, where.box.columns
        found += [_ON_MAP, cell >= rows[0] * WIDTH, cell < rows[1] * WIDTH]
        found += [cell % WIDTH >= columns[0], cell % WIDTH < columns[1]]
    if where.city == NO_CITY:
        found.append(FACTS.c.city_id == t.NO_LABEL)
    elif where.city == ANY_CITY:
        found.append(FACTS.c.city_id != t.NO_LABEL)
    elif where.city is not None:
        found.append(FACTS.c.city_id == _label(where.owner_id, where.city))
    return found


def read_extent(connection: Connection, where: Filter) -> Extent | None:
    """Where all rows of the owner's currency and direction lie; None where nowhere."""
    c = t.areas.c
    row, column = c.area // WIDTH, c.area % WIDTH
    query = select(func.min(column), func.min(row), func.max(column), func.max(row)).where(
        c.user_id == where.owner_id,
        c.currency == where.currency,
        c.direction == where.direction,
        c.area != NO_CELL,
    )
    west, south, east, north = connection.execute(query).one()
    if west is None:
        return None
    steps = 10**AREA
    return (
        west / steps - MAX_LONGITUDE,
        south / steps - MAX_LATITUDE,
        (east + 1) / steps - MAX_LONGITUDE,
        (north + 1) / steps - MAX_LATITUDE,
    )


def _label(owner_id: int, text: str) -> Number:
    labels = t.labels.c
    query = select(labels.id).where(labels.user_id == owner_id, labels.text == text)
    return query.scalar_subquery()
