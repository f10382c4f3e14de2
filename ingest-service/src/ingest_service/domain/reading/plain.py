"""Blocks of an even text as columns, parsed by Arrow at the speed of the disk.

Only what every reader would read alike comes this way: each record on one line, all of one width,
no stray quote. From the first block that is otherwise, the careful reader takes over.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from ingest_service.domain.reading.blocks import Block

if TYPE_CHECKING:
    import pyarrow as pa

    from ingest_service.domain.reading.tables import Record

_BLOCK_BYTES = 6 << 20
_MAX_CELL_BYTES = 32_767
_READABLE = frozenset({"utf-8", "utf-8-sig", "gb18030", "gbk"})


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text that may be read in blocks, and the careful reader from any byte and line on."""

    stream: BinaryIO
    encoding: str
    delimiter: str
    records_from: Callable[[int, int], Iterable[Record]]

    def blocks(self, first_line: int) -> Iterator[Block | Iterable[Record]]:
        """The text from a line on: blocks, and last its records where it is no longer even."""
        if self.encoding not in _READABLE or len(self.delimiter.encode()) > 1:
            yield self._carefully(first_line)
            return
        import numpy as np

        self.stream.seek(0)
        for _ in range(first_line - 1):
            if b"\r" in self.stream.readline().removesuffix(b"\r\n"):
                # Lines that end in CR alone: their numbers are not to be had this way.
                yield self._carefully(first_line)
                return
        offset, line, rest = self.stream.tell(), first_line, b""
        while True:
            self.stream.seek(offset + len(rest))
            more = self.stream.read(_BLOCK_BYTES)
            data = rest + more
            if not data:
                return
            end = data.rfind(b"\n") + 1 if more else len(data)
            if end == 0:
                rest = data
                continue
            rest, data = data[end:], data[:end]
            lines = data.count(b"\n") + (not data.endswith(b"\n"))
            columns = self._columns(data, lines)
            if columns is None:
                yield self.records_from(offset, line)
                return
            yield Block(np.arange(line, line + lines, dtype=np.int64), columns)
            offset, line = offset + end, line + lines

    def _carefully(self, first_line: int) -> Iterable[Record]:
        return (record for record in self.records_from(0, 1) if record.row >= first_line)

    def _columns(self, data: bytes, lines: int) -> pa.Table | None:
        """The columns of whole lines, or None where they are not even."""
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        if b"\x00" in data or data.count(b"\r") != data.count(b"\r\n"):
            return None
        try:
            text = data if self.encoding.startswith("utf-8") else _as_utf8(data, self.encoding)
            width = self._width(text)
            names = [str(number) for number in range(width)]
            table = arrow_csv.read_csv(
                pa.py_buffer(text),
                read_options=arrow_csv.ReadOptions(
                    column_names=names, block_size=len(text) + 1, use_threads=False
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=self.delimiter,
                    quote_char='"' if b'"' in text else False,
                    ignore_empty_lines=False,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
                ),
            )
        except (pa.ArrowInvalid, UnicodeError, csv.Error):
            return None
        even = table.num_rows == lines and not _has_long_cells(table)
        return table if even else None

    def _width(self, text: bytes) -> int:
        first = text[: text.find(b"\n") + 1 or len(text)].decode()
        return len(next(csv.reader([first], delimiter=self.delimiter), []))


def _as_utf8(data: bytes, encoding: str) -> bytes:
    return data.decode(encoding).encode()


def _has_long_cells(table: pa.Table) -> bool:
    import pyarrow.compute as pc

    longest = [pc.max(pc.binary_length(column)).as_py() or 0 for column in table.columns]
    return max(longest, default=0) > _MAX_CELL_BYTES
