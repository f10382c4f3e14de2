"""What a training brings, and when it may serve."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

# The figure that decides: the weighted quantile loss of the 28-day total on held-out households.
DECIDING_METRIC = "wql_total"
MAX_LOSS_RATIO = 1.02


class TrainingFailed(Exception):  # noqa: N818 - named after the event
    """The training process ended without a version."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A whole version that does not serve yet."""

    folder: Path
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TrainingOutcome:
    """What became of one training; `version` is None and `reason` says why when it was dropped."""

    job_id: int
    version: str | None
    reason: str | None
    metrics: Mapping[str, float]
    created_at: datetime

    @property
    def promoted(self) -> bool:
        """Whether the version serves."""
        return self.version is not None


class Trainer(Protocol):
    """Where versions are made and kept."""

    def served_metrics(self) -> Mapping[str, float]:
        """The held-out figures of the newest version, empty when there is none."""

    def run(self, job_id: int, *, progress: Callable[[int, int, str], None]) -> Candidate:
        """Train; `progress` is told done, total and stage. Raises TrainingFailed."""

    def promote(self, candidate: Candidate) -> str:
        """The number under which the candidate now serves."""

    def discard(self, candidate: Candidate) -> None:
        """Remove the candidate."""


class TrainingRecords(Protocol):
    """What is remembered of trainings."""

    def record(self, outcome: TrainingOutcome) -> None:
        """Keep an outcome; the same job's earlier one is replaced."""

    def outcome(self, job_id: int) -> TrainingOutcome | None:
        """The outcome of a job, None while it has none."""


def why_not_promoted(metrics: Mapping[str, float], serving: Mapping[str, float]) -> str | None:
    """Why the candidate must not serve; None when it may.

    First form of the gate: its deciding figure is at most 2 % above the served version's. The
    paired bootstrap by user comes with per-user training.
    """
    ours, theirs = metrics.get(DECIDING_METRIC), serving.get(DECIDING_METRIC)
    if ours is None:
        return "The training reported no held-out figures."
    if theirs is not None and ours > theirs * MAX_LOSS_RATIO:
        return f"Its held-out loss {ours:.4f} is above the served version's {theirs:.4f}."
    return None
