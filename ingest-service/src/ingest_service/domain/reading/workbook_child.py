"""The process that parses one workbook: `python -m ...workbook_child < FILE`, rows on stdout.

Frames are a length and a marshalled pair: ("sheet", name), then the rows and ("done", None) for
each sheet, ("end", None) at last; ("error", code) ends it at any point. The first rows come as
("rows", [(row, cells), ...]), for whoever looks what table it is; the others as
("columns", ([row, ...], [packed column, ...])), filled up with empty cells, or again as rows where
a cell is too long or cannot be packed.
"""

from __future__ import annotations

import datetime as dt
import marshal
import os
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import islice
from typing import IO, Any, BinaryIO, cast

from ingest_service.domain.reading.blocks import join_packed, pack

MAX_COLUMNS = 512
MAX_CELL_CHARS = 32_767
MEMORY_BYTES = 320 << 20
CPU_S = 300
_EXACT_FLOAT = 1e15
_FIRST_ROWS = 100
_ROWS = 1_000
_CHARS = 1 << 20
_BLOCK_ROWS = 20_000
_PACKED_BYTES = 4 << 20
_PART_CELLS = 50_000
_BLOCK_BYTES = 1 << 16
_LENGTH = struct.Struct("<I")
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# BOF of a BIFF8 workbook's globals, and how far from it the code page can stand: in its sector.
_BIFF8_GLOBALS = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_GLOBALS_BYTES = 512 - 6
_CODEPAGE = 0x0042
_UTF16 = 1200
_INPUT = "/dev/fd/0"
Rows = Iterable[tuple[int, Sequence[object]]]


class RefusedError(Exception):
    """The workbook is refused with a stable code."""


def main() -> None:
    """Read the workbook that stands on stdin."""
    _limit()
    out = os.fdopen(os.dup(1), "wb")
    try:
        with open(_INPUT, "rb") as file:  # noqa: PTH123 - a descriptor, no path
            check_sizes(file)
        slowly = "slowly" in sys.argv[1:]
        for name, rows in _slow_sheets() if slowly else _fast_sheets():
            _send(out, "sheet", name)
            for kind, part in sheet_frames(rows, in_columns=not slowly):
                _send(out, kind, part)
            _send(out, "done", None)
        _send(out, "end", None)
    except RefusedError as error:
        _send(out, "error", str(error))
    except MemoryError:
        _send(out, "error", "archive-too-large")
    except BrokenPipeError:
        pass
    except BaseException as error:  # noqa: BLE001 - a panic of the parser is no Exception
        locked = "password" in str(error).lower()
        _send(out, "error", "workbook-locked" if locked else "workbook-unreadable")
    os._exit(0)


def _limit() -> None:
    for kind, wanted in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, hard))


def _send(out: IO[bytes], kind: str, value: Any) -> None:
    body = marshal.dumps((kind, value))
    out.write(_LENGTH.pack(len(body)))
    out.write(body)
    out.flush()


def check_sizes(file: BinaryIO) -> None:
    """Nothing where every member of a zip inflates to what its directory says, and no more.

    Raises:
        RefusedError: archive-too-large.
    """
    if not zipfile.is_zipfile(file):
        return
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
    for entry in entries:
        if entry.compress_type == zipfile.ZIP_DEFLATED:
            file.seek(entry.header_offset)
            name, extra = struct.unpack_from("<HH", file.read(30), 26)
            file.seek(name + extra, os.SEEK_CUR)
            if _inflated(file, entry.compress_size, entry.file_size) > entry.file_size:
                raise RefusedError("archive-too-large")


