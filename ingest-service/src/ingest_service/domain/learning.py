"""When a user's own category model is to be made, and of what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ingest_service.domain.category_keys import CategoryKeys
from ingest_service.domain.category_memory import Correction
from ingest_service.domain.category_model import (
    UNKNOWN,
    CategoryModel,
    ModelOutdatedError,
    from_bytes,
)
from ingest_service.domain.models import Category

FEWEST_CORRECTIONS = 3
"""So many rows have to be corrected (anew) before a model is made (again)."""
MAX_CORRECTIONS = 5_000
"""The newest corrections that a model is made of."""
Learn = Callable[[CategoryModel, Sequence[Correction], Callable[[str], str]], CategoryModel]
"""Makes a user's model: the shipped one, corrections oldest first, names for shipped classes."""


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A user's model as it is stored; corrections counts the rows that it has seen."""

    trained_at: int
    corrections: int
    weights: bytes


@dataclass(frozen=True, slots=True)
class CorrectedRow:
    """A row whose category a person chose."""

    merchant: str
    note: str
    direction: str
    category_id: int


@dataclass(frozen=True, slots=True)
class OpenTexts:
    """Rows that nobody has decided and that look alike; meal: see MEALS_BY_HOUR, -1 for none."""

    merchant: str
    note: str
    direction: str
    meal: int
    category_id: int | None
    guessed: bool
    count: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """What such rows are to be."""

    merchant: str
    note: str
    direction: str
    meal: int
    category_id: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Work:
    """Background work: queued, running, succeeded or failed; done and total mean what it says."""

    id: int
    state: str
    payload: Mapping[str, object]
    done: int
    total: int


def opened(kept: KeptModel | None) -> CategoryModel | None:
    """The kept model; None where there is none, or only one of another version."""
    if kept is None:
        return None
    try:
        return from_bytes(kept.weights)
    except ModelOutdatedError:
        return None


def corrections_of(rows: Sequence[CorrectedRow], tree: Sequence[Category]) -> list[Correction]:
    """The rows as corrections; what was put among Other says nothing."""
    keys = CategoryKeys(tree)
    return [
        Correction(row.merchant, row.note, row.direction == "income", key)
        for row in rows
        if (key := keys.key_of_id(row.category_id)) and row.direction != "transfer"
    ]


def is_due(kept: KeptModel | None, corrections: int, tree: Sequence[Category]) -> bool:
    """Whether a model is to be made (again): enough is new, or it names what is gone."""
    if kept is None:
        return corrections >= FEWEST_CORRECTIONS
    model = opened(kept)
    keys = CategoryKeys(tree)
    if model is None or not all(keys.has(name) for name in model.names() - {UNKNOWN}):
        return True
    return abs(corrections - kept.corrections) >= FEWEST_CORRECTIONS
