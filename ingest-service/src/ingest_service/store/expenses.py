"""Expenses in SQLite: pages, changes, tombstones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    case,
    false,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    text,
    update,
)

from ingest_service.domain.errors import ExpenseNotFoundError
from ingest_service.domain.export_cells import EXPORTED_FIELDS, Row
from ingest_service.domain.fingerprints import fingerprint
from ingest_service.domain.models import (
    Condition,
    Expense,
    ExpenseDraft,
    ExpenseFilter,
    ExpensePage,
    Link,
    Position,
    Rule,
    Sum,
)
from ingest_service.domain.ports import Chosen
from ingest_service.store.chosen import CHOSEN, set_rows
from ingest_service.store.deletions import delete_rows
from ingest_service.store.link_effects import drop_links_of
from ingest_service.store.listing import Order, page_ends
from ingest_service.store.matching import RuleTests, live_rows, rows_of
from ingest_service.store.refunds import recompute_refunds
from ingest_service.store.rows import expense_of, inserted_id, last_seq, take_seq
from ingest_service.store.tables import expenses, links

_STREAM_ROWS = 2_000
_ANY_LINK = "SELECT 1 FROM links WHERE user_id = :user_id LIMIT 1"
_TIES = """
(SELECT json_group_array(json(tie)) FROM (
    SELECT json_array(l.kind, l.status, lower(hex(o.fingerprint)) || '-' || o.occurrence,
                      l.reason ->> '$.code', l.score, l.reason -> '$.params') AS tie
    FROM links l JOIN expenses o ON o.id = l.{there}
    WHERE l.{here} = expenses.id AND o.deleted = 0 AND o.fingerprint IS NOT NULL ORDER BY tie))
"""
_IS_TIED = """
OR EXISTS (SELECT 1 FROM links l WHERE l.from_id = expenses.id)
OR EXISTS (SELECT 1 FROM links l WHERE l.to_id = expenses.id)
"""
# What domain.export_naming takes. Other edits, of the category say, change no identity.
_NAMING = """
CASE WHEN (expenses.stated_direction <> ''
           OR expenses.edited <> '' AND (
               instr(expenses.edited, 'time') OR instr(expenses.edited, 'amount_minor')
               OR instr(expenses.edited, 'merchant') OR instr(expenses.edited, 'note'))
           {is_tied})
          AND expenses.fingerprint IS NOT NULL
     THEN json_array(lower(hex(expenses.fingerprint)), expenses.occurrence,
                     expenses.stated_direction, expenses.stated_refund_minor,
                     {outgoing}, {incoming})
