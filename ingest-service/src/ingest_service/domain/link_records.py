"""Links as they are stored, listed and entered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ingest_service.domain.models import Expense


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """A tie between two rows, why it was made, and where it stands."""

    id: int
    kind: str
    status: str
    score: float
    code: str
    params: Mapping[str, object]
    amount_minor: int
    source: Expense
    target: Expense
    import_id: int | None
    created_at: int


@dataclass(frozen=True, slots=True)
class LinkFilter:
    """The filters of the list; a question that another link has answered is not listed."""

    status: str | None = None
    kind: str | None = None
    import_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that a person makes."""

    kind: str
    from_id: int
    to_id: int
    amount_minor: int
