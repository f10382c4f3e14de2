"""Processes that hold little: what children are started with, and what all do without."""

import ctypes
import sys
from collections.abc import Mapping
from importlib.abc import MetaPathFinder

ENVIRONMENT: Mapping[str, str] = {
    # What is freed goes back to the system: each child frees large blocks again and again.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
    # Each thread that NumPy might compute with has buffers of its own.
    "OPENBLAS_NUM_THREADS": "1",
}


class _Absent(MetaPathFinder):
    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("pandas is left out", name=fullname)


def leave_out_pandas() -> None:
    """Let pandas be missing in this process, as it is in the service's image.

    pyarrow and scikit-learn load it wherever it is installed, for nothing that is used here: 60 MB
    and up to a second at the start of each child.
    """
    sys.meta_path.insert(0, _Absent())


def give_back() -> None:
    """Return freed memory to the system, where the C library can: after work that took much."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
