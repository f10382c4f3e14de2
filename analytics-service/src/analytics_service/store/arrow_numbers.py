"""Numbers between Arrow and NumPy by their buffers: nothing is copied, and null has a value."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def integers(column: Any, *, missing: int = 0) -> Integers:
    """The values (int64) of a pyarrow column of whole numbers or days; missing stands for null."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    validity, data = array.buffers()
    here = slice(array.offset, array.offset + len(array))
    width = array.type.bit_width // 8
    values = np.frombuffer(data or b"", dtype=f"i{width}")[here].astype(np.int64, copy=False)
    if not array.null_count:
        return values
    bits = np.unpackbits(np.frombuffer(validity, dtype=np.uint8), bitorder="little")
    return np.where(bits[here], values, missing)


def arrow_integers(values: Integers) -> Any:
    """The values as a pyarrow array of int64."""
    whole = np.ascontiguousarray(values, dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), len(whole), [None, pa.py_buffer(whole)])
