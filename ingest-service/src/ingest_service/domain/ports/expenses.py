"""Rows: the expenses, and the deletions of many of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingest_service.domain.export_cells import Row
from ingest_service.domain.models import (
    Condition,
    Deletion,
    Expense,
    ExpenseDraft,
    ExpenseFilter,
    ExpensePage,
    Position,
    Rule,
    Sum,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows that a change is for: those of the ids, or those of the filter."""

    ids: Sequence[int] | None = None
    where: ExpenseFilter | None = None


class Expenses(Protocol):
    """The rows of all users; every call names the owner."""

    def get(self, user_id: int, expense_id: int) -> Expense:
        """The row with its links. Raises ExpenseNotFoundError."""
        ...

    def page(
        self, user_id: int, where: ExpenseFilter, *, sort: str, after: Position | None, limit: int
    ) -> ExpensePage:
        """One page in a stable order; sort is time, -time, amount or -amount."""
        ...

    def add(self, user_id: int, draft: ExpenseDraft, *, now: int) -> int:
        """The id of a new row entered by hand."""
        ...

    def change(self, user_id: int, expense_id: int, values: Mapping[str, object]) -> None:
        """Give columns new values; the row takes a new seq."""
        ...

    def exported(self, user_id: int, where: ExpenseFilter) -> Iterator[Sequence[Row]]:
        """EXPORTED_FIELDS of all rows that match, in order of time, at constant memory."""
        ...

    def span(self, user_id: int, where: ExpenseFilter) -> tuple[int, int] | None:
        """The local days of the first and the last row that match; None where none does."""
        ...

    def delete(self, user_id: int, expense_id: int) -> None:
        """Leave a tombstone; what it refunded counts in full again."""
        ...

    def move_category(self, user_id: int, *, from_id: int, to_id: int) -> int:
        """Give all rows of one category to another; how many."""
        ...

    def sums(self, user_id: int, where: ExpenseFilter) -> Sequence[Sum]:
        """What the rows come to, by currency and direction."""
        ...

    def count_beyond(
        self, user_id: int, where: ExpenseFilter, *, sort: str, after: Position | None
    ) -> int:
        """How many rows of the list come after a position; None: all."""
        ...

    def positions(
        self, user_id: int, where: ExpenseFilter, *, sort: str, every: int
    ) -> Sequence[Position]:
        """The last row of every full page of that many rows; a page opens after each."""
        ...

    def change_many(self, user_id: int, chosen: Chosen, values: Mapping[str, object]) -> int:
        """Give columns new values where they differ; each changed row takes a new seq."""
        ...

    def delete_many(self, user_id: int, chosen: Chosen, *, now: int) -> tuple[int, int | None]:
        """Leave tombstones; how many, and the deletion that can be taken back."""
        ...

    def matching(
        self, user_id: int, conditions: Sequence[Condition], *, limit: int
    ) -> tuple[int, Sequence[Expense]]:
        """How many rows satisfy the conditions, and the newest of them."""
        ...

    def would_change(
        self,
        user_id: int,
        conditions: Sequence[Condition],
        *,
        category_id: int | None,
        only_unset: bool,
    ) -> int:
        """How many rows a rule of these conditions would give another category."""
        ...

    def apply_rules(
        self,
        user_id: int,
        rules: Sequence[Rule],
        *,
        chosen_ids: frozenset[int] | None,
        only_unset: bool,
    ) -> int:
        """Let the first rule that holds set each row's category, where it is a chosen one."""
        ...

    def last_seq(self) -> int:
        """The number of the latest change."""
        ...


class Deletions(Protocol):
    """The deletions of many rows that can be taken back."""

    def page(self, user_id: int, *, limit: int) -> Sequence[Deletion]:
        """The newest ones."""
        ...

    def restore(self, user_id: int, deletion_id: int) -> int:
        """Let the rows stand again as they were; how many. Raises DeletionNotFoundError."""
        ...
