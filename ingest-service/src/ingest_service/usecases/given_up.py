"""Imports that failed for a reason outside their file: why, and another try when it is gone."""

from __future__ import annotations

from ingest_service.domain.errors import ImportNotRepeatableError
from ingest_service.domain.messages import sentence
from ingest_service.domain.models import ImportRecord, JobProgress
from ingest_service.domain.ports import Database, Session, Uploads
from ingest_service.usecases.uploads import IMPORT_JOB, ImportStatus, status_of

STORAGE_FULL = "storage-full"
_INTERNAL = "internal"
# What another try may mend; every other failure lies in the file.
_REPEATABLE = frozenset({STORAGE_FULL, _INTERNAL})
_UNFINISHED = frozenset({"queued", "running"})
# Staged rows, the write-ahead log and the table at once: 60,000 rows took 810 bytes each.
_BYTES_PER_ROW = 1_000
_BYTES_PER_FILE_BYTE = 8
_MEGABYTE = 1 << 20
_LEAST_MEGABYTES = 10


def give_up_import(
    database: Database, uploads: Uploads, *, user_id: int, import_id: int, code: str, now: int
) -> None:
    """Note that an import failed for good and what to do; nothing of it was stored.

    code is the queue's: storage-full, or any other, which people need not tell apart.
    """
    with database.write() as session:
        record = session.imports.get(user_id, import_id)
        if record.status not in _UNFINISHED:
            return
        params: dict[str, object] = {}
        said = code = STORAGE_FULL if code == STORAGE_FULL else _INTERNAL
        if code == STORAGE_FULL:
            progress = session.imports.progress_of(record)
            params["megabytes"] = _missing_megabytes(record, progress, uploads.free_bytes())
            # The file of a dry run is not kept.
            said = "storage-full-again" if record.dry_run else code
        detail = sentence(said, locale=record.locale, params=params)
        session.imports.fail(import_id, code=code, detail=detail, now=now, params=params)


def _missing_megabytes(record: ImportRecord, progress: JobProgress, free_bytes: int) -> int:
    """How much more room the import needs, by its size and by the rows that were counted."""
    rows = max(progress.done, progress.total)
    needed = max(rows * _BYTES_PER_ROW, record.size_bytes * _BYTES_PER_FILE_BYTE)
    return max(-((free_bytes - needed) // _MEGABYTE), _LEAST_MEGABYTES)


def retry_import(database: Database, *, user_id: int, import_id: int) -> ImportStatus:
    """Queue an import again that the installation failed, not its file.

    One that is queued or running already stays as it is.

    Raises:
        ImportNotFoundError: there is no such import.
        ImportNotRepeatableError: it did not fail, its file is at fault, or was not kept.
    """
    with database.write() as session:
        record = session.imports.get(user_id, import_id)
        if record.status not in _UNFINISHED:
            _begin_anew(session, record)
        return status_of(session, session.imports.get(user_id, import_id))


def _begin_anew(session: Session, record: ImportRecord) -> None:
    if record.status != "failed" or record.error_code not in _REPEATABLE or record.dry_run:
        raise ImportNotRepeatableError("Another try of this import would change nothing.")
    session.imports.begin_anew(record.id)
    session.imports.enqueue(IMPORT_JOB, record.id, record.user_id)
