"""Cells of many rows; loads NumPy and pyarrow, for the worker only."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics_service.domain.grid import (
    AREA,
    FINEST,
    LAST_COLUMN,
    LAST_ROW,
    MAX_LATITUDE,
    MAX_LONGITUDE,
    NO_CELL,
    STEPS,
    WIDTH,
    parts_of,
)
from analytics_service.store.arrow_numbers import Integers


def cells(lat: Any, lon: Any) -> Integers:
    """domain.grid.cell_of for pyarrow arrays of float64 that may hold nulls."""
    if lat.null_count == len(lat):
        return np.full(len(lat), NO_CELL, dtype=np.int64)
    lats, lons = (column.to_numpy(zero_copy_only=False) for column in (lat, lon))
    missing = np.isnan(lats) | np.isnan(lons)
    rows = _indexes(np.where(missing, 0.0, lats)) + MAX_LATITUDE * STEPS
    columns = _indexes(np.where(missing, 0.0, lons)) + MAX_LONGITUDE * STEPS
    found = np.minimum(rows, LAST_ROW) * WIDTH + np.minimum(columns, LAST_COLUMN)
    return np.where(missing, NO_CELL, found)


def areas(cell: Integers) -> Integers:
    """domain.grid.area_of."""
    parts = parts_of(AREA, of=FINEST)
    found = cell // WIDTH // parts * WIDTH + cell % WIDTH // parts
    return np.where(cell == NO_CELL, NO_CELL, found)


def _indexes(degrees: NDArray[np.float64]) -> Integers:
    """domain.grid.index_of."""
    near = np.floor(degrees * STEPS)
    above = (near + 1) / STEPS <= degrees
    below = near / STEPS > degrees
    found: Integers = (near + above - below).astype(np.int64)
    return found
