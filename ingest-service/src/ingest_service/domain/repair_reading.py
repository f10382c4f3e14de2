"""A repair file as chunks of the statement that it repairs; loads pandas, for the worker only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ingest_service.domain.errors import StatementError
from ingest_service.domain.export_table import restore
from ingest_service.domain.profiles.base import clean_header
from ingest_service.domain.reading.documents import document_of
from ingest_service.domain.reading.sniff import sniff_kind
from ingest_service.domain.reading.tables import OpenedTables, Record, Table, open_tables
from ingest_service.domain.repair import REPAIR_COLUMNS, is_repair_header, place_of
from ingest_service.domain.statement import (
    Chunk,
    StatementOptions,
    TableReader,
    faults_of_ours,
    recognised_tables,
)

Place = tuple[str, int]
"""Sheet and line."""
_UNKNOWN = "repair-row-unknown"
_CHUNK_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Repair:
    """The statement that is repaired, how it was read, and its lines that failed."""

    original: BinaryIO
    options: StatementOptions
    failed: frozenset[Place]


def repair_header(tables: OpenedTables) -> Sequence[str] | None:
    """The statement's own columns in a repair file; None where the file is none.

    A repair file has one table and is no document and no page: only the first table is looked at.
    """
    try:
        if document_of(tables.stream) is not None or sniff_kind(tables.stream) == "html":
            return None
        with faults_of_ours():
            table = tables.first()
        header = _header_index(table) if table is not None else None
    except StatementError:
        # Whoever reads the tables then meets it.
        return None
    if table is None or header is None:
        return None
    return [restore(cell) for cell in table.sample[header].cells if not _is_own(cell)]


def read_repair(tables: Iterable[Table], repair: Repair) -> Iterator[Chunk]:
    """The lines of a repair file, read as lines of the statement; others are ignored.

    Raises:
        StatementError: the file has no repair columns, or the statement cannot be read.
    """
    original = recognised_tables(open_tables(repair.original), repair.options)
    readers = {reader.sheet or "": reader for reader in original}
    if not readers:
        raise StatementError("not-recognised")
    for table in tables:
        header = _header_index(table)
        if header is not None:
            lines = _Lines(table.sample[header].cells, readers, repair.failed)
            yield from lines.chunks(table.records, header)
            return
    raise StatementError("not-recognised")


class _Lines:
    """The lines of one repair table."""

    def __init__(
        self, header: Sequence[str], readers: dict[str, TableReader], failed: frozenset[Place]
    ) -> None:
        self._names = [clean_header(cell) for cell in header]
        self._row_at = self._names.index(REPAIR_COLUMNS[0])
        self._own = {at for at, name in enumerate(self._names) if name in REPAIR_COLUMNS}
        self._readers = readers
        self._only = next(iter(readers)) if len(readers) == 1 else None
        self._open = set(failed)

    def chunks(self, records: Iterable[Record], header: int) -> Iterator[Chunk]:
        """The lines by the sheet that they come from."""
        waiting: dict[str, list[Record]] = defaultdict(list)
        for index, record in enumerate(records):
            if index <= header or not "".join(record.cells).strip():
                continue
            place = self._place(record)
            reader = self._readers[place[0]] if place else next(iter(self._readers.values()))
            if place is None:
                yield reader.ignore(record, _UNKNOWN)
                continue
            self._open.discard(place)
            cells = self._cells(record, reader.header)
            waiting[place[0]].append(Record(place[1], cells))
            if len(waiting[place[0]]) >= _CHUNK_ROWS:
                yield reader.read(waiting.pop(place[0]))
        for sheet, lines in waiting.items():
            yield self._readers[sheet].read(lines)

    def _place(self, record: Record) -> Place | None:
        """Where the line stood; None where no failed line stood there, or it came already."""
        told = record.cells[self._row_at] if len(record.cells) > self._row_at else ""
        place = place_of(restore(told))
        if place is not None and self._only is not None:
            place = (self._only, place[1])
        return place if place in self._open else None

    def _cells(self, record: Record, header: Sequence[str]) -> list[str]:
        """The cells in the order of the statement: by name if all are there, else as they stand."""
        cells = {
            at: restore(cell.strip()) for at, cell in enumerate(record.cells) if at not in self._own
        }
        names = [name for at, name in enumerate(self._names) if at not in self._own]
        if len(set(names)) == len(names) and set(header) <= set(names):
            return [cells.get(self._names.index(name), "") for name in header]
        return list(cells.values())


def _header_index(table: Table) -> int | None:
    found = (at for at, record in enumerate(table.sample) if is_repair_header(record.cells))
    return next(found, None)


def _is_own(cell: str) -> bool:
    return cell.strip().lower() in REPAIR_COLUMNS
