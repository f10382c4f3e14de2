"""The queue: enqueue, claim, keep, finish; every change checks the fencing token."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert

from servicekit.jobs.model import UNFINISHED, Clock, Job, JobState, LostLease, job_of, state_of
from servicekit.sqlite import read_transaction, write_transaction

MAX_ERROR_CHARS = 500


class JobQueue:
    """The jobs of one service's database."""

    def __init__(self, engine: Engine, table: Table, clock: Clock) -> None:
        self._engine = engine
        self._table = table
        self._clock = clock

    def _now(self) -> float:
        return self._clock().timestamp()

    def enqueue(
        self,
        connection: Connection,
        *,
        kind: str,
        owner_id: str,
        payload: Mapping[str, Any],
        dedupe_key: str | None = None,
        delay_s: float = 0.0,
    ) -> int:
        """The id of the new job, made in the caller's transaction.

        With a dedupe_key, an unfinished job of the same key is returned instead of a second one.
        """
        now = self._now()
        values = {
            "kind": kind,
            "owner_id": owner_id,
            "payload": json.dumps(dict(payload), ensure_ascii=False),
            "dedupe_key": dedupe_key,
            "run_after": now + delay_s,
            "created_at": now,
        }
        statement = insert(self._table).values(values)
        if dedupe_key is not None:
            statement = statement.on_conflict_do_nothing(
                index_elements=["dedupe_key"], index_where=text(UNFINISHED)
            )
        made = connection.execute(statement.returning(self._table.c.id)).scalar()
        if made is None:
            same_key = and_(self._table.c.dedupe_key == dedupe_key, text(UNFINISHED))
            made = connection.execute(select(self._table.c.id).where(same_key)).scalar_one()
        return int(made)

    def get(self, job_id: int) -> JobState | None:
        """The state of a job, or None where there is none."""
        with read_transaction(self._engine) as connection:
            return self.read(connection, job_id)

    def read(self, connection: Connection, job_id: int) -> JobState | None:
        """The state of a job as the caller's transaction sees it."""
        query = select(self._table).where(self._table.c.id == job_id)
        row = connection.execute(query).mappings().first()
        return None if row is None else state_of(row)

    def claim(self, *, lease_s: float, kinds: tuple[str, ...] = ()) -> Job | None:
        """The oldest job that is due or whose worker let its lease run out, now leased here."""
        due = self._due(self._now(), kinds)
        with read_transaction(self._engine) as connection:
            # Idle polling must not take the write lock several times a second.
            if connection.execute(select(self._table.c.id).where(due).limit(1)).first() is None:
                return None
        with write_transaction(self._engine) as connection:
            now = self._now()
            oldest = (
                select(self._table.c.id)
                .where(self._due(now, kinds))
                .order_by(self._table.c.id)
                .limit(1)
            ).scalar_subquery()
            statement = (
                update(self._table)
                .where(self._table.c.id == oldest)
                .values(
                    state="running",
                    attempts=self._table.c.attempts + 1,
                    token=self._table.c.token + 1,
                    lease_until=now + lease_s,
                    started_at=now,
                )
                .returning(self._table)
            )
            row = connection.execute(statement).mappings().first()
        return None if row is None else job_of(row)

    def _due(self, now: float, kinds: tuple[str, ...]) -> Any:
        columns = self._table.c
        due = or_(
            and_(columns.state == "queued", columns.run_after <= now),
            and_(columns.state == "running", columns.lease_until <= now),
        )
        return and_(due, columns.kind.in_(kinds)) if kinds else due

    def extend(self, job: Job, *, lease_s: float) -> None:
        """Keep the lease. Raises LostLease where another worker has the job."""
        self._update_held(job, {"lease_until": self._now() + lease_s})

    def report(self, job: Job, *, done: int, total: int, stage: str, lease_s: float) -> None:
        """Write progress and keep the lease. Raises LostLease."""
        lease_until = self._now() + lease_s
        self._update_held(
            job, {"done": done, "total": total, "stage": stage, "lease_until": lease_until}
        )

    def fence(self, connection: Connection, job: Job) -> None:
        """Check inside the caller's write transaction that the job is still held. LostLease."""
        held = connection.execute(select(self._table.c.id).where(self._held(job))).first()
        if held is None:
            raise LostLease

    def succeed(self, job: Job) -> None:
        """Finish the job. Raises LostLease."""
        self._update_held(
            job,
            {
                "state": "succeeded",
                "lease_until": None,
                "finished_at": self._now(),
                "error_code": None,
                "error_text": None,
            },
        )

    def retry(self, job: Job, *, delay_s: float, code: str, error_text: str) -> None:
        """Queue the job again after a failure. Raises LostLease."""
        self._update_held(
            job,
            {
                "state": "queued",
                "lease_until": None,
                "run_after": self._now() + delay_s,
                "error_code": code,
                "error_text": error_text[:MAX_ERROR_CHARS],
            },
        )

    def release(
        self,
        job: Job,
        *,
        delay_s: float = 0.0,
        code: str | None = None,
        error_text: str = "",
        waits: int | None = None,
    ) -> None:
        """Give the job back unharmed, without counting the attempt. Raises LostLease.

        A code says what the job waits for; it is gone once the job succeeds. waits: how often it
        has waited by now, where that is counted.
        """
        self._update_held(
            job,
            {
                "state": "queued",
                "lease_until": None,
                "run_after": self._now() + delay_s,
                "attempts": max(job.attempts - 1, 0),
                "waits": job.waits if waits is None else waits,
                "error_code": code,
                "error_text": error_text[:MAX_ERROR_CHARS] or None,
            },
        )

    def fail(self, job: Job, *, code: str, error_text: str) -> None:
        """Give the job up for good. Raises LostLease."""
        self._update_held(
            job,
            {
                "state": "failed",
                "lease_until": None,
                "finished_at": self._now(),
                "error_code": code,
                "error_text": error_text[:MAX_ERROR_CHARS],
            },
        )

    def _held(self, job: Job) -> Any:
        columns = self._table.c
        return and_(columns.id == job.id, columns.token == job.token, columns.state == "running")

    def _update_held(self, job: Job, values: Mapping[str, object]) -> None:
        with write_transaction(self._engine) as connection:
            statement = update(self._table).where(self._held(job)).values(**values)
            if connection.execute(statement).rowcount != 1:
                raise LostLease
