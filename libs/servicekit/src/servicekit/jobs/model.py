"""The jobs table and the values read from it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    text,
)

Clock = Callable[[], datetime]
UNFINISHED = "state IN ('queued', 'running')"


class LostLease(Exception):  # noqa: N818 - the contract's name
    """Another worker holds this job now; stop and write nothing more."""


class WorkerStopping(Exception):  # noqa: N818 - reads as the event it is
    """The worker was told to stop; the job goes back to the queue."""


class PermanentJobError(Exception):
    """A failure that trying again cannot mend.

    Args:
        code: A stable slug for the caller.
        detail: A text for people, without paths or SQL.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed piece of work. The token rises with every claim; waits: tries a full disk ended."""

    id: int
    kind: str
    owner_id: str
    payload: Mapping[str, Any]
    attempts: int
    token: int
    waits: int = 0


@dataclass(frozen=True, slots=True)
class JobState:
    """Where a job stands: queued, running, succeeded or failed; with progress and error."""

    id: int
    kind: str
    owner_id: str
    payload: Mapping[str, Any]
    state: str
    attempts: int
    done: int
    total: int
    stage: str
    error_code: str | None
    error_text: str | None
    created_at: float
    finished_at: float | None


def jobs_table(metadata: MetaData, name: str = "jobs") -> Table:
    """The jobs table, for the service's own metadata and migration. Times are epoch seconds."""
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("kind", String, nullable=False),
        Column("owner_id", String, nullable=False),
        Column("payload", Text, nullable=False),
        Column("dedupe_key", String),
        Column("state", String, nullable=False, server_default="queued"),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("waits", Integer, nullable=False, server_default="0"),
        Column("token", Integer, nullable=False, server_default="0"),
        Column("run_after", Float, nullable=False),
        Column("lease_until", Float),
        Column("done", Integer, nullable=False, server_default="0"),
        Column("total", Integer, nullable=False, server_default="0"),
        Column("stage", String, nullable=False, server_default=""),
        Column("error_code", String),
        Column("error_text", String),
        Column("created_at", Float, nullable=False),
        Column("started_at", Float),
        Column("finished_at", Float),
        CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'failed')", name=f"ck_{name}_state"
        ),
        # Serves JobQueue.claim.
        Index(f"ix_{name}_due", "state", "run_after"),
        # Serves JobQueue.enqueue: at most one unfinished job for a key.
        Index(f"uq_{name}_dedupe", "dedupe_key", unique=True, sqlite_where=text(UNFINISHED)),
        sqlite_autoincrement=True,
    )


def job_of(row: RowMapping) -> Job:
    """The claimed job in a row."""
    return Job(
        id=row["id"],
        kind=row["kind"],
        owner_id=row["owner_id"],
        payload=json.loads(row["payload"]),
        attempts=row["attempts"],
        token=row["token"],
        waits=row["waits"],
    )


def state_of(row: RowMapping) -> JobState:
    """The state of the job in a row."""
    return JobState(
        id=row["id"],
        kind=row["kind"],
        owner_id=row["owner_id"],
        payload=json.loads(row["payload"]),
        state=row["state"],
        attempts=row["attempts"],
        done=row["done"],
        total=row["total"],
        stage=row["stage"],
        error_code=row["error_code"],
        error_text=row["error_text"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
    )