def _inflated(file: BinaryIO, packed: int, limit: int) -> int:
    """How long a member is really, counted to just above the limit."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    done = 0
    while packed > 0 and done <= limit and not inflater.eof:
        block = file.read(min(packed, _BLOCK_BYTES))
        if not block:
            break
        packed -= len(block)
        while block and done <= limit:
            done += len(inflater.decompress(block, _CHARS))
            block = inflater.unconsumed_tail
    return done


def _fast_sheets() -> Iterator[tuple[str, Rows]]:
    from python_calamine import CalamineError, CalamineWorkbook

    workbook = CalamineWorkbook.from_object(_source())
    found = broken = False
    for name in workbook.sheet_names:
        try:
            sheet = workbook.get_sheet_by_name(name)
        except CalamineError:
            # A chart, or a sheet whose part is missing; the others may still be read.
            broken = True
            continue
        if sheet.width > MAX_COLUMNS:
            raise RefusedError("too-many-columns")
        if sheet.start is not None:
            found = True
            yield name, enumerate(sheet.iter_rows(), start=1)
    if broken and not found:
        raise RefusedError("workbook-unreadable")


def _source() -> str | BytesIO:
    """The workbook for the fast parser: the file, or an old one whose code page is mended."""
    with open(_INPUT, "rb") as file:  # noqa: PTH123 - a descriptor, no path
        if file.read(len(_OLE_MAGIC)) != _OLE_MAGIC:
            return _INPUT
        file.seek(0)
        content = file.read()
    at = foreign_code_page(content)
    if at is None:
        return _INPUT
    return BytesIO(content[:at] + struct.pack("<H", _UTF16) + content[at + 2 :])


def foreign_code_page(content: bytes) -> int | None:
    """Where a BIFF8 workbook names another code page than UTF-16; None where it does not.

    Its texts are UTF-16 whatever the CODEPAGE record says. Some writers (the account book 随手记)
    say 1252, and the parser would take their bytes for Latin letters.
    """
    first = content.find(_BIFF8_GLOBALS)
    at = first
    while first <= at <= min(first + _GLOBALS_BYTES, len(content) - 6) and first >= 0:
        kind, size = struct.unpack_from("<HH", content, at)
        if kind == _CODEPAGE:
            page = struct.unpack_from("<H", content, at + 4)[0]
            return None if page == _UTF16 else at + 4
        at += 4 + size
    return None


def _slow_sheets() -> Iterator[tuple[str, Rows]]:
    """The sheets by openpyxl: a tenth of the speed, at constant memory."""
    from openpyxl import load_workbook

    with open(_INPUT, "rb") as file:  # noqa: PTH123 - a descriptor, no path
        workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in workbook.worksheets:
            rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1)
            yield sheet.title, enumerate(rows, start=1)


def sheet_frames(rows: Rows, *, in_columns: bool) -> Iterator[tuple[str, Any]]:
    """Kinds and values of the frames of a sheet's rows."""
    filled = _filled(rows)
    for batch in _batches(islice(filled, _FIRST_ROWS)):
        yield "rows", batch
    if not in_columns:
        for batch in _batches(filled):
            yield "rows", batch
        return
    block = _Columns()
    while part := _part(filled):
        if block.add(part):
            if block.is_full:
                yield "columns", block.taken()
            continue
        if block.numbers:
            yield "columns", block.taken()
        for batch in _batches(part):
            yield "rows", batch
    if block.numbers:
        yield "columns", block.taken()


def _part(filled: Iterator[tuple[int, Sequence[object]]]) -> list[tuple[int, Sequence[object]]]:
    """Some of the next rows, the fewer the wider they are; none at the end."""
    first = next(filled, None)
    if first is None:
        return []
    rows = max(1, min(_ROWS, _PART_CELLS // len(first[1])))
    return [first, *islice(filled, rows - 1)]


def _filled(rows: Rows) -> Iterator[tuple[int, Sequence[object]]]:
    """The rows that hold anything.

    A cell far below makes a million empty rows; to look at each of their cells takes seconds.
    """
    for number, values in rows:
        if values.count("") != len(values) and values.count(None) != len(values):
            yield number, values


class _Columns:
    """Rows of one sheet, all of one width, on their way to be a frame of columns."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self._parts: list[list[bytes]] = []
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether the frame should be sent."""
        return len(self.numbers) >= _BLOCK_ROWS or self._bytes > _PACKED_BYTES

    def add(self, part: Sequence[tuple[int, Sequence[object]]]) -> bool:
        """Whether all of the rows could be taken in; else none of them was."""
        packed = []
        for cells in zip(*(values for _, values in part), strict=True):
            column = _packed_texts(cells)
            if column is None:
                return False
            packed.append(column)
        self.numbers += [number for number, _ in part]
        self._parts.append(packed)
        self._bytes += sum(map(len, packed))
        return True

    def taken(self) -> tuple[list[int], list[bytes]]:
        """What is there, which is then gone."""
        taken = self.numbers, list(map(join_packed, zip(*self._parts, strict=True)))
        self.numbers, self._parts, self._bytes = [], [], 0
        return taken


def _packed_texts(cells: Sequence[object]) -> bytes | None:
    """Cells as people see them, packed; None where that cannot be."""
    if set(map(type, cells)) == {str}:
        texts = cast("Sequence[str]", cells)
    else:
        texts = [cell_text(cell) for cell in cells]
    if max(map(len, texts)) > MAX_CELL_CHARS:
        return None
    return pack(texts)


def _batches(rows: Rows) -> Iterator[list[tuple[int, list[str]]]]:
    batch: list[tuple[int, list[str]]] = []
    chars = 0
    for number, values in rows:
        cells = [cell_text(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(cells) > MAX_COLUMNS:
            raise RefusedError("too-many-columns")
        batch.append((number, cells))
        chars += sum(map(len, cells))
        if len(batch) >= _ROWS or chars > _CHARS:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def cell_text(cell: object) -> str:
    """The text that a person sees in the cell: 28.16, 12, 2024-03-05 12:21:00."""
    if isinstance(cell, str):
        return cell if len(cell) <= MAX_CELL_CHARS else cell[: MAX_CELL_CHARS + 1]
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < _EXACT_FLOAT:
            return str(int(cell))
        return repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return "" if cell is None else str(cell)


if __name__ == "__main__":
    main()
