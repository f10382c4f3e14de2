"""Tables of cells as a workbook; loads xlsxwriter, so it is imported where it is used.

xlsxwriter makes everything but the rows (styles, names, widths, frozen header); the rows are
written between the two halves of its sheets, a block at a time: cell by cell, it took ten times
as long.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

import xlsxwriter

from ingest_service.domain.export_cells import Block
from ingest_service.domain.export_table import TableColumn
from ingest_service.domain.sheet_rows import RowWriter

MAX_SHEET_ROWS = 1_048_575
"""Rows of a sheet below its header."""
# A part of a zip beyond 2 GiB needs a form that not every reader knows.
_MAX_SHEET_BYTES = 1_500_000_000
_TIME_FORMAT = "yyyy-mm-dd hh:mm:ss"
# The same rows give the same bytes, whenever they are written.
_CREATED = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - the library writes it as it is
_WIDTHS = {"time": 19, "day": 11, "number": 12, "code": 10, "text": 18}
# 200,000 rows: 14.2 MB in 3.9 s of computing; level 1 gives 17.0 MB in 3.8 s, 6 12.6 MB in 4.6 s.
_COMPRESSION = 3
_SHEET = "xl/worksheets/sheet{}.xml"
_SAMPLE = re.compile(rb'<row r="2"[^>]*><c r="A2" s="(\d+)">.*?</row>')
# It would have to be known before the rows are; a reader does without.
_DIMENSION = re.compile(rb"<dimension [^>]*/>")


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """The name of the sheets, the header of each, and what the columns are."""

    name: str
    head: Sequence[str]
    columns: Sequence[TableColumn]
    max_rows: int = MAX_SHEET_ROWS


def write_workbook(path: Path, layout: SheetLayout, blocks: Iterable[Block]) -> None:
    """Write the rows at constant memory; what a sheet cannot hold goes on in the next one."""
    with zipfile.ZipFile(path, "w") as book, _Pages(book, layout) as pages:
        for columns in blocks:
            if columns and len(columns[0]):
                pages.write(columns)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands before and after the rows of a sheet, and the format of its times."""

    head: bytes
    foot: bytes
    time_style: int


class _Pages:
    """The sheets of a workbook, one after the other."""

    def __init__(self, book: zipfile.ZipFile, layout: SheetLayout) -> None:
        self._book = book
        self._layout = layout
        self._first, self._other = (_frame(layout, number) for number in (1, 2))
        numbers = [column.form == "number" for column in layout.columns]
        self._rows = RowWriter(numbers, time_style=self._first.time_style)
        self._sheets = 0
        self._sheet: IO[bytes] | None = None
        self._row = self._bytes = 0

    def __enter__(self) -> Self:
        self._turn()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._end_sheet()
        if kind is None:
            for name, content in _skeleton(self._layout, sheets=self._sheets):
                if not name.startswith("xl/worksheets/"):
                    self._book.writestr(_entry(name), content)

    def write(self, columns: Block) -> None:
        """Append rows."""
        count, at = len(columns[0]), 0
        while at < count:
            room = self._layout.max_rows - self._row
            if room == 0 or self._bytes > _MAX_SHEET_BYTES:
                self._turn()
                continue
            part = [column[at : at + room] for column in columns]
            # Row 1 is the header.
            self._put(self._rows.xml(part, first_row=self._row + 2).encode())
            self._row += len(part[0])
            at += len(part[0])

    def _put(self, content: bytes) -> None:
        if self._sheet is not None:
            self._sheet.write(content)
        self._bytes += len(content)

    def _frame(self) -> _Frame:
        return self._first if self._sheets == 1 else self._other

    def _end_sheet(self) -> None:
        if self._sheet is not None:
            self._put(self._frame().foot)
            self._sheet.close()

    def _turn(self) -> None:
        self._end_sheet()
        self._sheets += 1
        self._sheet = self._book.open(_entry(_SHEET.format(self._sheets)), "w")
        self._row = self._bytes = 0
        self._put(self._frame().head)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    # Public (compress_level) from Python 3.13 on.
    entry._compresslevel = _COMPRESSION  # type: ignore[attr-defined] # noqa: SLF001
    return entry


def _frame(layout: SheetLayout, number: int) -> _Frame:
    sheet = _DIMENSION.sub(b"", dict(_skeleton(layout, sheets=number))[_SHEET.format(number)])
    sample = _SAMPLE.search(sheet)
    if sample is None:  # the library writes what it is given
        raise ValueError("the sample row is not where it was written")
    return _Frame(sheet[: sample.start()], sheet[sample.end() :], int(sample[1]))


def _skeleton(layout: SheetLayout, *, sheets: int) -> Iterator[tuple[str, bytes]]:
    """The parts of a workbook whose sheets have their header and a time in the second row."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        book.set_properties({"created": _CREATED})
        time, bold = book.add_format({"num_format": _TIME_FORMAT}), book.add_format({"bold": True})
        for number in range(1, sheets + 1):
            name = layout.name if number == 1 else f"{layout.name} {number}"
            sheet = book.add_worksheet(name)
            for index, (text, column) in enumerate(zip(layout.head, layout.columns, strict=True)):
                sheet.set_column(index, index, _WIDTHS[column.form])
                sheet.write_string(0, index, text, bold)
            sheet.write_number(1, 0, 0, time)
            sheet.freeze_panes(1, 0)
    with zipfile.ZipFile(written) as parts:
        for name in parts.namelist():
            yield name, parts.read(name)
