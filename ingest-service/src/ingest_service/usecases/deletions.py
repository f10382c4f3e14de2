"""Deleting many rows, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest_service.domain.models import Changed, Deletion
from ingest_service.domain.ports import Chosen, Database

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion did, and what it is taken back by (None: no row was chosen)."""

    changed: Changed
    deletion_id: int | None


def delete_many(database: Database, user_id: int, chosen: Chosen, *, now: int) -> Deleted:
    """Remove all chosen rows in one transaction."""
    with database.write() as session:
        count, deletion_id = session.expenses.delete_many(user_id, chosen, now=now)
        return Deleted(Changed(count, session.expenses.last_seq()), deletion_id)


def list_deletions(database: Database, user_id: int) -> Sequence[Deletion]:
    """The newest deletions of many rows that were not taken back."""
    with database.read() as session:
        return session.deletions.page(user_id, limit=_SHOWN)


def restore(database: Database, user_id: int, deletion_id: int) -> Changed:
    """Let the deleted rows stand again as they were. Raises DeletionNotFoundError."""
    with database.write() as session:
        count = session.deletions.restore(user_id, deletion_id)
        return Changed(count, session.expenses.last_seq())
