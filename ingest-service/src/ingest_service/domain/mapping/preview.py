"""The first rows of a table as they would be stored, without pandas.

The worker keeps a sample of the file; the web process reads it by any mapping through the same
functions as the import does, so that what is shown is what will be stored.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ingest_service.domain.amounts import MAX_AMOUNT_MINOR, format_minor
from ingest_service.domain.currencies import is_currency
from ingest_service.domain.local_time import MAX_TIME, MIN_TIME, local_fields
from ingest_service.domain.mapping.columns import Column, columns_of
from ingest_service.domain.mapping.model import ColumnMapping
from ingest_service.domain.mapping.place import Place, find_place
from ingest_service.domain.mapping.rows import AMOUNT_COLUMN, MappedRow, read_row
from ingest_service.domain.mapping.values import clean_cell, direction_of
from ingest_service.domain.profiles.base import is_rule_line

SHOWN_ROWS = 20
KEPT_LINES = 60
_KEPT_CHARS = 200
_KEPT_ALL_CHARS = 256 << 10
_SAMPLES = 5
_MOST_WORDS = 12
_BIG_DIGITS = 18
# Around what can be stored; the calendar of the years 1 and 9999 has no zones.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_LAST_LATITUDE, _LAST_LONGITUDE = 90.0, 180.0


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A record of the file, its cells clean and cut to what can be shown."""

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the worker keeps of a file that waits for its mapping."""

    lines: tuple[KeptLine, ...]
    confidence: float
    doubts: tuple[str, ...]
    sheet: str | None = None

    def text(self) -> str:
        """The sheet as it is stored."""
        told = {
            "lines": [[line.row, list(line.cells)] for line in self.lines],
            "confidence": self.confidence,
            "doubts": list(self.doubts),
            "sheet": self.sheet,
        }
        return json.dumps(told, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column with some of its cells; words: those of a column of few, and what they tell."""

    index: int
    name: str
    samples: tuple[str, ...]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as it would be stored; code and field say why it would not be."""

    row: int
    read: MappedRow
    time: int | None
    amount: str | None
    currency: str | None
    code: str = ""
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview."""

    place: Place
    columns: Sequence[ShownColumn]
    rows: Sequence[ShownRow]


@dataclass(frozen=True, slots=True)
class Reader:
    """How times and amounts of this import are read."""

    time_zone: str
    currency: str
    exponent_of: Callable[[str], int]


def kept_lines(lines: Sequence[tuple[int, Sequence[str]]]) -> tuple[KeptLine, ...]:
    """The first lines, as many and as long as are worth keeping."""
    kept: list[KeptLine] = []
    chars = 0
    for row, cells in lines[:KEPT_LINES]:
        cut = tuple(clean_cell(cell)[:_KEPT_CHARS] for cell in cells)
        chars += sum(map(len, cut)) + len(cut)
        if chars > _KEPT_ALL_CHARS:
            break
        kept.append(KeptLine(row, cut))
    return tuple(kept)


def sheet_of(text: str) -> Sheet:
    """The sheet in a stored text."""
    told = json.loads(text)
    return Sheet(
        tuple(KeptLine(row, tuple(cells)) for row, cells in told["lines"]),
        told["confidence"],
        tuple(told["doubts"]),
        told["sheet"],
    )


def show(sheet: Sheet, mapping: ColumnMapping, reader: Reader) -> Shown | None:
    """The first rows as the mapping would store them; None where it names what is not there."""
    place = find_place(mapping, sheet.lines)
    if place is None:
        return None
    body = _body(
        sheet.lines[place.first_index :], is_whole=len(sheet.lines) < KEPT_LINES, mapping=mapping
    )
    rows = [_shown_row(line, place, reader) for line in body[:SHOWN_ROWS]]
    return Shown(place, _columns(place, body), rows)


def _body(lines: Sequence[KeptLine], *, is_whole: bool, mapping: ColumnMapping) -> list[KeptLine]:
    """The records: no blank lines, nothing after a line of dashes, no footer where it is known."""
    found: list[KeptLine] = []
    for line in lines:
        if is_rule_line(line.cells):
            break
        if any(line.cells):
            found.append(line)
    return found[: len(found) - mapping.footer_rows] if is_whole and mapping.footer_rows else found


