"""Tables of cells as a workbook; loads xlsxwriter, so it is imported where it is used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from ingest_service.domain.export_cells import Block
from ingest_service.domain.export_table import TableColumn

MAX_SHEET_ROWS = 1_048_575
"""Rows of a sheet below its header."""
_TIME_FORMAT = "yyyy-mm-dd hh:mm:ss"
_MAX_CELL_CHARS = 32_767
# The same rows give the same bytes, whenever they are written.
_CREATED = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - the library writes it as it is
_WIDTHS = {"time": 19, "day": 11, "number": 12, "code": 10, "text": 18}


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """The name of the sheets, the header of each, and what the columns are."""

    name: str
    head: Sequence[str]
    columns: Sequence[TableColumn]
    max_rows: int = MAX_SHEET_ROWS


def write_workbook(path: Path, layout: SheetLayout, blocks: Iterable[Block]) -> None:
    """Write the rows at constant memory; what a sheet cannot hold goes on in the next one."""
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": _CREATED})
        pages = _Pages(book, layout)
        for columns in blocks:
            for row in zip(*columns, strict=True):
                pages.write(row)


class _Pages:
    """The sheets of a workbook, one after the other."""

    def __init__(self, book: xlsxwriter.Workbook, layout: SheetLayout) -> None:
        self._book = book
        self._layout = layout
        self._time = book.add_format({"num_format": _TIME_FORMAT})
        self._bold = book.add_format({"bold": True})
        self._numbers = frozenset(
            index for index, column in enumerate(layout.columns) if column.form == "number"
        )
        self._sheets = 0
        self._turn()

    def write(self, row: Sequence[Any]) -> None:
        """Append a row."""
        if self._row == self._layout.max_rows:
            self._turn()
        self._row += 1
        for index, cell in enumerate(row):
            if cell == "" or cell is None:
                continue
            if isinstance(cell, float):
                self._sheet.write_number(self._row, index, cell, self._time)
            elif index in self._numbers and _is_exact(cell):
                self._sheet.write_number(self._row, index, float(cell))
            else:
                self._sheet.write_string(self._row, index, cell[:_MAX_CELL_CHARS])

    def _turn(self) -> None:
        self._sheets += 1
        name = self._layout.name
        sheet = self._book.add_worksheet(name if self._sheets == 1 else f"{name} {self._sheets}")
        for index, (text, column) in enumerate(
            zip(self._layout.head, self._layout.columns, strict=True)
        ):
            sheet.set_column(index, index, _WIDTHS[column.form])
            sheet.write_string(0, index, text, self._bold)
        sheet.freeze_panes(1, 0)
        self._sheet = sheet
        self._row = 0


def _is_exact(text: str) -> bool:
    """Whether a sheet, which keeps 16 digits, gives the number back as it is written."""
    value = float(text)
    return float(f"{value:.16G}") == value
