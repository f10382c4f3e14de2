"""Workbooks of rows, written by child processes.

A million rows take some twenty seconds of pure computing: in the web process every other request
would wait for its share, and the memory would stay.
"""

from __future__ import annotations

import errno
import os
import pickle
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO

from ingest_service.domain.errors import WorkbookUnavailableError
from ingest_service.store.export_files import ExportFolder
from ingest_service.store.workbook_child import DISK_FULL
from ingest_service.usecases.export import ExportOrder

MAX_CHILDREN = 2
_WAIT_S = 60.0
_WORK_S = 900.0
_CHILD = "ingest_service.store.workbook_child"


class WorkbookChildren:
    """Starts the children, a few at a time."""

    def __init__(
        self, database: Path, folder: Path, *, wait_s: float = _WAIT_S, work_s: float = _WORK_S
    ) -> None:
        self._command = [sys.executable, "-m", _CHILD, str(database), str(folder)]
        self._files = ExportFolder(folder)
        self._wait_s = wait_s
        self._work_s = work_s
        self._free = BoundedSemaphore(MAX_CHILDREN)

    def make(self, order: ExportOrder) -> IO[bytes]:
        """The workbook; the file goes when it is closed.

        Raises:
            WorkbookUnavailableError: too many are written at this moment, or it cannot be.
            OSError: the disk is full.
        """
        if not self._free.acquire(timeout=self._wait_s):
            raise WorkbookUnavailableError("as many workbooks are written as may be at once")
        try:
            return self._files.workbook(lambda path: self._write(order, path))
        finally:
            self._free.release()

    def _write(self, order: ExportOrder, path: Path) -> None:
        try:
            done = subprocess.run(
                [*self._command, str(path)],
                input=pickle.dumps(order),
                check=False,
                timeout=self._work_s,
            )
        except subprocess.TimeoutExpired as error:
            raise WorkbookUnavailableError("the workbook took too long") from error
        if done.returncode == DISK_FULL:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if done.returncode != 0:
            raise WorkbookUnavailableError("the workbook could not be written")
