"""Sheets of a workbook as records; the archive is measured before anything inflates it."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO

from ingest_service.domain.errors import StatementError
from ingest_service.domain.reading.tables import MAX_COLUMNS, SAMPLE_RECORDS, Record, Table

MAX_ENTRIES = 2_000
MAX_INFLATED_BYTES = 768 << 20
MAX_RATIO = 200
_RATIO_FROM_BYTES = 8 << 20
_EXACT_FLOAT = 1e15


class _Rows(Iterable[Record]):
    def __init__(self, rows: Sequence[Sequence[object]], first_row: int) -> None:
        self._rows = rows
        self._first_row = first_row

    def __iter__(self) -> Iterator[Record]:
        for number, cells in enumerate(self._rows, start=self._first_row):
            yield Record(number, [cell_text(cell) for cell in cells])


def open_workbook(stream: BinaryIO) -> Iterator[Table]:
    """One table for each sheet that has cells.

    Raises:
        StatementError: archive-too-large, workbook-unreadable or too-many-columns.
    """
    guard_archive(stream)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(stream)
        names = list(workbook.sheet_names)
    except (CalamineError, OSError, ValueError) as error:
        raise StatementError("workbook-unreadable") from error
    for name in names:
        try:
            sheet = workbook.get_sheet_by_name(name)
        except CalamineError:
            continue
        if sheet.width > MAX_COLUMNS:
            raise StatementError("too-many-columns", limit=MAX_COLUMNS)
        start = sheet.start[0] + 1 if sheet.start else 1
        records = _Rows(sheet.to_python(skip_empty_area=True), start)
        yield Table(sheet=name, sample=tuple(islice(records, SAMPLE_RECORDS)), records=records)


def guard_archive(stream: BinaryIO) -> None:
    """Nothing when the archive is within bounds; an old binary workbook is no archive.

    Raises:
        StatementError: archive-too-large or workbook-unreadable.
    """
    try:
        if not zipfile.is_zipfile(stream):
            return
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise StatementError("workbook-unreadable") from error
    finally:
        stream.seek(0)
    inflated = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    bomb = inflated > _RATIO_FROM_BYTES and inflated / packed > MAX_RATIO
    if len(entries) > MAX_ENTRIES or inflated > MAX_INFLATED_BYTES or bomb:
        raise StatementError("archive-too-large")
    if any(entry.flag_bits & 1 for entry in entries):
        raise StatementError("workbook-unreadable")


def cell_text(cell: object) -> str:
    """The text that a person sees in the cell: 28.16, 12, 2024-03-05 12:21:00."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < _EXACT_FLOAT:
            return str(int(cell))
        return repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return "" if cell is None else str(cell)
