"""The engine of the read model, tuned for scans."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from servicekit.sqlite import open_engine

CACHE_KIB = 4_000
"""By connection, of which a web process has one for each of its eight threads.

Worker and child have one each; 16 MB made a load no faster.
"""
LOG_BYTES = 64 << 20


def open_read_model(path: Path) -> Engine:
    """An engine on the read model; it can be rebuilt, so NORMAL is safe enough."""
    engine = open_engine(path, synchronous="NORMAL")

    @event.listens_for(engine, "connect")
    def tune(dbapi_connection: Any, _record: object) -> None:
        cursor = dbapi_connection.cursor()
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        cursor.execute("PRAGMA temp_store = MEMORY")
        # A bulk load writes its whole into the log; it need not stay as long for good.
        cursor.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
        cursor.close()

    return engine