END
"""
_UNTIED = _NAMING.format(is_tied="", outgoing="NULL", incoming="NULL")
_TIED = _NAMING.format(
    is_tied=_IS_TIED,
    outgoing=_TIES.format(here="from_id", there="to_id"),
    incoming=_TIES.format(here="to_id", there="from_id"),
)
_MANUAL = "manual"
# Set along with what a person gives, and no word of his own.
_NOT_EDITED = frozenset({"city", "closed", "category_source", "category_confidence"})


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
        order = Order(sort)
        query = select(expenses).where(rows_of(user_id, where))
        if after is not None:
            query = query.where(order.beyond(after.value, after.id))
        found = self._connection.execute(query.order_by(*order.columns).limit(limit + 1))
        rows = list(found.mappings())
        more = len(rows) > limit
        last = Position(rows[limit - 1][order.key.name], rows[limit - 1]["id"]) if more else None
        return ExpensePage(self._with_links(rows[:limit]), last)

    def sums(self, user_id: int, where: ExpenseFilter) -> Sequence[Sum]:
        """What the rows come to, by currency and direction."""
        c = expenses.c
        query = (
            select(
                c.currency,
                c.direction,
                func.count(),
                func.sum(c.amount_minor),
                func.sum(c.refunded_minor),
            )
            .where(rows_of(user_id, where))
            .group_by(c.currency, c.direction)
            .order_by(c.currency, c.direction)
        )
        return [Sum(*row) for row in self._connection.execute(query)]

    def positions(
        self, user_id: int, where: ExpenseFilter, *, sort: str, every: int
    ) -> Sequence[Position]:
        """The last row of every full page of that many rows; a page opens after each."""
        return page_ends(self._connection, rows_of(user_id, where), Order(sort), every=every)

    def count_beyond(
        self, user_id: int, where: ExpenseFilter, *, sort: str, after: Position | None
    ) -> int:
        """How many rows of the list come after a position; None: all."""
        query = select(func.count()).where(rows_of(user_id, where)).select_from(expenses)
        if after is not None:
            query = query.where(Order(sort).beyond(after.value, after.id))
        return int(self._connection.execute(query).scalar_one())

    def exported(self, user_id: int, where: ExpenseFilter) -> Iterator[Sequence[Row]]:
        """All rows that match as domain.export_cells takes them, in order of time.

        Memory is constant: links are looked up in their index while the rows are walked.
        """
        any_link = self._connection.execute(text(_ANY_LINK), {"user_id": user_id}).first()
        naming: ColumnElement[str | None] = literal_column(_TIED if any_link else _UNTIED)
        query = (
            select(*(expenses.c[name] for name in EXPORTED_FIELDS), naming)
            .where(rows_of(user_id, where))
            .order_by(expenses.c.time, expenses.c.id)
        )
        # Tuples as the driver gives them: a million Row objects would take half as long again.
        cursor: Any = self._connection.execute(query).cursor
        while rows := cursor.fetchmany(_STREAM_ROWS):
            yield rows

    def span(self, user_id: int, where: ExpenseFilter) -> tuple[int, int] | None:
        """The local days of the first and the last row that match; None where none does."""
        query = select(expenses.c.local_day).where(rows_of(user_id, where)).limit(1)
        days = [
            self._connection.execute(query.order_by(*Order(sort).columns)).scalar()
            for sort in ("time", "-time")
        ]
        return None if days[0] is None or days[1] is None else (int(days[0]), int(days[1]))

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
            .values(
                refunded_minor=0,
                **values,
                **_stated_direction(values),
                edited=_edited_with(values),
                seq=take_seq(self._connection),
            )
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
        drop_links_of(self._connection, [expense_id])

    def move_category(self, user_id: int, *, from_id: int, to_id: int) -> int:
        """Give all rows of one category to another; each takes a new seq."""
        # Tombstones too: the feed and foreign keys know nothing of the old category then.
        mine = and_(expenses.c.user_id == user_id, expenses.c.category_id == from_id)
        return set_rows(self._connection, select(expenses.c.id).where(mine), {"category_id": to_id})

    def change_many(self, user_id: int, chosen: Chosen, values: Mapping[str, object]) -> int:
        """Give columns new values where they differ; each changed row takes a new seq."""
        told = dict(values)
        differs = [expenses.c[name].is_distinct_from(value) for name, value in told.items()]
        rows = select(expenses.c.id).where(_chosen(user_id, chosen), or_(false(), *differs))
        kept = {**_stated_direction(told), "edited": _edited_with(told)}
        return set_rows(self._connection, rows, told | kept)

    def delete_many(self, user_id: int, chosen: Chosen, *, now: int) -> tuple[int, int | None]:
        """Leave tombstones; what the rows refunded counts in full again."""
        rows = select(expenses.c.id).where(_chosen(user_id, chosen))
        return delete_rows(self._connection, user_id, rows, now=now)

    def matching(
        self, user_id: int, conditions: Sequence[Condition], *, limit: int
    ) -> tuple[int, Sequence[Expense]]:
        """How many rows satisfy the conditions, and the newest of them."""
        satisfied = RuleTests(self._connection, user_id).all_hold(conditions)
        mine = and_(live_rows(user_id), satisfied)
        count = self._connection.execute(select(func.count()).where(mine)).scalar_one()
        query = select(expenses).where(mine).order_by(*Order("-time").columns).limit(limit)
        found = self._connection.execute(query).mappings() if limit else ()
        return int(count), self._with_links(list(found))

    def would_change(
        self,
        user_id: int,
        conditions: Sequence[Condition],
        *,
        category_id: int | None,
        only_unset: bool,
    ) -> int:
        """How many rows a rule of these conditions would give another category."""
        satisfied = RuleTests(self._connection, user_id).all_hold(conditions)
        mine = and_(live_rows(user_id), satisfied, *_may_be_set(only_unset=only_unset))
        if category_id is not None:
            mine = and_(mine, expenses.c.category_id.is_distinct_from(category_id))
        return int(self._connection.execute(select(func.count()).where(mine)).scalar_one())

    def apply_rules(
        self,
        user_id: int,
        rules: Sequence[Rule],
        *,
        chosen_ids: frozenset[int] | None,
        only_unset: bool,
    ) -> int:
        """Let the first rule that holds set each row's category, where it is a chosen one."""
        tests = RuleTests(self._connection, user_id)
        whens = [
            (
                tests.all_hold(rule.conditions),
                literal(rule.category_id if chosen_ids is None or rule.id in chosen_ids else None),
            )
            for rule in rules
            if rule.enabled
        ]
        if not whens:
            return 0
        target = case(*whens, else_=None).label("target")
        aimed = (
            select(expenses.c.id, expenses.c.category_id, expenses.c.category_source, target)
            .where(live_rows(user_id), *_may_be_set(only_unset=only_unset))
            .subquery()
        )
        differs = or_(
            aimed.c.category_id.is_distinct_from(aimed.c.target),
            aimed.c.category_source.in_(("default", "model")),
        )
        rows = select(aimed.c.id, aimed.c.target).where(aimed.c.target.is_not(None), differs)
        by_rule = {"category_source": "rule", "category_confidence": None}
        return set_rows(self._connection, rows, {"category_id": CHOSEN.c.target, **by_rule})

    def last_seq(self) -> int:
        """The number of the latest change."""
        return last_seq(self._connection)

    def _mine(self, user_id: int, expense_id: int) -> ColumnElement[bool]:
        return and_(
            expenses.c.id == expense_id, expenses.c.user_id == user_id, expenses.c.deleted == 0
        )

    def _with_links(self, rows: Sequence[RowMapping]) -> Sequence[Expense]:
        tied = self._links([row["id"] for row in rows])
        return [expense_of(row, tied.get(row["id"], ())) for row in rows]

    def _links(self, ids: Sequence[int]) -> dict[int, tuple[Link, ...]]:
        """The links of these rows, seen from each of them; those that were refused are not told."""
        if not ids:
            return {}
        query = select(links).where(
            or_(links.c.from_id.in_(ids), links.c.to_id.in_(ids)), links.c.status != "rejected"
        )
        found: dict[int, tuple[Link, ...]] = {}
        for row in self._connection.execute(query).mappings():
            for here, there in (("from_id", "to_id"), ("to_id", "from_id")):
                link = Link(
                    kind=row["kind"],
                    expense_id=row[there],
                    amount_minor=row["amount_minor"],
                    id=row["id"],
                    status=row["status"],
                )
                found[row[here]] = (*found.get(row[here], ()), link)
        return found


