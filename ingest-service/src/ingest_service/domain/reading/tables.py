"""Tables of a file as records of text cells, in order; text at constant memory."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from tempfile import TemporaryFile
from typing import BinaryIO, NamedTuple, cast

from ingest_service.domain.errors import StatementError
from ingest_service.domain.reading.archive import unpack
from ingest_service.domain.reading.blocks import Blocks
from ingest_service.domain.reading.documents import document_of
from ingest_service.domain.reading.sniff import sniff_kind

MAX_COLUMNS = 512
MAX_CELL_CHARS = 32_767
SAMPLE_RECORDS = 100
CHUNK_ROWS = 50_000
CHUNK_CHARS = 16 << 20
HEAVY_CHUNK_ROWS = 20_000
"""What is parsed by a process of its own: the fewer rows wait, the more both do at once."""


# A tuple, not a frozen dataclass: a million of these are made, at a third of the cost.
class Record(NamedTuple):
    """One record and the line (text) or row (workbook) on which it begins, from 1."""

    row: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its first records for recognition, and all of its records.

    heavy tells that rows may be so large that a chunk of them must be bounded by its text; plain
    reads the same records in blocks of columns, where the table is an ordinary text or a sheet.
    """

    sheet: str | None
    sample: tuple[Record, ...]
    records: Iterable[Record]
    heavy: bool = False
    plain: Blocks | None = None


class OpenedTables(Iterable[Table]):
    """The tables of a file, of which the first may be looked at before all are read, once each.

    A workbook is parsed whole, and an archive unpacked, before the first row of it is to be had:
    who opened a file twice would do that twice.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self._coming = open_tables(stream)
        self._first: Table | None = None
        self._fault: Exception | None = None

    def first(self) -> Table | None:
        """The first table, None where there is none; it comes again when all are read.

        Raises:
            StatementError: the content is no table, or breaks a limit.
        """
        try:
            self._first = next(self._coming, None)
        except Exception as fault:
            self._fault = fault
            raise
        return self._first

    def __iter__(self) -> Iterator[Table]:
        """All tables; raises what looking at the first has raised."""
        if self._fault is not None:
            raise self._fault
        first, self._first = self._first, None
        if first is not None:
            yield first
        yield from self._coming

    def close(self) -> None:
        """End what reads the file."""
        self._coming.close()


def open_tables(stream: BinaryIO) -> Generator[Table]:
    """The tables of a file: one for a text, one for each sheet of a workbook, those of a document.

    A zip is read as the one statement that it holds.

    Raises:
        StatementError: the content is no table, or breaks a limit.
    """
    if document_of(stream) is None and sniff_kind(stream) == "archive":
        with TemporaryFile() as opened:
            member = cast("BinaryIO", opened)
            unpack(stream, member)
            member.seek(0)
            if document_of(member) is None and sniff_kind(member) == "archive":
                raise StatementError("archive-nested")
            yield from _open_plain(member)
    else:
        yield from _open_plain(stream)


def chunks(records: Iterable[Record], *, heavy: bool) -> Iterator[list[Record]]:
    """The records in lists of at most CHUNK_ROWS; heavy ones in fewer, and of bounded text."""
    ordered = iter(records)
    if not heavy:
        while chunk := list(islice(ordered, CHUNK_ROWS)):
            yield chunk
        return
    chunk, chars = [], 0
    for record in ordered:
        chunk.append(record)
        chars += sum(map(len, record.cells))
        if chars > CHUNK_CHARS or len(chunk) == HEAVY_CHUNK_ROWS:
            yield chunk
            chunk, chars = [], 0
    if chunk:
        yield chunk


def _open_plain(stream: BinaryIO) -> Iterator[Table]:
    document = document_of(stream)
    if document is not None:
        yield from document.open(stream)
        return
    kind = sniff_kind(stream)
    if kind == "workbook":
        from ingest_service.domain.reading.workbook import open_workbook

        yield from open_workbook(stream)
    elif kind == "html":
        from ingest_service.domain.reading.html import open_html

        yield from open_html(stream)
    else:
        from ingest_service.domain.reading.text import open_text

        yield open_text(stream)
