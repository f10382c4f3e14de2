"""The list of what was forecast."""

from __future__ import annotations

from forecast_service.domain.kept import KeptPage, KeptPosition
from forecast_service.domain.ports import Store


def list_kept(store: Store, *, owner_id: int, after: KeptPosition | None, limit: int) -> KeptPage:
    """A page of what is kept for a user, newest answers first."""
    with store.reading() as reader:
        return reader.kept(owner_id, after=after, limit=limit)