def _chosen(user_id: int, chosen: Chosen) -> ColumnElement[bool]:
    if chosen.where is not None:
        return rows_of(user_id, chosen.where)
    return and_(live_rows(user_id), expenses.c.id.in_(chosen.ids or ()))


def _may_be_set(*, only_unset: bool) -> list[ColumnElement[bool]]:
    """What a person or the file said stays, unless it is asked otherwise."""
    return [expenses.c.category_source.not_in(("user", "file"))] if only_unset else []


def _stated_direction(values: Mapping[str, object]) -> dict[str, ColumnElement[str]]:
    """What to keep of the statement's direction when its owner gives another."""
    if "direction" not in values:
        return {}
    stated = func.coalesce(func.nullif(expenses.c.stated_direction, ""), expenses.c.direction)
    return {"stated_direction": case((stated == values["direction"], ""), else_=stated)}


def _edited_with(values: Mapping[str, object]) -> ColumnElement[str]:
    """The names in `edited`, apart by spaces, with those of the values that a person gave."""
    names: ColumnElement[str] = expenses.c.edited
    for name in values:
        if name not in _NOT_EDITED:
            known = func.instr(" " + expenses.c.edited + " ", f" {name} ") > 0
            names = case((known, names), else_=func.trim(names + f" {name}"))
    return names
