"""Training jobs and what they brought."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import Engine, select
from sqlalchemy.dialects.sqlite import insert

from forecast_service.domain.training import TrainingOutcome
from forecast_service.store.tables import models
from servicekit.sqlite import read_transaction, write_transaction


class SqlTrainingRecords:
    """The table of outcomes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, outcome: TrainingOutcome) -> None:
        """Keep an outcome; the same job's earlier one is replaced."""
        values = {
            "version": outcome.version,
            "promoted": int(outcome.promoted),
            "reason": outcome.reason,
            "metrics": json.dumps(dict(outcome.metrics)),
            "created_at": outcome.created_at.timestamp(),
        }
        statement = insert(models).values(job_id=outcome.job_id, **values)
        with write_transaction(self._engine) as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["job_id"], set_=values)
            )

    def outcome(self, job_id: int) -> TrainingOutcome | None:
        """The outcome of a job, None while it has none."""
        with read_transaction(self._engine) as connection:
            row = connection.execute(select(models).where(models.c.job_id == job_id)).first()
        if row is None:
            return None
        return TrainingOutcome(
            job_id=row.job_id,
            version=row.version,
            reason=row.reason,
            metrics=json.loads(row.metrics),
            created_at=datetime.fromtimestamp(row.created_at, tz=UTC),
        )
