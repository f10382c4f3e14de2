"""Imports in SQLite: uploads, their errors, and their undoing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, insert, select, update

from ingest_service.domain.errors import ImportNotFoundError
from ingest_service.domain.models import ImportRecord, JobProgress, NewImport, RowError
from ingest_service.store.rows import error_of, import_of, inserted_id
from ingest_service.store.tables import import_errors, imports
from ingest_service.store.undo import Undo
from servicekit.jobs import JobQueue

_UNFINISHED = ("queued", "running")
# These left nothing behind, so the same bytes may come again.
_WITHOUT_TRACE = ("failed", "undone")


class SqliteImports:
    """The uploads of all users and what became of them."""

    def __init__(self, connection: Connection, queue: JobQueue) -> None:
        self._connection = connection
        self._queue = queue

    def get(self, user_id: int, import_id: int) -> ImportRecord:
        """The upload.

        Raises:
            ImportNotFoundError: not there, or not this user's.
        """
        mine = and_(imports.c.id == import_id, imports.c.user_id == user_id)
        row = self._connection.execute(select(imports).where(mine)).mappings().first()
        if row is None:
            raise ImportNotFoundError(str(import_id))
        return import_of(row)

    def page(
        self, user_id: int, *, before_id: int | None, limit: int
    ) -> tuple[Sequence[ImportRecord], int | None]:
        """Uploads, newest first, and the id before which the next page begins."""
        query = select(imports).where(imports.c.user_id == user_id)
        if before_id is not None:
            query = query.where(imports.c.id < before_id)
        ordered = query.order_by(imports.c.id.desc()).limit(limit + 1)
        records = [import_of(row) for row in self._connection.execute(ordered).mappings()]
        more = len(records) > limit
        return records[:limit], records[limit - 1].id if more else None

    def find_same_bytes(self, user_id: int, sha256: str) -> ImportRecord | None:
        """The newest upload of these bytes that stored them or still will."""
        query = (
            select(imports)
            .where(
                imports.c.user_id == user_id,
                imports.c.sha256 == sha256,
                imports.c.dry_run == 0,
                imports.c.status.not_in(_WITHOUT_TRACE),
            )
            .order_by(imports.c.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).mappings().first()
        return None if row is None else import_of(row)

    def add(self, new: NewImport, *, now: int) -> int:
        """The id of a queued upload."""
        statement = insert(imports).values(
            user_id=new.user_id,
            filename=new.filename,
            file_path=new.file_path,
            sha256=new.sha256,
            size_bytes=new.size_bytes,
            requested_profile=new.requested_profile,
            time_zone=new.time_zone,
            currency=new.currency,
            locale=new.locale,
            dry_run=int(new.dry_run),
            status="queued",
            created_at=now,
        )
        return inserted_id(self._connection, statement)

    def enqueue(self, kind: str, record_id: int, user_id: int) -> int:
        """The id of the job that will do the work; joined to the upload."""
        job_id = self._queue.enqueue(
            self._connection,
            kind=kind,
            owner_id=str(user_id),
            payload={"import_id": record_id},
            dedupe_key=f"{kind}:{record_id}",
        )
        self._set(record_id, job_id=job_id)
        return job_id

    def set_status(self, import_id: int, status: str, *, finished_at: int | None = None) -> None:
        """Note where the work stands."""
        self._set(import_id, status=status, finished_at=finished_at)

    def replace_file(self, import_id: int, file_path: str) -> None:
        """Let the import read another kept file; digest and size stay those of the upload."""
        self._set(import_id, file_path=file_path)

    def fail(self, import_id: int, *, code: str, detail: str, now: int) -> None:
        """Note that nothing was stored and why."""
        self._set(import_id, status="failed", error_code=code, error_detail=detail, finished_at=now)

    def _set(self, import_id: int, **values: object) -> None:
        self._connection.execute(update(imports).where(imports.c.id == import_id).values(**values))

    def progress_of(self, record: ImportRecord) -> JobProgress:
        """How far the work has come."""
        if record.status not in _UNFINISHED:
            return JobProgress(record.rows_total, record.rows_total, "done")
        job = self._queue.read(self._connection, record.job_id) if record.job_id else None
        if job is None:
            return JobProgress(0, 0, "queued")
        return JobProgress(job.done, job.total, job.stage or record.status)

    def errors(
        self, import_id: int, *, after_id: int, limit: int
    ) -> tuple[Sequence[RowError], int | None]:
        """Errors in the order of the file, and the id after which the next page begins."""
        query = (
            select(import_errors)
            .where(import_errors.c.import_id == import_id, import_errors.c.id > after_id)
            .order_by(import_errors.c.id)
            .limit(limit + 1)
        )
        rows = list(self._connection.execute(query).mappings())
        more = len(rows) > limit
        return [error_of(row) for row in rows[:limit]], rows[limit - 1]["id"] if more else None

    def undo_rows(self, user_id: int, import_id: int) -> int:
        """Remove what the import added, restore what it changed; the last seq used."""
        seq = Undo(self._connection, self.get(user_id, import_id)).run()
        self._set(import_id, last_seq=seq)
        return seq

    def file_paths(self) -> frozenset[str]:
        """Names of all uploads that are kept."""
        return frozenset(self._connection.execute(select(imports.c.file_path)).scalars())
