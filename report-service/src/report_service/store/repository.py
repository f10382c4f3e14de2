"""The reports in SQLite."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, RowMapping, Select, delete, insert, select, update

from report_service.domain.report import (
    Failure,
    Filters,
    Format,
    Period,
    Progress,
    Report,
    ReportRequest,
    Section,
    Status,
    StoredFile,
)
from report_service.store.tables import jobs, reports
from servicekit.jobs import JobQueue
from servicekit.sqlite import read_transaction, write_transaction

MAKE_REPORT = "make-report"
Fence = Callable[[Connection], None]


class SqliteReportStore:
    """Implements ReportStore."""

    def __init__(self, engine: Engine, queue: JobQueue) -> None:
        self._engine = engine
        self._queue = queue

    def add(
        self, *, owner_id: str, title: str, request: ReportRequest, created_at: datetime
    ) -> Report:
        """Keep a new report and queue its job, both or neither."""
        values = {
            "user_id": owner_id,
            "title": title,
            "format": request.format.value,
            "period_first": request.period.first,
            "period_end": request.period.end,
            "request": _request_to_json(request),
            "created_at": created_at.timestamp(),
        }
        with write_transaction(self._engine) as connection:
            made = connection.execute(insert(reports).values(**values).returning(reports.c.id))
            report_id = int(made.scalar_one())
            job_id = self._queue.enqueue(
                connection,
                kind=MAKE_REPORT,
                owner_id=owner_id,
                payload={"report_id": report_id},
                dedupe_key=f"report:{report_id}",
            )
            link = update(reports).where(reports.c.id == report_id).values(job_id=job_id)
            connection.execute(link)
            query = _reports().where(reports.c.id == report_id)
            return _report_of(connection.execute(query).mappings().one())

    def find(self, *, owner_id: str, report_id: int) -> Report | None:
        """A report of this owner, or None."""
        query = _reports().where(reports.c.user_id == owner_id, reports.c.id == report_id)
        with read_transaction(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else _report_of(row)

    def page(self, *, owner_id: str, before_id: int | None, limit: int) -> Sequence[Report]:
        """The owner's reports, the newest first, below an id."""
        query = _reports().where(reports.c.user_id == owner_id)
        if before_id is not None:
            query = query.where(reports.c.id < before_id)
        query = query.order_by(reports.c.id.desc()).limit(limit)
        with read_transaction(self._engine) as connection:
            return [_report_of(row) for row in connection.execute(query).mappings()]

    def remove(self, *, owner_id: str, report_id: int) -> bool:
        """Whether the report was there; it is gone now."""
        mine = (reports.c.user_id == owner_id) & (reports.c.id == report_id)
        with write_transaction(self._engine) as connection:
            return connection.execute(delete(reports).where(mine)).rowcount == 1

    def finish(
        self, *, report_id: int, file: StoredFile, finished_at: datetime, fence: Fence
    ) -> bool:
        """Whether the report still wanted its file, which is now recorded.

        Raises:
            LostLease: Another worker makes this report now.
        """
        values = {
            "file_path": file.path,
            "size_bytes": file.size,
            "sha256": file.sha256,
            "finished_at": finished_at.timestamp(),
        }
        with write_transaction(self._engine) as connection:
            fence(connection)
            found = connection.execute(
                update(reports).where(reports.c.id == report_id).values(**values)
            )
            return found.rowcount == 1

    def known_paths(self) -> set[str]:
        """The paths of all files that belong to a report."""
        query = select(reports.c.file_path).where(reports.c.file_path.is_not(None))
        with read_transaction(self._engine) as connection:
            return set(connection.execute(query).scalars())


def _reports() -> Select[tuple[object, ...]]:
    return select(
        reports,
        jobs.c.state,
        jobs.c.done,
        jobs.c.total,
        jobs.c.stage,
        jobs.c.error_code,
        jobs.c.error_text,
        jobs.c.finished_at.label("job_finished_at"),
    ).outerjoin_from(reports, jobs, jobs.c.id == reports.c.job_id)


def _report_of(row: RowMapping) -> Report:
    status = _status_of(row)
    finished_at = row["finished_at"] or (
        row["job_finished_at"] if status is Status.FAILED else None
    )
    return Report(
        id=row["id"],
        owner_id=row["user_id"],
        title=row["title"],
        request=_request_of(row),
        status=status,
        progress=_progress_of(row, status),
        file=_file_of(row),
        failure=_failure_of(row) if status is Status.FAILED else None,
        created_at=datetime.fromtimestamp(row["created_at"], UTC),
        finished_at=None if finished_at is None else datetime.fromtimestamp(finished_at, UTC),
    )


def _status_of(row: RowMapping) -> Status:
    if row["sha256"] is not None:
        return Status.SUCCEEDED
    state = Status(row["state"])
    # A job that ended without a file left a report that nobody will make.
    return Status.FAILED if state is Status.SUCCEEDED else state


def _progress_of(row: RowMapping, status: Status) -> Progress:
    if status is Status.SUCCEEDED:
        total = max(row["total"] or 0, 1)
        return Progress(total, total, "done")
    return Progress(row["done"], row["total"], row["stage"])


def _file_of(row: RowMapping) -> StoredFile | None:
    if row["sha256"] is None:
        return None
    return StoredFile(row["file_path"], row["size_bytes"], row["sha256"])


def _failure_of(row: RowMapping) -> Failure:
    code = row["error_code"] or "internal-error"
    if code == "internal-error":
        # The kit keeps a type's name there, which tells a person nothing.
        return Failure(code, "Something went wrong while the report was made.")
    return Failure(code, row["error_text"] or "")


def _request_to_json(request: ReportRequest) -> str:
    kept = {
        "title": request.title,
        "sections": [section.value for section in request.sections],
        "locale": request.locale,
        "time_zone": request.time_zone,
        "currency": request.currency,
        "filters": asdict(request.filters),
    }
    return json.dumps(kept, ensure_ascii=False)


def _request_of(row: RowMapping) -> ReportRequest:
    kept = json.loads(row["request"])
    return ReportRequest(
        title=kept["title"],
        format=Format(row["format"]),
        period=Period(row["period_first"], row["period_end"]),
        sections=tuple(Section(name) for name in kept["sections"]),
        locale=kept["locale"],
        time_zone=kept["time_zone"],
        currency=kept["currency"],
        filters=Filters(**kept["filters"]),
    )
