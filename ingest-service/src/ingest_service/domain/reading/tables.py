"""Tables of a file as records of text cells, in order; text at constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ingest_service.domain.reading.documents import document_of
from ingest_service.domain.reading.sniff import sniff_kind

MAX_COLUMNS = 512
MAX_CELL_CHARS = 32_767
SAMPLE_RECORDS = 100


@dataclass(frozen=True, slots=True)
class Record:
    """One record and the line (text) or row (workbook) on which it begins, from 1."""

    row: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its first records for recognition, and all of its records."""

    sheet: str | None
    sample: tuple[Record, ...]
    records: Iterable[Record]


def open_tables(stream: BinaryIO) -> Iterator[Table]:
    """The tables of a file: one for a text, one for each sheet of a workbook, those of a document.

    Raises:
        StatementError: the content is no table, or breaks a limit.
    """
    document = document_of(stream)
    if document is not None:
        yield from document.open(stream)
    elif sniff_kind(stream) == "workbook":
        from ingest_service.domain.reading.workbook import open_workbook

        yield from open_workbook(stream)
    else:
        from ingest_service.domain.reading.text import open_text

        yield open_text(stream)
