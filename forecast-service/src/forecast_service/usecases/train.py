"""Train a new version in a process of its own, and let it serve only when it is no worse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from forecast_service.domain.training import (
    Trainer,
    TrainingOutcome,
    TrainingRecords,
    why_not_promoted,
)

Progress = Callable[[int, int, str], None]


def train(
    job_id: int,
    *,
    trainer: Trainer,
    records: TrainingRecords,
    progress: Progress,
    now: Callable[[], datetime],
) -> TrainingOutcome:
    """What became of the training; recorded, so that the job's page can tell.

    A job that is run again after its worker was lost starts afresh: an unfinished version is never
    visible to the model server.

    Raises:
        TrainingFailed: the training process ended without a version.
    """
    serving = trainer.served_metrics()
    candidate = trainer.run(job_id, progress=progress)
    reason = why_not_promoted(candidate.metrics, serving)
    version = None
    if reason is None:
        version = trainer.promote(candidate)
    else:
        trainer.discard(candidate)
    outcome = TrainingOutcome(
        job_id=job_id,
        version=version,
        reason=reason,
        metrics=candidate.metrics,
        created_at=now(),
    )
    records.record(outcome)
    return outcome
