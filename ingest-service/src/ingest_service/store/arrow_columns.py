"""Columns of plain values as Arrow arrays, built from their buffers.

pyarrow.array() would look whether its argument is a pandas object and load pandas for that: 0.6 s
of every start of the process that serves the feed.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

Values = Sequence[Any]


def integers(pa: Any, values: Values) -> Any:
    """int64, None where a value is missing."""
    filled = array("q", [0 if value is None else value for value in values])
    return _fixed(pa, pa.int64(), values, filled)


def floats(pa: Any, values: Values) -> Any:
    """float64, None where a value is missing."""
    filled = array("d", [0.0 if value is None else value for value in values])
    return _fixed(pa, pa.float64(), values, filled)


def days(pa: Any, values: Values) -> Any:
    """date32 from days since 1970-01-01."""
    return _fixed(pa, pa.date32(), values, array("i", values))


def booleans(pa: Any, values: Values) -> Any:
    """Bool from 0 and 1."""
    buffers = [None, pa.py_buffer(_bits(bool(value) for value in values))]
    return pa.Array.from_buffers(pa.bool_(), len(values), buffers)


def strings(pa: Any, values: Values) -> Any:
    """utf8 from texts; a lone surrogate becomes a question mark."""
    encoded = [value.encode("utf-8", "replace") for value in values]
    offsets = array("i", accumulate(map(len, encoded), initial=0))
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _fixed(pa: Any, kind: Any, values: Values, filled: array[Any]) -> Any:
    mask = _bits(value is not None for value in values) if None in values else None
    validity = None if mask is None else pa.py_buffer(mask)
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(filled)])


def _bits(flags: Iterable[bool]) -> bytes:
    """One bit for each flag, the first in the lowest bit, as Arrow wants them."""
    packed = bytearray()
    byte = position = 0
    for flag in flags:
        byte |= flag << position
        position += 1
        if position == 8:  # noqa: PLR2004 - bits of a byte
            packed.append(byte)
            byte = position = 0
    if position:
        packed.append(byte)
    return bytes(packed)
