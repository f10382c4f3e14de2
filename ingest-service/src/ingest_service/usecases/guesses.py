"""What the category model would say: asked for by pages, one row or all rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest_service.domain.category_keys import CategoryKeys
from ingest_service.domain.category_model import CategoryModel
from ingest_service.domain.category_views import judge_one, views_of
from ingest_service.domain.errors import ClassificationNotFoundError
from ingest_service.domain.learning import opened
from ingest_service.domain.ports import Database

CLASSIFY_JOB = "classify_rows"
SUGGEST_ABOVE = 0.3
"""A suggestion that a person may take with one click; measured, see docs/categories.md."""


@dataclass(frozen=True, slots=True)
class Classification:
    """Asked for work on the rows that nobody has decided; decided: rows that (would) change."""

    id: int
    status: str
    dry_run: bool
    open_rows: int
    decided: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class Guess:
    """What a row might be."""

    expense_id: int
    category_id: int
    confidence: float


def ask_classification(database: Database, user_id: int, *, dry_run: bool) -> Classification:
    """Queue the model's work on the user's open rows; a dry run only counts."""
    with database.write() as session:
        key = f"{CLASSIFY_JOB}:{user_id}:{int(dry_run)}"
        job_id = session.models.enqueue(
            CLASSIFY_JOB, user_id, {"dry_run": dry_run}, dedupe_key=key, delay_s=0.0
        )
    return get_classification(database, user_id, job_id)


def get_classification(database: Database, user_id: int, job_id: int) -> Classification:
    """How far it has come. Raises ClassificationNotFoundError."""
    with database.read() as session:
        work = session.models.work(CLASSIFY_JOB, user_id, job_id)
        if work is None:
            raise ClassificationNotFoundError(str(job_id))
        return Classification(
            id=work.id,
            status=work.state,
            dry_run=bool(work.payload["dry_run"]),
            open_rows=work.total,
            decided=work.done,
            last_seq=session.expenses.last_seq(),
        )


def suggest_categories(
    database: Database,
    shipped_model: Callable[[], CategoryModel],
    user_id: int,
    expense_ids: Sequence[int],
) -> list[Guess]:
    """What those of the rows might be that nobody has decided. Raises ExpenseNotFoundError."""
    with database.read() as session:
        tree = session.categories.tree(user_id)
        kept = session.models.get(user_id)
        rows = [session.expenses.get(user_id, id_) for id_ in expense_ids]
    views = views_of(tree, shipped_model(), opened(kept))
    keys = CategoryKeys(tree)
    guesses: list[Guess] = []
    for row in rows:
        if row.category_source == "default" and row.direction != "transfer":
            key, confidence = judge_one(
                views, row.merchant, row.note, incoming=row.direction == "income"
            )
            if key and confidence >= SUGGEST_ABOVE:
                guesses.append(Guess(row.id, keys.id_of(key), round(confidence, 4)))
    return guesses
