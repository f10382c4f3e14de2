"""Who reads a table that no profile knows: a mapping, a certain guess, or nobody before asking."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ingest_service.domain.mapping.guess import Guess, guess_table, with_lines
from ingest_service.domain.mapping.model import ColumnMapping
from ingest_service.domain.mapping.place import Place, find_place, find_remembered, fits
from ingest_service.domain.mapping.preview import Sheet, kept_lines
from ingest_service.domain.mapping.profile import MAPPED
from ingest_service.domain.mapping.values import clean_cell
from ingest_service.domain.profiles.base import Profile, Recognition
from ingest_service.domain.profiles.generic import PROFILE as GENERIC
from ingest_service.domain.profiles.generic import certain_recognition
from ingest_service.domain.reading.tables import Record, Table

_MAX_DATES = 200_000
_Read = tuple[Table, Profile, Recognition]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a person is asked of a table: the guessed mapping and the first rows, as stored."""

    mapping: str
    sheet: str


def read_unasked(
    table: Table,
    *,
    mapping: ColumnMapping | None = None,
    remembered: Sequence[ColumnMapping] = (),
    recognised: tuple[Profile, Recognition] | None = None,
) -> _Read | Asking | None:
    """The table and who reads it; what must be asked; or None where it is no table of payments.

    A mapping that was told is used as it is told; a remembered one while nothing contradicts it;
    else a guess, where it leaves no doubt.
    """
    place = (
        find_place(mapping, table.sample)
        if mapping is not None
        else find_remembered(remembered, table.sample)
    )
    if place is not None and (mapping is not None or fits(place, table.sample)):
        return _mapped(table, place)
    if place is None and mapping is None and recognised is not None:
        return (table, *recognised)
    guess = guess_table([record.cells for record in table.sample])
    if guess is None:
        return None
    guess = _with_all_dates(table, guess)
    if guess.certain and place is None and mapping is None:
        return table, GENERIC, certain_recognition(guess)
    return _asking(table, guess, place)


def _mapped(table: Table, place: Place) -> _Read:
    told = place.mapping
    if told.footer_rows:
        records = _WithoutLast(table.records, told.footer_rows)
        table = replace(table, records=records, plain=None)
    recognition = Recognition(
        1.0, place.first_index - 1, MAPPED.id, {"mapping": told.text()}, columns=place.header
    )
    return table, MAPPED, recognition


class _WithoutLast(Iterable[Record]):
    """Records without the last ones that say something: the footer."""

    def __init__(self, records: Iterable[Record], count: int) -> None:
        self._records = records
        self._count = count

    def __iter__(self) -> Iterator[Record]:
        waiting: deque[Record] = deque()
        for record in self._records:
            waiting.append(record)
            if "".join(record.cells).strip():
                while _told(waiting) > self._count:
                    yield waiting.popleft()


def _told(records: Iterable[Record]) -> int:
    return sum(bool("".join(record.cells).strip()) for record in records)


def _with_all_dates(table: Table, guess: Guess) -> Guess:
    """The guess with the order that all dates of the table prove, where the first rows did not."""
    at = guess.mapping.columns.get("time")
    if "date_order" not in guess.doubts or not isinstance(at, int):
        return guess
    later = islice(table.records, guess.first_index, _MAX_DATES)
    dates = dict.fromkeys(
        clean_cell(record.cells[at])[:40] for record in later if at < len(record.cells)
    )
    again = guess_table([record.cells for record in table.sample], dates=list(dates))
    return again or guess


def _asking(table: Table, guess: Guess, place: Place | None) -> Asking:
    """The question, with what was remembered of the columns where that still names them."""
    mapping = with_lines(guess, [record.row for record in table.sample])
    if place is not None:
        mapping = replace(
            place.mapping,
            date_order=mapping.date_order,
            decimal=mapping.decimal,
            header_row=mapping.header_row,
            first_row=mapping.first_row,
            header=(),
            kinds=(),
        )
    sheet = Sheet(
        kept_lines([(record.row, record.cells) for record in table.sample]),
        guess.confidence,
        guess.doubts,
        table.sheet,
    )
    return Asking(mapping.text(), sheet.text())
