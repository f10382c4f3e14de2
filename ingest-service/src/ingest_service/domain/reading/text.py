"""Delimited text as records; the physical line of every record is kept.

The usual file runs through csv.reader over the decoded text, with nothing in between. Where a
quote is never closed, or a cell is too long, the rest of the file is read line by line with care:
a stray quote then costs its own row, not those after it.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO

from ingest_service.domain.errors import StatementError
from ingest_service.domain.reading.delimiters import Layout, choose_layout
from ingest_service.domain.reading.encoding import MAX_LINE_BYTES, TextShape, measure_text
from ingest_service.domain.reading.plain import PlainText
from ingest_service.domain.reading.tables import (
    MAX_CELL_CHARS,
    MAX_COLUMNS,
    SAMPLE_RECORDS,
    Record,
    Table,
)

MAX_SPANNED_LINES = 64
_SAMPLE_LINE_CHARS = 1 << 16
_DECODED_BYTES = 1 << 16
_CUT = "…"


def open_text(stream: BinaryIO) -> Table:
    """The one table of a text file.

    Raises:
        StatementError: line-too-long, too-many-columns.
    """
    # The reader's own limit costs nothing; what is above it goes the careful way.
    csv.field_size_limit(MAX_CELL_CHARS)
    shape = measure_text(stream)
    with _decoded(stream, shape) as lines:
        first = [line[:_SAMPLE_LINE_CHARS] for line in islice(lines, SAMPLE_RECORDS)]
    layout = choose_layout(first)
    records = _Records(stream, shape, layout)
    sample = tuple(islice(records, SAMPLE_RECORDS))
    if any(len(record.cells) > MAX_COLUMNS for record in sample):
        raise StatementError("too-many-columns", limit=MAX_COLUMNS)
    plain = None
    if shape.lines_bounded and not shape.heavy and not layout.wrapped:
        plain = PlainText(stream, shape.encoding, layout.delimiter, records.after)
    return Table(sheet=None, sample=sample, records=records, heavy=shape.heavy, plain=plain)


class _Records(Iterable[Record]):
    """All records of a text file, from its beginning, every time it is iterated."""

    def __init__(
        self,
        stream: BinaryIO,
        shape: TextShape,
        layout: Layout,
        *,
        offset: int = 0,
        first_line: int = 1,
    ) -> None:
        self._stream = stream
        self._shape = shape
        self._layout = layout
        self._offset = offset
        self._first_line = first_line

    def after(self, offset: int, first_line: int) -> Iterable[Record]:
        """The records from a byte on, which begins this line."""
        return _Records(
            self._stream, self._shape, self._layout, offset=offset, first_line=first_line
        )

    def __iter__(self) -> Iterator[Record]:
        resume = yield from self._fast()
        if resume is not None:
            with _decoded(self._stream, self._shape, self._offset) as lines:
                skipped = resume - self._first_line
                careful = _Careful(self._layout.clean(islice(lines, skipped, None)), self._layout)
                yield from careful.records(resume)

    def _fast(self) -> Generator[Record, None, int | None]:
        """The records up to the first that is suspicious; its line, or None at the end."""
        delimiter, width = self._layout.delimiter, self._layout.width
        with _decoded(self._stream, self._shape, self._offset) as lines:
            reader = csv.reader(self._layout.clean(lines), delimiter=delimiter)
            before = self._first_line - 1
            first, spanning = self._first_line, None
            try:
                for cells in reader:
                    last = before + reader.line_num
                    if spanning is not None:
                        yield spanning
                        spanning = None
                    if len(cells) > MAX_COLUMNS:
                        del cells[MAX_COLUMNS:]
                        cells.append(_CUT)
                    if last == first:
                        yield Record(first, cells)
                    elif (
                        last - first > MAX_SPANNED_LINES
                        or len(cells) != width
                        or _may_hide_records(cells, delimiter)
                    ):
                        return first
                    else:
                        # Held back: if the file ends here, a quote may never have been closed.
                        spanning = Record(first, cells)
                    first = last + 1
            except csv.Error:
                return first
            return None if spanning is None else spanning.row


class _Careful:
    """Records of lines that are not to be trusted, each parsed for itself."""

    def __init__(self, lines: Iterable[str], layout: Layout) -> None:
        self._lines = iter(lines)
        self._layout = layout
        self._ahead: deque[str] = deque()

    def records(self, number: int) -> Iterator[Record]:
        """The records, the first of which begins on line number."""
        while (line := self._next()) is not None:
            cells, taken = self._parse(line)
            if len(cells) > MAX_COLUMNS:
                cells = [*cells[:MAX_COLUMNS], _CUT]
            yield Record(number, [cell[: MAX_CELL_CHARS + 1] for cell in cells])
            number += taken

    def _next(self) -> str | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)

    def _parse(self, line: str) -> tuple[list[str], int]:
        """The cells of the record that begins with the line, and how many lines it takes."""
        taken = [line]
        ended = False

        def feed() -> Iterator[str]:
            nonlocal ended
            yield line
            while len(taken) <= MAX_SPANNED_LINES and (more := self._next()) is not None:
                taken.append(more)
                yield more
            ended = True

        cells: list[str] | None = None
        try:
            cells = next(csv.reader(feed(), delimiter=self._layout.delimiter), [])
        except csv.Error:
            ended = True
        if cells is not None and not ended and len(taken) == 1:
            return cells, 1
        literal = self._literal(line)
        if (
            cells is None
            or ended
            or len(cells) != len(literal) == self._layout.width
            or not self._is_well_quoted(taken)
        ):
            self._ahead.extendleft(reversed(taken[1:]))
            return literal, 1
        return cells, len(taken)

    def _is_well_quoted(self, lines: list[str]) -> bool:
        """Whether every quote of a record of several lines closes where its cell ends."""
        try:
            next(csv.reader(lines, delimiter=self._layout.delimiter, strict=True), [])
        except csv.Error:
            return False
        return True

    def _literal(self, line: str) -> list[str]:
        """The cells of one line in which quotes mean nothing but where they enclose a cell."""
        cells = line.rstrip("\r\n").split(self._layout.delimiter)
        return [
            cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell for cell in cells
        ]


def _may_hide_records(cells: list[str], delimiter: str) -> bool:
    """Whether a cell of several lines could be the end of one record and the beginning of another.

    Two stray quotes of neighbouring lines join them into one record of the usual width.
    """
    return any("\n" in cell and cell.count(delimiter) >= len(cells) - 1 for cell in cells)


@contextmanager
def _decoded(stream: BinaryIO, shape: TextShape, offset: int = 0) -> Iterator[Iterable[str]]:
    """The lines of the stream from a byte on; what cannot be decoded becomes U+FFFD."""
    stream.seek(offset)
    text = io.TextIOWrapper(stream, encoding=shape.encoding, errors="replace", newline="")
    # The default of 8 KiB costs a fifth of the reading time.
    text._CHUNK_SIZE = _DECODED_BYTES  # type: ignore[attr-defined] # noqa: SLF001
    try:
        yield text if shape.lines_bounded else _bounded(text)
    finally:
        text.detach()


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(MAX_LINE_BYTES):
        number += 1
        if len(line) >= MAX_LINE_BYTES:
            raise StatementError("line-too-long", row=number)
        yield line
