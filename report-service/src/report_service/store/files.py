"""The folder of finished files: whole or absent, never half written."""

import contextlib
import hashlib
import os
import time
from pathlib import Path

from report_service.domain.report import StoredFile

FOLDER = "files"
TEMPORARY_SUFFIX = ".part"
ORPHAN_AGE_S = 3600.0


class ReportFolder:
    """Implements ReportFiles in a folder of the data folder; paths are relative to the latter."""

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir

    def write(self, *, owner_id: str, name: str, content: bytes) -> StoredFile:
        """Write under a temporary name, make it durable, then give it its name."""
        folder = self.root / FOLDER / owner_id
        folder.mkdir(parents=True, exist_ok=True)
        final = folder / name
        temporary = folder / f"{name}.{os.getpid()}{TEMPORARY_SUFFIX}"
        try:
            with temporary.open("wb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
            temporary.replace(final)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(folder)
        digest = hashlib.sha256(content).hexdigest()
        return StoredFile(f"{FOLDER}/{owner_id}/{name}", len(content), digest)

    def delete(self, path: str) -> None:
        """Remove a file; one that is gone already is no error."""
        self.absolute(path).unlink(missing_ok=True)

    def absolute(self, path: str) -> Path:
        """Where a stored path is on this disk."""
        return self.root / path

    def sweep(self, known: set[str], *, now: float | None = None) -> int:
        """The number of removed files that no report knows and that are an hour old."""
        oldest = (time.time() if now is None else now) - ORPHAN_AGE_S
        removed = 0
        for path in self.root.glob(f"{FOLDER}/*/*"):
            if path.relative_to(self.root).as_posix() in known:
                continue
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
                    removed += 1
        return removed


def _sync_folder(folder: Path) -> None:
    # The rename itself is durable only once its folder is.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
