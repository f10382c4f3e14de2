"""Expenses in SQLite: pages, changes, tombstones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, text, update

from ingest_service.domain.errors import ExpenseNotFoundError
from ingest_service.domain.fingerprints import fingerprint
from ingest_service.domain.models import (
    Expense,
    ExpenseDraft,
    ExpenseFilter,
    ExpensePage,
    Link,
    Position,
)
from ingest_service.store.refunds import recompute_refunds
from ingest_service.store.rows import expense_of, inserted_id, take_seq
from ingest_service.store.tables import categories, expenses, links

_STREAM_ROWS = 2_000
_MANUAL = "manual"


class SqliteExpenses:
    """The rows of all users."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, user_id: int, expense_id: int) -> Expense:
        """The row with its links.

        Raises:
            ExpenseNotFoundError: not there, or not this user's.
        """
        query = select(expenses).where(self._mine(user_id, expense_id))
        row = self._connection.execute(query).mappings().first()
        if row is None:
            raise ExpenseNotFoundError(str(expense_id))
        return expense_of(row, self._links([expense_id]).get(expense_id, ()))

    def page(
        self, user_id: int, where: ExpenseFilter, *, sort: str, after: Position | None, limit: int
    ) -> ExpensePage:
        """One page in a stable order."""
        key = expenses.c.amount_minor if sort.endswith("amount") else expenses.c.time
        descending = sort.startswith("-")
        query = select(expenses).where(self._matches(user_id, where))
        if after is not None:
            query = query.where(_beyond(key, after, descending=descending))
        order = [key.desc(), expenses.c.id.desc()] if descending else [key, expenses.c.id]
        rows = list(self._connection.execute(query.order_by(*order).limit(limit + 1)).mappings())
        tied = self._links([row["id"] for row in rows[:limit]])
        items = [expense_of(row, tied.get(row["id"], ())) for row in rows[:limit]]
        more = len(rows) > limit
        last = Position(rows[limit - 1][key.name], rows[limit - 1]["id"]) if more else None
        return ExpensePage(items, last)

    def rows(self, user_id: int, where: ExpenseFilter) -> Iterator[Expense]:
        """All rows that match, without links, in order of time, at constant memory."""
        query = (
            select(expenses)
            .where(self._matches(user_id, where))
            .order_by(expenses.c.time, expenses.c.id)
            .execution_options(yield_per=_STREAM_ROWS)
        )
        for row in self._connection.execute(query).mappings():
            yield expense_of(row)

    def add(self, user_id: int, draft: ExpenseDraft, *, now: int) -> int:
        """The id of a new row entered by hand; equal rows are told apart by their occurrence."""
        identity = fingerprint(
            time=draft.time,
            amount_minor=draft.amount_minor,
            currency=draft.currency,
            direction=draft.direction,
            source=_MANUAL,
            external_id="",
            merchant=draft.merchant,
            note=draft.note,
        )
        equal = select(func.coalesce(func.max(expenses.c.occurrence), -1) + 1).where(
            expenses.c.user_id == user_id, expenses.c.fingerprint == identity
        )
        statement = insert(expenses).values(
            user_id=user_id,
            time=draft.time,
            local_day=draft.local_day,
            local_hour=draft.local_hour,
            local_weekday=draft.local_weekday,
            amount_minor=draft.amount_minor,
            currency=draft.currency,
            direction=draft.direction,
            category_id=draft.category_id,
            category_source=draft.category_source,
            merchant=draft.merchant,
            place=draft.place,
            lat=draft.lat,
            lon=draft.lon,
            note=draft.note,
            account=draft.account,
            source=_MANUAL,
            fingerprint=identity,
            occurrence=int(self._connection.execute(equal).scalar_one()),
            seq=take_seq(self._connection),
            created_at=now,
        )
        return inserted_id(self._connection, statement)

    def change(self, user_id: int, expense_id: int, values: Mapping[str, object]) -> None:
        """Give columns new values; the row takes a new seq, and its refunds are summed anew."""
        statement = (
            update(expenses)
            .where(self._mine(user_id, expense_id))
            .values(refunded_minor=0, **values, seq=take_seq(self._connection))
        )
        if self._connection.execute(statement).rowcount != 1:
            raise ExpenseNotFoundError(str(expense_id))
        recompute_refunds(self._connection, {expense_id})

    def delete(self, user_id: int, expense_id: int) -> None:
        """Leave a tombstone that keeps its identity, so that no later import brings it back."""
        statement = (
            update(expenses)
            .where(self._mine(user_id, expense_id))
            .values(deleted=1, seq=take_seq(self._connection))
        )
        if self._connection.execute(statement).rowcount != 1:
            raise ExpenseNotFoundError(str(expense_id))
        tied = text("DELETE FROM links WHERE from_id = :id OR to_id = :id RETURNING from_id, to_id")
        removed = self._connection.execute(tied, {"id": expense_id}).all()
        originals = {int(row.to_id) for row in removed if row.to_id != expense_id}
        recompute_refunds(self._connection, originals)

    def move_category(self, user_id: int, *, from_id: int, to_id: int) -> None:
        """Give all rows of one category to another; each takes a new seq."""
        mine = and_(expenses.c.user_id == user_id, expenses.c.category_id == from_id)
        count = self._connection.execute(select(func.count()).where(mine)).scalar_one()
        if not count:
            return
        first = take_seq(self._connection, int(count))
        statement = text(
            "UPDATE expenses SET category_id = :to_id, seq = :first + m.rank - 1 FROM ("
            " SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS rank FROM expenses"
            " WHERE user_id = :user_id AND category_id = :from_id) AS m WHERE expenses.id = m.id"
        )
        self._connection.execute(
            statement, {"to_id": to_id, "from_id": from_id, "user_id": user_id, "first": first}
        )

    def _mine(self, user_id: int, expense_id: int) -> ColumnElement[bool]:
        return and_(
            expenses.c.id == expense_id, expenses.c.user_id == user_id, expenses.c.deleted == 0
        )

    def _links(self, ids: Sequence[int]) -> dict[int, tuple[Link, ...]]:
        """The links of these rows, seen from each of them."""
        query = select(links).where(or_(links.c.from_id.in_(ids), links.c.to_id.in_(ids)))
        found: dict[int, tuple[Link, ...]] = {}
        for row in self._connection.execute(query).mappings():
            for here, there in (("from_id", "to_id"), ("to_id", "from_id")):
                link = Link(row["kind"], row[there], row["amount_minor"])
                found[row[here]] = (*found.get(row[here], ()), link)
        return found

    def _matches(self, user_id: int, where: ExpenseFilter) -> ColumnElement[bool]:
        c = expenses.c
        tests: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
            (where.from_day, c.local_day.__ge__),
            (where.to_day, c.local_day.__lt__),
            (where.direction, c.direction.__eq__),
            (where.min_amount_minor, c.amount_minor.__ge__),
            (where.max_amount_minor, c.amount_minor.__le__),
            (where.merchant, partial(c.merchant.icontains, autoescape=True)),
            (where.source, c.source.__eq__),
            (where.import_id, c.import_id.__eq__),
        ]
        conditions = [test(given) for given, test in tests if given is not None]
        if where.category_id is not None:
            conditions.append(c.category_id.in_(_subtree(user_id, where.category_id)))
        if where.text is not None:
            conditions.append(
                or_(
                    *(
                        column.icontains(where.text, autoescape=True)
                        for column in (c.merchant, c.note, c.place, c.account, c.external_id)
                    )
                )
            )
        return and_(c.user_id == user_id, c.deleted == 0, *conditions)


def _beyond(key: ColumnElement[int], after: Position, *, descending: bool) -> ColumnElement[bool]:
    if descending:
        return or_(key < after.value, and_(key == after.value, expenses.c.id < after.id))
    return or_(key > after.value, and_(key == after.value, expenses.c.id > after.id))


def _subtree(user_id: int, category_id: int) -> Any:
    tree = (
        select(categories.c.id)
        .where(categories.c.id == category_id, categories.c.user_id == user_id)
        .cte("subtree", recursive=True)
    )
    below = select(categories.c.id).join(tree, categories.c.parent_id == tree.c.id)
    return select(tree.union_all(below).c.id)
