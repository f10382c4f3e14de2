"""The process that writes one workbook: `python -m ...workbook_child DATABASE FOLDER PATH`.

The order comes pickled on stdin. The exit status tells how it ended: 0, or one of those below.
"""

from __future__ import annotations

import datetime as dt
import os
import pickle
import sys
from pathlib import Path

from ingest_service.store.database import SqliteDatabase
from ingest_service.store.export_files import ExportFolder
from ingest_service.store.tables import jobs
from ingest_service.usecases.export import write_expense_workbook
from servicekit.jobs import JobQueue
from servicekit.logs import configure_logs, get_logger
from servicekit.sqlite import open_engine, shortage_of

FAILED, DISK_FULL = 1, 28


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC)


def main() -> int:
    """The exit status: 0 where the whole workbook was written."""
    configure_logs(service="ingest-export", level=os.environ.get("LOG_LEVEL", "INFO"))
    database, folder, path = map(Path, sys.argv[1:])
    order = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by the process that started this
    engine = open_engine(database)
    opened = SqliteDatabase(engine, JobQueue(engine, jobs, _now), temporary_dir=folder)
    try:
        write_expense_workbook(opened, ExportFolder(folder), order, path)
    except Exception as error:  # noqa: BLE001 - told by the status; the process ends with it
        get_logger().error("workbook_failed", kind=type(error).__name__)
        return DISK_FULL if shortage_of(error) == "full" else FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
