"""Delimited text as records; the physical line of every record is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

from ingest_service.domain.errors import StatementError
from ingest_service.domain.reading.sniff import detect_encoding
from ingest_service.domain.reading.tables import MAX_COLUMNS, SAMPLE_RECORDS, Record, Table

MAX_LINE_CHARS = 4 << 20
_DELIMITERS = ",\t;|"


class _Records(Iterable[Record]):
    """All records of a text file, from its beginning, every time it is iterated."""

    def __init__(self, stream: BinaryIO, encoding: str, delimiter: str) -> None:
        self._stream = stream
        self._encoding = encoding
        self._delimiter = delimiter

    def __iter__(self) -> Iterator[Record]:
        reader = csv.reader(_lines(self._stream, self._encoding), delimiter=self._delimiter)
        first_line = 1
        try:
            for cells in reader:
                if len(cells) > MAX_COLUMNS:
                    raise StatementError("too-many-columns", limit=MAX_COLUMNS, row=first_line)
                yield Record(first_line, cells)
                first_line = reader.line_num + 1
        except csv.Error as error:
            raise StatementError("line-too-long", row=first_line) from error


def open_text(stream: BinaryIO) -> Table:
    """The one table of a text file."""
    csv.field_size_limit(MAX_LINE_CHARS)
    encoding = detect_encoding(stream)
    delimiter = _delimiter(list(islice(_lines(stream, encoding), SAMPLE_RECORDS)))
    records = _Records(stream, encoding, delimiter)
    return Table(sheet=None, sample=tuple(islice(records, SAMPLE_RECORDS)), records=records)


def _lines(stream: BinaryIO, encoding: str) -> Iterator[str]:
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
    try:
        number = 0
        while line := text.readline(MAX_LINE_CHARS):
            number += 1
            if len(line) >= MAX_LINE_CHARS:
                raise StatementError("line-too-long", row=number)
            yield line
    finally:
        text.detach()


def _delimiter(lines: list[str]) -> str:
    """The delimiter that stands oftenest in the sample; a comma where none does."""
    joined = "".join(lines)
    return max(_DELIMITERS, key=joined.count) if joined else ","
