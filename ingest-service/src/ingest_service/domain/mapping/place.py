"""Where a mapping's table stands in a file, and whether the mapping fits it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from ingest_service.domain.mapping.columns import columns_of
from ingest_service.domain.mapping.dates import date_order, orders_differ
from ingest_service.domain.mapping.guess import guess_table, header_cells
from ingest_service.domain.mapping.model import (
    ColumnMapping,
    header_signature,
    kinds_signature,
    same_kinds,
)
from ingest_service.domain.mapping.rows import read_row
from ingest_service.domain.mapping.signs import decimal_sign, decimals_differ
from ingest_service.domain.mapping.values import clean_cell
from ingest_service.domain.profiles.base import clean_header, header_names

_FITS_SHARE = 0.5
_JUDGED_ROWS = 100


class Line(Protocol):
    """One record of a file and the line on which it begins."""

    @property
    def row(self) -> int:
        """The line, from 1."""
        ...

    @property
    def cells(self) -> Sequence[str]:
        """Its cells."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """A mapping whose columns are numbers, the header's cells, and where the records begin."""

    mapping: ColumnMapping
    header: tuple[str, ...]
    first_index: int


def find_place(mapping: ColumnMapping, lines: Sequence[Line]) -> Place | None:
    """Where the mapping's table stands among the first lines; None where it is another table."""
    header = _header_index(mapping, lines)
    if header is None:
        return None
    first = _first_index(mapping, lines, header)
    cells = header_cells([line.cells for line in lines], header, first)
    resolved = _resolved(mapping, header_names(cells))
    if resolved is None:
        return None
    told = tuple(lines[header].cells) if header >= 0 else ()
    kinds = () if header >= 0 else _kinds(lines[first:], len(cells))
    return Place(replace(resolved, header=told, kinds=kinds), cells, first)


def _header_index(mapping: ColumnMapping, lines: Sequence[Line]) -> int | None:
    """The header among the lines, -1 where the table has none, None where it is not there."""
    if mapping.header:
        wanted = _trimmed(mapping.header)
        found = (at for at, line in enumerate(lines) if _trimmed(line.cells) == wanted)
        return next(found, None)
    if mapping.header_row is not None:
        if mapping.header_row == 0:
            return -1
        return next((at for at, line in enumerate(lines) if line.row == mapping.header_row), None)
    names = {clean_header(name) for name in mapping.used if isinstance(name, str)}
    if names:
        cleaned = ({clean_header(cell) for cell in line.cells} for line in lines)
        return next((at for at, cells in enumerate(cleaned) if names <= cells), None)
    guess = guess_table([line.cells for line in lines])
    return guess.header_index if guess is not None else -1


def _trimmed(cells: Sequence[str]) -> list[str]:
    """Cleaned names without the empty ones at the end."""
    names = [clean_header(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def _first_index(mapping: ColumnMapping, lines: Sequence[Line], header: int) -> int:
    """Where the records begin; a remembered first line counts from its header."""
    after = header + 1
    if mapping.first_row is None:
        return after
    line = mapping.first_row
    if header >= 0 and mapping.header_row:
        line += lines[header].row - mapping.header_row
    found = (at for at in range(after, len(lines)) if lines[at].row >= line)
    return next(found, len(lines))


def _resolved(mapping: ColumnMapping, names: Sequence[str]) -> ColumnMapping | None:
    """The mapping with every column as a number; None where one is not there."""
    columns = {role: _index(column, names) for role, column in mapping.columns.items()}
    notes = [_index(column, names) for column in mapping.notes]
    if None in columns.values() or None in notes:
        return None
    return replace(
        mapping,
        columns={role: at for role, at in columns.items() if at is not None},
        notes=tuple(at for at in notes if at is not None),
    )


def _index(column: int | str, names: Sequence[str]) -> int | None:
    if isinstance(column, int):
        return column if 0 <= column < len(names) else None
    wanted = clean_header(column)
    return names.index(wanted) if wanted in names else None


def _kinds(lines: Sequence[Line], width: int) -> tuple[str, ...]:
    rows = [[clean_cell(cell) for cell in line.cells] for line in lines[:_JUDGED_ROWS]]
    return tuple(column.kind for column in columns_of([""] * width, rows))


def signature_of(mapping: ColumnMapping) -> str:
    """What tells the table of a placed mapping again."""
    if mapping.header:
        return header_signature(_trimmed(mapping.header))
    return kinds_signature(mapping.kinds)


def find_remembered(remembered: Sequence[ColumnMapping], lines: Sequence[Line]) -> Place | None:
    """The remembered mapping of the table among the lines, placed there."""
    for mapping in remembered:
        place = find_place(mapping, lines)
        if place is None:
            continue
        if mapping.header or same_kinds(mapping.kinds, place.mapping.kinds):
            return place
    return None


def fits(place: Place, lines: Sequence[Line], dates: Iterable[str] = ()) -> bool:
    """Whether the first records read as the mapping says, and none of them says otherwise.

    A date that is one only in another order, an amount that is one only with the other decimal
    sign, or a word of the direction column that nobody knows is enough to ask again.
    """
    mapping = place.mapping
    body = islice((line for line in lines[place.first_index :] if any(line.cells)), _JUDGED_ROWS)
    rows = [[clean_cell(cell) for cell in line.cells] for line in body]
    read = [read_row(row, mapping) for row in rows]
    told = [row for row in read if not row.ignored]
    if not told:
        return True
    good = [row for row in told if not row.unread and row.direction]
    if len(good) < len(told) * _FITS_SHARE:
        return False
    return not _contradicted(
        mapping, rows, [row.time_raw for row in told] + list(dates)
    ) and not any(
        row.unread == "" and row.time and row.amount and not row.direction for row in told
    )


def _contradicted(
    mapping: ColumnMapping, rows: Sequence[Sequence[str]], dates: Sequence[str]
) -> bool:
    order = date_order(dates)
    if order.proved and order.order != mapping.date_order and orders_differ(dates):
        return True
    money = [mapping.columns.get(role) for role in ("amount", "amount_out", "amount_in")]
    cells = [
        row[at] for row in rows for at in money if isinstance(at, int) and at < len(row) and row[at]
    ]
    decimal = decimal_sign(cells)
    return decimal.proved and decimal.value != mapping.decimal and decimals_differ(cells)
