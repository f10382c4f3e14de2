"""A user's own category model: made anew in the background as he corrects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingest_service.domain.category_keys import CategoryKeys
from ingest_service.domain.category_model import CategoryModel, to_bytes
from ingest_service.domain.learning import (
    FEWEST_CORRECTIONS,
    MAX_CORRECTIONS,
    KeptModel,
    Learn,
    corrections_of,
    is_due,
)
from ingest_service.domain.ports import Database, Session

LEARN_JOB = "learn_categories"
_SETTLES_AFTER_S = 20.0
"""Corrections mostly come several at a time; the model waits for the last of them."""


@dataclass(frozen=True, slots=True)
class LearningTools:
    """What learning works with."""

    database: Database
    shipped_model: Callable[[], CategoryModel]
    learn: Learn
    clock: Callable[[], int]


def ask_learning(session: Session, user_id: int) -> None:
    """Let the user's model be looked at soon; many requests are one piece of work."""
    session.models.enqueue(
        LEARN_JOB, user_id, {}, dedupe_key=f"{LEARN_JOB}:{user_id}", delay_s=_SETTLES_AFTER_S
    )


def learn_categories(tools: LearningTools, *, user_id: int) -> bool:
    """Whether the user's model was made anew: only where enough is new or something is gone.

    Trained outside of any transaction; what changes meanwhile asks for the next time.
    """
    with tools.database.read() as session:
        tree = session.categories.tree(user_id)
        kept = session.models.get(user_id)
        count = session.models.count_corrections(user_id)
        if not is_due(kept, count, tree):
            return False
        rows = session.models.corrections(user_id, limit=MAX_CORRECTIONS)
    corrections = corrections_of(rows, tree)
    if len(corrections) < FEWEST_CORRECTIONS:
        with tools.database.write() as session:
            session.models.remove(user_id)
        return False
    model = tools.learn(tools.shipped_model(), corrections, CategoryKeys(tree).key_of)
    made = KeptModel(tools.clock(), count, to_bytes(model))
    with tools.database.write() as session:
        session.models.put(user_id, made)
    return True
