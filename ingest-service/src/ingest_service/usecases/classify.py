"""The category model on rows that are there; loads NumPy, so only the worker imports this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ingest_service.domain.category_keys import CategoryKeys
from ingest_service.domain.category_model import CategoryModel
from ingest_service.domain.category_scoring import Judge, judge_for
from ingest_service.domain.learning import OpenTexts, Proposed, opened
from ingest_service.domain.ports import Database
from ingest_service.domain.shipped_rules import MEALS_BY_HOUR


@dataclass(frozen=True, slots=True)
class Classified:
    """How many rows are open, and for how many the model decides another category."""

    open_rows: int
    decided: int


def classify(
    database: Database,
    shipped_model: Callable[[], CategoryModel],
    *,
    user_id: int,
    dry_run: bool,
) -> Classified:
    """What the model makes of rows that neither a person, a file nor a rule decided.

    Judged outside of the writing transaction; a row that somebody decides meanwhile stays so.
    """
    with database.read() as session:
        tree = session.categories.tree(user_id)
        own = opened(session.models.get(user_id))
        judge = judge_for(tree, shipped_model(), own)
        targets = _Targets(CategoryKeys(tree))
        open_rows = decided = 0
        proposed: list[Proposed] = []
        for block in session.open_rows.texts(user_id):
            open_rows += sum(texts.count for texts in block)
            for texts, found in zip(block, _proposals(judge, targets, block), strict=True):
                if found is not None and (
                    found.category_id != texts.category_id or not texts.guessed
                ):
                    decided += texts.count
                    proposed.append(found)
    if not dry_run and proposed:
        with database.write() as session:
            decided = session.open_rows.apply(user_id, proposed)
    return Classified(open_rows, decided)


def _proposals(
    judge: Judge, targets: _Targets, block: Sequence[OpenTexts]
) -> list[Proposed | None]:
    columns = [
        np.array([texts.merchant for texts in block], dtype=object),
        np.array([texts.note for texts in block], dtype=object),
    ]
    incoming = np.array([texts.direction == "income" for texts in block], dtype=bool)
    found = judge.propose(columns, incoming)
    return [
        Proposed(
            texts.merchant,
            texts.note,
            texts.direction,
            texts.meal,
            targets.of(key, texts.meal),
            confidence,
        )
        if key
        else None
        for texts, key, confidence in zip(
            block, found.keys.tolist(), found.confidence.tolist(), strict=True
        )
    ]


class _Targets:
    """Categories of keys; plain dining is the meal of its hour, as in imports."""

    def __init__(self, keys: CategoryKeys) -> None:
        self._keys = keys

    def of(self, key: str, meal: int) -> int:
        """The category of a key, at a meal (its place in MEALS_BY_HOUR, -1 for none)."""
        if key == "food" and meal >= 0:
            key = self._keys.key_of(MEALS_BY_HOUR[meal][2]) or key
        return self._keys.id_of(key)
