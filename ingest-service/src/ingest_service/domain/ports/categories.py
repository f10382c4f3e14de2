"""Categories, and what chooses them: rules, models, and the rows that wait for one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from ingest_service.domain.learning import CorrectedRow, KeptModel, OpenTexts, Proposed, Work
from ingest_service.domain.models import Category, NewRule, Rule


class Categories(Protocol):
    """The trees of all users."""

    def tree(self, user_id: int) -> Sequence[Category]:
        """All nodes, parents before children, in the order in which they are shown."""
        ...

    def plant_defaults(self, user_id: int) -> None:
        """Copy the default tree to a user who has none."""
        ...

    def add(self, user_id: int, *, name: str, parent_id: int | None, code: str | None) -> int:
        """The id of a new node."""
        ...

    def change(self, user_id: int, category_id: int, values: Mapping[str, object]) -> None:
        """Give columns new values; the node takes a new seq."""
        ...

    def delete(self, user_id: int, category_id: int) -> None:
        """Leave a tombstone."""
        ...

    def put_in_order(self, user_id: int, ids: Sequence[int]) -> None:
        """Let siblings stand in this order."""
        ...


class Rules(Protocol):
    """The rules of all users."""

    def list(self, user_id: int) -> Sequence[Rule]:
        """The user's rules in the order in which they are tried."""
        ...

    def add(self, user_id: int, new: NewRule, *, now: int) -> int:
        """The id of a new last rule."""
        ...

    def change(self, user_id: int, rule_id: int, values: Mapping[str, object]) -> None:
        """Give columns new values."""
        ...

    def delete(self, user_id: int, rule_id: int) -> None:
        """Remove a rule."""
        ...

    def put_in_order(self, user_id: int, ids: Sequence[int]) -> None:
        """Let the rules be tried in this order."""
        ...

    def move_category(self, user_id: int, *, from_id: int, to_id: int) -> None:
        """Let all rules of one category point to another."""
        ...


class CategoryModels(Protocol):
    """The category models of all users, and what they learn from."""

    def get(self, user_id: int) -> KeptModel | None:
        """The user's model, None where he has none."""
        ...

    def put(self, user_id: int, model: KeptModel) -> None:
        """Keep the user's model in place of an earlier one."""
        ...

    def remove(self, user_id: int) -> None:
        """Let the shipped model serve the user again."""
        ...

    def count_corrections(self, user_id: int) -> int:
        """How many rows a person put into their category himself."""
        ...

    def corrections(self, user_id: int, *, limit: int) -> Sequence[CorrectedRow]:
        """The newest corrections, oldest first."""
        ...

    def enqueue(
        self,
        kind: str,
        user_id: int,
        payload: dict[str, object],
        *,
        dedupe_key: str,
        delay_s: float,
    ) -> int:
        """The id of background work for the user: new, or the same that still waits."""
        ...

    def work(self, kind: str, user_id: int, job_id: int) -> Work | None:
        """How far such background work of the user has come, None where there is none."""
        ...


class OpenRows(Protocol):
    """The rows of all users whose category nobody has decided."""

    def texts(self, user_id: int) -> Iterator[Sequence[OpenTexts]]:
        """The open rows in blocks, those together that look alike and stand in one category."""
        ...

    def apply(self, user_id: int, proposed: Iterable[Proposed]) -> int:
        """Give rows that are still open what was proposed for their texts; how many changed."""
        ...
