"""Rows whose city nobody has looked for: entered by hand, corrected, or older than cities are."""

from __future__ import annotations

from collections.abc import Callable

from ingest_service.domain.places import NO_CITY, Locator
from ingest_service.domain.ports import Database

BATCH_ROWS = 20_000
"""At a time, so that imports need not wait for many old rows."""


def locate_rows(
    database: Database, locator: Callable[[], Locator], *, limit: int = BATCH_ROWS
) -> int:
    """How many rows were looked up; loads NumPy where there are any, so for the worker only.

    The search stands outside of any transaction; rows whose place changed meanwhile are left for
    the next time.
    """
    with database.read() as session:
        rows = session.cities.unplaced(limit=limit)
    if not rows:
        return 0
    import numpy as np

    lats, lons = (np.array([getattr(row, name) for row in rows], float) for name in ("lat", "lon"))
    codes = locator().codes([row.place for row in rows], lats, lons)
    told = locator().cities(sorted(set(codes) - {NO_CITY}))
    with database.write() as session:
        session.cities.place(list(zip(rows, codes, strict=True)), told)
    return len(rows)
