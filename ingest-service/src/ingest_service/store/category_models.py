"""Users' category models and what they learn from, in SQLite."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from ingest_service.domain.learning import CorrectedRow, KeptModel, Work
from ingest_service.store.matching import live_rows
from ingest_service.store.tables import category_models, expenses
from servicekit.jobs import JobQueue


class SqliteCategoryModels:
    """The models of all users."""

    def __init__(self, connection: Connection, queue: JobQueue) -> None:
        self._connection = connection
        self._queue = queue

    def get(self, user_id: int) -> KeptModel | None:
        """The user's model, None where he has none."""
        query = select(category_models).where(category_models.c.user_id == user_id)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None
        return KeptModel(row["trained_at"], row["corrections"], row["weights"])

    def put(self, user_id: int, model: KeptModel) -> None:
        """Keep the user's model in place of an earlier one."""
        values = {
            "trained_at": model.trained_at,
            "corrections": model.corrections,
            "weights": model.weights,
        }
        statement = insert(category_models).values(user_id=user_id, **values)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["user_id"], set_=values)
        )

    def remove(self, user_id: int) -> None:
        """Let the shipped model serve the user again."""
        self._connection.execute(
            delete(category_models).where(category_models.c.user_id == user_id)
        )

    def count_corrections(self, user_id: int) -> int:
        """How many rows a person put into their category himself."""
        query = select(func.count()).where(_by_hand(user_id))
        return int(self._connection.execute(query).scalar_one())

    def corrections(self, user_id: int, *, limit: int) -> Sequence[CorrectedRow]:
        """The newest corrections, oldest first."""
        c = expenses.c
        query = (
            select(c.merchant, c.note, c.direction, c.category_id)
            .where(_by_hand(user_id))
            .order_by(c.seq.desc())
            .limit(limit)
        )
        return [CorrectedRow(*row) for row in self._connection.execute(query)][::-1]

    def enqueue(
        self,
        kind: str,
        user_id: int,
        payload: dict[str, object],
        *,
        dedupe_key: str,
        delay_s: float,
    ) -> int:
        """The id of background work for the user: new, or the same that still waits."""
        return self._queue.enqueue(
            self._connection,
            kind=kind,
            owner_id=str(user_id),
            payload=payload,
            dedupe_key=dedupe_key,
            delay_s=delay_s,
        )

    def work(self, kind: str, user_id: int, job_id: int) -> Work | None:
        """How far such background work of the user has come, None where there is none."""
        job = self._queue.read(self._connection, job_id)
        if job is None or (job.kind, job.owner_id) != (kind, str(user_id)):
            return None
        return Work(job.id, job.state, job.payload, job.done, job.total)


def _by_hand(user_id: int) -> ColumnElement[bool]:
    """Rows that a person judged one by one; a category given to a whole file is no judgement."""
    c = expenses.c
    judged = or_(func.instr(" " + c.edited + " ", " category_id ") > 0, c.import_id.is_(None))
    return and_(live_rows(user_id), c.category_source == "user", judged)
