"""Sheets of a workbook as records, read by a process of their own with bounded memory.

The parsers of workbooks trust what a file says of its size: two cells far apart make them ask for
hundreds of gigabytes, and they end the process when they get none. So a child process
(workbook_child) does the parsing, under a limit of its address space, and sends columns of text as
they come; what kills it is an error of that file, no more.
"""

from __future__ import annotations

import marshal
import shutil
import signal
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from ingest_service.domain.errors import StatementError
from ingest_service.domain.reading.archive import is_archive, read_directory
from ingest_service.domain.reading.blocks import Block, unpack
from ingest_service.domain.reading.tables import MAX_CELL_CHARS, SAMPLE_RECORDS, Record, Table

MAX_ENTRIES = 2_000
MAX_INFLATED_BYTES = 768 << 20
MAX_RATIO = 200
MAX_SHARED_BYTES = 96 << 20
MAX_OLD_BYTES = 64 << 20
# Above this much XML in a sheet the slow reader with constant memory takes over.
STREAM_FROM_BYTES = 128 << 20
_RATIO_FROM_BYTES = 8 << 20
_CHILD = "ingest_service.domain.reading.workbook_child"
_SHARED = "xl/sharedStrings.xml"
_XLSX = "xl/workbook.xml"
_LENGTH = struct.Struct("<I")
_STATEMENT_CODES = frozenset(
    {"workbook-unreadable", "workbook-locked", "archive-too-large", "too-many-columns"}
)


def open_workbook(stream: BinaryIO) -> Iterator[Table]:
    """One table for each sheet that has cells.

    Raises:
        StatementError: archive-too-large, workbook-unreadable, workbook-locked or too-many-columns.
    """
    slowly = guard_archive(stream)
    with _as_file(stream) as file, closing(_Child(file, slowly=slowly)) as child:
        number = 0
        while (name := child.next_sheet()) is not None:
            number += 1
            first = tuple(islice(child.rows(), SAMPLE_RECORDS))
            if first:
                rows = _Rows(file, number, child, first, slowly=slowly)
                yield Table(sheet=name, sample=first, records=rows, heavy=True, plain=rows)


class _Rows(Iterable[Record]):
    """The rows of a sheet: from the child that is there, and from a new one when asked again."""

    def __init__(
        self, file: BinaryIO, number: int, child: _Child, first: tuple[Record, ...], *, slowly: bool
    ) -> None:
        self._file = file
        self._number = number
        self._first = first
        self._child: _Child | None = child
        self._slowly = slowly

    def __iter__(self) -> Iterator[Record]:
        with self._opened() as (first, child):
            yield from first
            yield from child.rows()

    def blocks(self, first_line: int) -> Iterator[Block | Iterable[Record]]:
        """The rows from this one on: blocks, and last its records where they are no longer even."""
        with self._opened() as (first, child):
            parts: Iterator[Sequence[Record] | Block] = chain((first,), child.parts())
            for part in parts:
                block = part if isinstance(part, Block) else _block(part, first_line)
                if block is None:
                    rest = chain.from_iterable(map(_records, chain((part,), parts)))
                    yield (record for record in rest if record.row >= first_line)
                    return
                if len(block.lines):
                    yield block

    @contextmanager
    def _opened(self) -> Iterator[tuple[Sequence[Record], _Child]]:
        """The rows that were taken for the sample, and a child that has all others."""
        child, self._child = self._child, None
        if child is not None and child.is_at(self._number):
            yield self._first, child
            return
        with closing(_Child(self._file, slowly=self._slowly)) as again:
            for _ in range(self._number):
                again.next_sheet()
            yield (), again


