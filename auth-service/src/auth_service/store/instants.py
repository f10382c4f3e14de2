"""Epoch seconds in the tables, aware UTC datetimes everywhere else."""

from datetime import UTC, datetime


def to_epoch(moment: datetime) -> int:
    """Whole epoch seconds."""
    return int(moment.timestamp())


def from_epoch(seconds: float) -> datetime:
    """The instant of epoch seconds."""
    return datetime.fromtimestamp(seconds, tz=UTC)
