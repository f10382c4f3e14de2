"""What allocators keep of freed memory, given back to the system."""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """Let go of what was freed: some 80 MB after a large file was parsed.

    Arrow's pool and the C library keep it for later, but what follows is NumPy's and SQLite's.
    """
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc only
    if trim is not None:
        trim(0)