def _columns(place: Place, body: Sequence[KeptLine]) -> list[ShownColumn]:
    columns = columns_of(place.header, [line.cells for line in body])
    unnamed = not place.mapping.header
    return [
        ShownColumn(
            column.index,
            "" if unnamed else column.name.strip(),
            tuple(dict.fromkeys(column.told))[:_SAMPLES],
            _words(column, place.mapping.words),
        )
        for column in columns
    ]


def _words(column: Column, own: Mapping[str, str]) -> dict[str, str]:
    """The words of a column of few, as the file spells them, the most frequent first."""
    counted = column.words
    spelled = {cell.lower(): cell for cell in reversed(column.told)}
    often = sorted(counted, key=lambda word: -counted[word])[:_MOST_WORDS]
    return {spelled[word]: direction_of(word, own) for word in often}


def _shown_row(line: KeptLine, place: Place, reader: Reader) -> ShownRow:
    """The row, or the first thing that is wrong with it, in the order of the import."""
    read = read_row(line.cells, place.mapping)
    currency = read.currency or reader.currency
    time, time_code = _time(read, reader)
    # Only the first thing is told, and what follows it may be anything.
    amount, amount_code = ("", "") if time_code else _amount(read, _places(currency, reader))
    judged = (
        ("too-many-cells" if any(line.cells[len(place.header) :]) else "", "", ""),
        (read.ignored, "", ""),
        (time_code, "time", read.time_raw),
        ("" if is_currency(currency) else "currency-invalid", "currency", read.currency),
        (amount_code, "amount", read.amount),
        ("" if read.direction else "direction-invalid", "direction", _word(line, place)),
        (_degrees(read.lat, _LAST_LATITUDE, "latitude-invalid"), "lat", read.lat),
        (_degrees(read.lon, _LAST_LONGITUDE, "longitude-invalid"), "lon", read.lon),
    )
    for code, field, value in judged:
        if code:
            return ShownRow(line.row, read, None, None, None, code, field, value)
    return ShownRow(line.row, read, time, amount, currency)


def _word(line: KeptLine, place: Place) -> str:
    at = place.mapping.columns.get("direction")
    return line.cells[at] if isinstance(at, int) and at < len(line.cells) else ""


def _time(read: MappedRow, reader: Reader) -> tuple[int, str]:
    if not read.time:
        return 0, "time-missing"
    if read.unread == "time_text":
        return 0, "time-invalid"
    stated = dt.datetime.fromisoformat(read.time)
    if not _FIRST_YEAR <= stated.year <= _LAST_YEAR:
        return 0, "time-out-of-range"
    moment = local_fields(stated, reader.time_zone).time
    return moment, "" if MIN_TIME <= moment <= MAX_TIME else "time-out-of-range"


def _places(currency: str, reader: Reader) -> int:
    try:
        return reader.exponent_of(currency)
    except (ValueError, LookupError):
        return 2


def _amount(read: MappedRow, places: int) -> tuple[str, str]:
    """The amount as a decimal with the currency's places, or what is wrong with it."""
    if not read.amount:
        return "", "amount-missing"
    if read.unread == AMOUNT_COLUMN:
        return "", "amount-invalid"
    whole, _, part = read.amount.partition(".")
    part = part.rstrip("0")
    minor = int(f"{whole}{part[:places].ljust(places, '0')}")
    if len(whole) >= _BIG_DIGITS or minor > MAX_AMOUNT_MINOR:
        return "", "amount-too-large"
    if len(part) > places:
        return "", "amount-precision"
    return format_minor(minor, places=places), ""


def _degrees(text: str, limit: float, code: str) -> str:
    """The code where the text is not a number of degrees up to the limit; "" where it is."""
    if not text:
        return ""
    try:
        return "" if abs(float(text)) <= limit else code
    except ValueError:
        return code
