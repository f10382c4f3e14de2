"""Columns of plain values as Arrow arrays, built from their buffers.

pyarrow.array() would look whether its argument is a pandas object and load pandas for that: 0.6 s
of every start of the process that serves the feed.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

Values = Sequence[Any]


def integers(pa: Any, values: Values) -> Any:
    """int64, None where a value is missing."""
    return _numbers(pa, pa.int64(), "q", values)


def floats(pa: Any, values: Values) -> Any:
    """float64, None where a value is missing."""
    return _numbers(pa, pa.float64(), "d", values)


def days(pa: Any, values: Values) -> Any:
    """date32 from days since 1970-01-01."""
    return _numbers(pa, pa.date32(), "i", values)


def booleans(pa: Any, values: Values) -> Any:
    """Bool from 0 and 1."""
    buffers = [None, pa.py_buffer(_bits(list(map(bool, values))))]
    return pa.Array.from_buffers(pa.bool_(), len(values), buffers)


def strings(pa: Any, values: Values) -> Any:
    """utf8 from texts or their bytes; a lone surrogate becomes a question mark."""
    if values and isinstance(values[0], str):
        values = [value.encode("utf-8", "replace") for value in values]
    offsets = array("i", accumulate(map(len, values), initial=0))
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(values))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def _numbers(pa: Any, kind: Any, code: str, values: Values) -> Any:
    validity = None
    try:
        filled = array(code, values)
    except TypeError:
        validity = pa.py_buffer(_bits([value is not None for value in values]))
        filled = array(code, [0 if value is None else value for value in values])
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(filled)])


def _bits(flags: list[bool]) -> bytes:
    """One bit for each flag, the first in the lowest bit, as Arrow wants them."""
    import numpy as np

    return np.packbits(np.array(flags, dtype=bool), bitorder="little").tobytes()