class _Child:
    """A running workbook_child and where it is in its workbook."""

    def __init__(self, file: BinaryIO, *, slowly: bool) -> None:
        file.seek(0)
        command = [sys.executable, "-m", _CHILD, *(["slowly"] if slowly else [])]
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._sheet: str | None = None
        self._number = 0
        # Rows that came and were not asked for yet: the sample takes a part of a batch.
        self._ready: deque[Record] = deque()

    def close(self) -> None:
        """End the child, whatever it does."""
        self._process.kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()

    def is_at(self, number: int) -> bool:
        """Whether the rest of the sheet of that number has not been passed."""
        return self._number == number

    def next_sheet(self) -> str | None:
        """The name of the next sheet, past what is left of this one; None at the end."""
        self._ready.clear()
        while True:
            kind, value = self._frame()
            if kind == "sheet":
                self._number += 1
                self._sheet = str(value)
                return self._sheet
            if kind == "end":
                self._sheet = None
                return None

    def rows(self) -> Iterator[Record]:
        """The rest of this sheet's rows."""
        while self._sheet is not None or self._ready:
            while self._ready:
                yield self._ready.popleft()
            if self._sheet is not None:
                self._ready.extend(_records(self._part()))

    def parts(self) -> Iterator[Sequence[Record] | Block]:
        """The rest of this sheet as it comes: a few rows first, then columns where they can be."""
        if self._ready:
            yield list(self._ready)
            self._ready.clear()
        while self._sheet is not None:
            yield self._part()

    def _part(self) -> Sequence[Record] | Block:
        kind, value = self._frame()
        if kind == "rows":
            return [Record(row, cells) for row, cells in value]
        if kind == "columns":
            return _unpacked(*value)
        self._sheet = None
        return ()

    def _frame(self) -> tuple[str, Any]:
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - asked for above
        head = pipe.read(_LENGTH.size)
        body = pipe.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
        if not body:
            raise StatementError(self._cause_of_death())
        kind, value = marshal.loads(body)  # noqa: S302 - made by our own child
        if kind == "error":
            code = value if value in _STATEMENT_CODES else "workbook-unreadable"
            raise StatementError(code, limit=512)
        return kind, value

    def _cause_of_death(self) -> str:
        """What a child that ended without a word died of: its limits, or a fault of the parser."""
        limits = {-signal.SIGABRT, -signal.SIGKILL, -signal.SIGXCPU, -signal.SIGSEGV}
        return "archive-too-large" if self._process.wait() in limits else "workbook-unreadable"


def _unpacked(numbers: Sequence[int], columns: Sequence[bytes]) -> Block:
    import numpy as np
    import pyarrow as pa

    arrays = [unpack(column, len(numbers)) for column in columns]
    table = pa.table(arrays, names=[str(at) for at in range(len(arrays))])
    return Block(np.array(numbers, dtype=np.int64), table, padded=True)


def _records(part: Sequence[Record] | Block) -> Iterable[Record]:
    return part.records() if isinstance(part, Block) else part


def _block(records: Sequence[Record], first_line: int) -> Block | None:
    """The records from a row on as a block; None where a cell is too long for one."""
    import numpy as np
    import pyarrow as pa

    kept = [record for record in records if record.row >= first_line]
    if any(len(cell) > MAX_CELL_CHARS for record in kept for cell in record.cells):
        return None
    width = max((len(record.cells) for record in kept), default=0)
    padded = [record.cells + [""] * (width - len(record.cells)) for record in kept]
    arrays = [pa.array(column, pa.large_string()) for column in zip(*padded, strict=True)]
    lines = np.array([record.row for record in kept], dtype=np.int64)
    table = pa.table(arrays, names=[str(at) for at in range(width)])
    return Block(lines, table, padded=True)


def guard_archive(stream: BinaryIO) -> bool:
    """Whether the workbook is so large that it must be read at constant memory, slowly.

    Raises:
        StatementError: archive-too-large or workbook-unreadable.
    """
    size = stream.seek(0, 2)
    stream.seek(0)
    head = stream.read(4)
    stream.seek(0)
    if not is_archive(head):
        if size > MAX_OLD_BYTES:
            raise StatementError("archive-too-large")
        return False
    try:
        entries = read_directory(stream)
    except StatementError as error:
        code = "archive-too-large" if error.code == "archive-too-large" else "workbook-unreadable"
        raise StatementError(code) from error
    inflated = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    bomb = inflated > _RATIO_FROM_BYTES and inflated / packed > MAX_RATIO
    shared = sum(entry.file_size for entry in entries if entry.filename == _SHARED)
    if (
        bomb
        or len(entries) > MAX_ENTRIES
        or inflated > MAX_INFLATED_BYTES
        or shared > MAX_SHARED_BYTES
    ):
        raise StatementError("archive-too-large")
    if any(entry.flag_bits & 1 for entry in entries):
        raise StatementError("workbook-locked")
    largest = max((entry.file_size for entry in entries if entry.filename != _SHARED), default=0)
    return largest > STREAM_FROM_BYTES and any(name.filename == _XLSX for name in entries)


@contextmanager
def _as_file(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream as something that a child process can open."""
    try:
        stream.fileno()
    except (OSError, AttributeError):
        with TemporaryFile() as copy:
            stream.seek(0)
            shutil.copyfileobj(stream, copy)
            copy.flush()
            yield cast("BinaryIO", copy)
    else:
        yield stream
