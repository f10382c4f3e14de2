"""Records of a table as columns of text: no Python object a cell.

A sheet's columns come from another process, each packed into one string of bytes. pyarrow and
NumPy are loaded by the functions that make columns of them, so that the process that only packs
starts at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from ingest_service.domain.reading.tables import Record

_JOINT = "\x1f"
_JOINT_BYTES = _JOINT.encode()


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive records as columns of text.

    Attributes:
        lines: int64, the line (text) or row (workbook) of each record, from 1, ascending.
        columns: large_string without nulls, named "0", "1", ...
        padded: whether cells at the end were filled up with empty ones, which no record has.
    """

    lines: NDArray[np.int64]
    columns: pa.Table
    padded: bool = False

    def cells(self, position: int) -> list[str]:
        """The cells of one record."""
        return self._ended([str(column[position].as_py()) for column in self.columns.columns])

    def record(self, position: int) -> Record:
        """One record as the careful reader would give it."""
        from ingest_service.domain.reading.tables import Record

        return Record(int(self.lines[position]), self.cells(position))

    def records(self) -> Iterator[Record]:
        """All of them."""
        from ingest_service.domain.reading.tables import Record

        rows = zip(*(column.to_pylist() for column in self.columns.columns), strict=True)
        for line, cells in zip(self.lines.tolist(), rows, strict=True):
            yield Record(line, self._ended(list(cells)))

    def _ended(self, cells: list[str]) -> list[str]:
        while self.padded and cells and not cells[-1]:
            cells.pop()
        return cells


class Blocks(Protocol):
    """A table that can be read in blocks."""

    def blocks(self, first_line: int) -> Iterator[Block | Iterable[Record]]:
        """The table from a line on: blocks, and last its records where it is no longer even."""
        ...


def pack(cells: Sequence[str]) -> bytes | None:
    """A column in UTF-8; None where a cell holds what cannot be packed."""
    joined = _JOINT.join(cells)
    if joined.count(_JOINT) != len(cells) - 1:
        return None
    try:
        return joined.encode()
    except UnicodeEncodeError:
        return None


def join_packed(parts: Iterable[bytes]) -> bytes:
    """Packed parts of a column as one."""
    return _JOINT_BYTES.join(parts)


def unpack(packed: bytes, rows: int) -> pa.Array:
    """The column (large_string) of that many cells, at least one.

    Raises:
        ValueError: it has another number of cells.
    """
    import numpy as np
    import pyarrow as pa

    joints = np.flatnonzero(np.frombuffer(packed, dtype=np.uint8) == ord(_JOINT))
    if len(joints) != rows - 1:
        raise ValueError("a packed column has another number of cells than rows")
    text = packed.replace(_JOINT_BYTES, b"")
    offsets = np.zeros(rows + 1, dtype=np.int64)
    offsets[1:-1] = joints - np.arange(rows - 1)
    offsets[-1] = len(text)
    return pa.LargeStringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(text))
