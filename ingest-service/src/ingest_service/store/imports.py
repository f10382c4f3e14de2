"""Imports in SQLite: uploads, their errors, and their undoing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, and_, insert, or_, select, tuple_, update

from ingest_service.domain.errors import ImportNotFoundError
from ingest_service.domain.models import ImportRecord, JobProgress, NewImport, RowError
from ingest_service.domain.ports import ErrorPage
from ingest_service.store.rows import error_of, import_of, inserted_id
from ingest_service.store.tables import import_errors, imports
from ingest_service.store.undo import Undo
from servicekit.jobs import JobQueue

_UNFINISHED = ("queued", "running")
_FINISHED = ("succeeded", "partial", "failed")
# What the worker waits for, by the kit's own codes, before it begins anew.
_WAITS = ("storage-full", "database-busy")
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
            mapping=new.mapping,
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

    def fail(
        self,
        import_id: int,
        *,
        code: str,
        detail: str,
        now: int,
        params: Mapping[str, object] | None = None,
    ) -> None:
        """Note that nothing was stored and why."""
        self._set(
            import_id,
            status="failed",
            error_code=code,
            error_detail=detail,
            error_params=json.dumps(dict(params), ensure_ascii=False) if params else None,
            finished_at=now,
        )

    def begin_anew(self, import_id: int) -> None:
        """Let an import that failed wait for another try; why it failed is forgotten."""
        forgotten = dict.fromkeys(("error_code", "error_detail", "error_params", "finished_at"))
        self._set(import_id, status="queued", **forgotten)

    def _set(self, import_id: int, **values: object) -> None:
        self._connection.execute(update(imports).where(imports.c.id == import_id).values(**values))

    def ask_mapping(self, import_id: int, *, mapping: str, preview: str) -> None:
        """Let the import wait for its mapping, with the best guess and the first rows."""
        self._set(import_id, status="needs_mapping", mapping=mapping, preview=preview)

    def preview(self, import_id: int) -> str:
        """The first rows of an import that waits for its mapping."""
        query = select(imports.c.preview).where(imports.c.id == import_id)
        return str(self._connection.execute(query).scalar_one())

    def use_mapping(
        self, import_id: int, mapping: str | None, *, signature: str | None = None
    ) -> None:
        """Read the file by this mapping, or by none; what was asked is forgotten."""
        self._set(import_id, mapping=mapping, header_signature=signature, preview=None)

    def progress_of(self, record: ImportRecord) -> JobProgress:
        """How far the work has come."""
        if record.status not in _UNFINISHED:
            return JobProgress(record.rows_total, record.rows_total, "done")
        job = self._queue.read(self._connection, record.job_id) if record.job_id else None
        if job is None:
            return JobProgress(0, 0, "queued")
        if job.state == "queued" and job.error_code in _WAITS:
            return JobProgress(job.done, job.total, f"waiting-{job.error_code}")
        return JobProgress(job.done, job.total, job.stage or record.status)

    def errors(
        self, import_id: int, page: ErrorPage
    ) -> tuple[Sequence[RowError], tuple[int, int] | None]:
        """Errors in the order of the file, and the position after which the next page begins."""
        c = import_errors.c
        place = tuple_(c.row, c.id)
        query = select(import_errors).where(c.import_id == import_id, c.repaired_by.is_(None))
        query = query.where(place > tuple_(*page.after)).order_by(c.row, c.id)
        if page.kind is not None:
            query = query.where(c.kind == page.kind)
        rows = list(self._connection.execute(query.limit(page.limit + 1)).mappings())
        more = len(rows) > page.limit
        last = rows[page.limit - 1] if more else None
        position = None if last is None else (last["row"], last["id"])
        return [error_of(row) for row in rows[: page.limit]], position

    def failed_places(self, import_id: int) -> frozenset[tuple[str, int]]:
        """Sheet and line of every row that was not stored, and that no repair brought since."""
        c = import_errors.c
        query = select(c.sheet, c.row).where(c.import_id == import_id, c.repaired_by.is_(None))
        return frozenset((sheet or "", row) for sheet, row in self._connection.execute(query))

    def find_repairable(self, user_id: int, header: Sequence[str]) -> ImportRecord | None:
        """The newest import of this header that has rows to repair."""
        c = imports.c
        query = (
            select(imports)
            .where(c.user_id == user_id, c.header.is_not(None), c.dry_run == 0)
            .where(c.repair_of.is_(None), c.status.in_(_FINISHED), c.rows_failed > 0)
            .order_by(c.id.desc())
        )
        wanted = [cell.strip() for cell in header]
        for row in self._connection.execute(query).mappings():
            headers = json.loads(row["header"]).values()
            if any([cell.strip() for cell in cells] == wanted for cells in headers):
                return import_of(row)
        return None

    def set_repair(self, import_id: int, repaired_id: int) -> None:
        """Join a repair to the import that it repairs; it is read with that one's settings."""
        c = imports.c
        names = (c.time_zone, c.currency, c.requested_profile)
        given = self._connection.execute(select(*names).where(c.id == repaired_id)).mappings().one()
        self._set(import_id, repair_of=repaired_id, **given)

    def undo_rows(self, user_id: int, import_id: int) -> int:
        """Remove what the import added, restore what it changed; the last seq used."""
        seq = Undo(self._connection, self.get(user_id, import_id)).run()
        self._set(import_id, last_seq=seq)
        return seq

    def file_paths(self) -> frozenset[str]:
        """Names of all uploads that are kept: those of dry runs only until these are done."""
        is_needed = or_(imports.c.dry_run == 0, imports.c.status.not_in((*_FINISHED, "undone")))
        query = select(imports.c.file_path).where(is_needed)
        return frozenset(self._connection.execute(query).scalars())
