"""The engine of the read model, tuned for scans."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from servicekit.sqlite import open_engine

WEB_CACHE_KIB = 8_000
WORKER_CACHE_KIB = 64_000
MMAP_BYTES = 1 << 30
"""Pages are read in place; the kernel counts and reclaims them, not this process."""


def open_read_model(path: Path, *, cache_kib: int = WEB_CACHE_KIB) -> Engine:
    """An engine on the read model; it can be rebuilt, so NORMAL is safe enough."""
    engine = open_engine(path, synchronous="NORMAL")

    @event.listens_for(engine, "connect")
    def tune(dbapi_connection: Any, _record: object) -> None:
        cursor = dbapi_connection.cursor()
        cursor.execute(f"PRAGMA cache_size = -{cache_kib}")
        cursor.execute(f"PRAGMA mmap_size = {MMAP_BYTES}")
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.close()

    return engine
