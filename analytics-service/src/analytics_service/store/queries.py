"""The reads of the charts: each picks the smallest table that knows the answer.

Without filters on single rows the rollups answer: `daily` where no category is asked for,
`daily_category` where one is, and the monthly ones for whole months with the facts of the days at
the edges. Filters on amounts or words go to the facts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    func,
    literal_column,
    or_,
    select,
)

from analytics_service.domain.anomalies import AmountNorm, Charge, RepeatedCharge
from analytics_service.domain.calendar import DayRange, day_of, month_index, month_start
from analytics_service.domain.categories import NO_CATEGORY, Category, CategoryTree, Tally
from analytics_service.domain.figures import FeedState, ImportMark, LargestExpense
from analytics_service.domain.filters import Filter
from analytics_service.store import tables as t

FACTS = t.expense_facts
Condition = ColumnElement[bool]


def read_feed_state(connection: Connection) -> FeedState:
    """The cursor as it stands; before the first pull an empty epoch at 0."""
    row = connection.execute(select(t.feed_cursor)).one_or_none()
    if row is None:
        return FeedState(epoch="", seq=0, pulled_at=None, behind=True)
    return FeedState(epoch=row.epoch, seq=row.seq, pulled_at=row.pulled_at, behind=bool(row.behind))


@dataclass(frozen=True, slots=True)
class _Part:
    """A table that answers for a part of the range, with what narrows it."""

    table: Table
    where: Filter
    months: tuple[Condition, ...] = ()


def _cover(where: Filter, monthly: Table) -> list[_Part]:
    """Tables that together hold each row of the filter once: months, and days at the edges."""
    if where.looks_at_rows:
        return [_Part(FACTS, where)]
    start, end = where.start, where.end
    first = None if start is None else month_index(day_of(start - 1)) + 1
    last = None if end is None else month_index(day_of(end))
    if first is not None and last is not None and first >= last:
        return [_Part(FACTS, where)]
    months: list[Condition] = []
    edges: list[_Part] = []
    if start is not None and first is not None:
        months.append(monthly.c.month >= first)
        if start < month_start(first):
            edges.append(_Part(FACTS, replace(where, end=month_start(first))))
    if end is not None and last is not None:
        months.append(monthly.c.month < last)
        if month_start(last) < end:
            edges.append(_Part(FACTS, replace(where, start=month_start(last))))
    undated = replace(where, start=None, end=None)
    return [_Part(monthly, undated, tuple(months)), *edges]


class Path(Enum):
    """Which way into the facts SQLite is left to take.

    Without statistics it would follow any index that gives the order of a GROUP BY, and then
    look up a million rows one by one: measured, 1,650 ms where a scan takes a tenth of it.
    """

    DAYS = "the rows in their own order, by day"
    AMOUNTS = "an index by amount or category"


def _hidden_columns(
    table: Table, where: Filter, path: Path | None
) -> dict[str, ColumnElement[Any]]:
    """Columns under a unary plus, which keeps SQLite from choosing an index by them."""
    if table is not FACTS:
        return {}
    if path is None:
        free = (where.start, where.end, where.merchant, where.place, where.q)
        path = Path.AMOUNTS if all(value is None for value in free) else Path.DAYS
    days = ("direction", "currency", "category_id")
    names = days if path is Path.DAYS else ("local_day",)
    return {name: literal_column(f"+expense_facts.{name}", FACTS.c[name].type) for name in names}


def _ranking_path(where: Filter) -> Path:
    """By the order of amounts, unless a merchant or words leave few rows."""
    words = (where.merchant, where.place, where.q)
    return Path.AMOUNTS if all(word is None for word in words) else Path.DAYS


class SqliteSnapshot:
    """One consistent view of the read model; lives as long as its read transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._trees: dict[int, CategoryTree] = {}

    def feed_state(self) -> FeedState:
        """How far this view has come along the feed."""
        return read_feed_state(self._connection)

    def categories(self, owner_id: int) -> CategoryTree:
        """The categories of a user."""
        tree = self._trees.get(owner_id)
        if tree is None:
            rows = self._connection.execute(
                select(t.categories).where(t.categories.c.user_id == owner_id)
            )
            tree = self._trees[owner_id] = CategoryTree(
                Category(id=row.id, name=row.name, code=row.code, parent_id=row.parent_id)
                for row in rows
            )
        return tree

    def total(self, where: Filter) -> Tally:
        """The number and sum of the rows."""
        table = self._days_table(where)
        query = select(*_figures(table, where)).where(*self._conditions(table, where))
        row: Sequence[int | None] = self._connection.execute(query).one()
        return Tally(count=row[0] or 0, amount_minor=row[1] or 0)

    def span(self, where: Filter) -> DayRange | None:
        """From the first to the last day that has rows, nothing where there are none."""
        table = self._days_table(where)
        conditions = self._conditions(table, where)
        day = table.c.local_day
        # Two statements: SQLite finds one end of an index at once, both together by a scan.
        first = self._connection.execute(select(func.min(day)).where(*conditions)).scalar()
        if first is None:
            return None
        last = self._connection.execute(select(func.max(day)).where(*conditions)).scalar_one()
        return DayRange(first, last + 1)

    def by_day(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each day that has rows, in order of days."""
        table = self._days_table(where)
        rows = self._grouped(table, where, table.c.local_day)
        return dict(sorted((row[0], Tally(row[1], row[2])) for row in rows))

    def by_day_and_category(
        self, where: Filter, *, by_month: bool = False
    ) -> Iterator[tuple[int, int, int, int]]:
        """(category, day, count, sum) of each day; by month a whole month may stand on its 1st."""
        if not by_month:
            table = FACTS if where.looks_at_rows else t.daily_category
            yield from self._days_and_categories(_Part(table, where), where)
            return
        for part in _cover(where, t.monthly_category):
            yield from self._days_and_categories(part, where)

    def _days_and_categories(
        self, part: _Part, where: Filter
    ) -> Iterator[tuple[int, int, int, int]]:
        c = part.table.c
        is_monthly = part.table is t.monthly_category
        time = c.month if is_monthly else c.local_day
        query = (
            select(c.category_id, time, *_figures(part.table, where))
            .where(*self._conditions(part.table, part.where), *part.months)
            .group_by(c.category_id, time)
        )
        for category_id, step, count, amount in self._connection.execute(query):
            yield category_id, month_start(step) if is_monthly else step, count, amount

    def by_category(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each category that has rows."""
        return self._by_key(where, t.monthly_category, "category_id")

    def by_merchant(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each named merchant, by label."""
        return self._without_blank(self._by_key(where, t.monthly_merchant, "merchant_id"))

    def by_place(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each named place, by label."""
        monthly = t.monthly_place if where.category_id is None else t.monthly_category_place
        return self._without_blank(self._by_key(where, monthly, "place_id"))

    def by_hour(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each local hour that has rows."""
        return self._by_key(where, t.monthly_hour, "local_hour")

    def by_amount(self, where: Filter) -> list[tuple[int, int, int]]:
        """(amount in minor units, count, sum) of the rows of each amount, in order of amounts."""
        narrowed = (where.start, where.end, where.category_id, where.merchant, where.place, where.q)
        if any(value is not None for value in narrowed):
            rows = self._grouped(FACTS, where, FACTS.c.amount_minor)
        else:
            rows = self._grouped(t.amounts, where, t.amounts.c.charge_minor)
        return sorted(map(tuple, rows))

    def label_texts(self, label_ids: list[int]) -> Mapping[int, str]:
        """The texts of labels."""
        rows = self._connection.execute(
            select(t.labels.c.id, t.labels.c.text).where(t.labels.c.id.in_(label_ids))
        )
        return {row.id: row.text for row in rows}

    def largest(self, where: Filter, limit: int) -> list[LargestExpense]:
        """The rows with the largest amounts, the largest first."""
        amount = FACTS.c.amount_minor if where.gross else _net(FACTS)
        query = (
            select(FACTS.c.id, FACTS.c.local_day, FACTS.c.category_id, amount, t.labels.c.text)
            .join_from(FACTS, t.labels, t.labels.c.id == FACTS.c.merchant_id, isouter=True)
            .where(*self._conditions(FACTS, where, path=_ranking_path(where)))
            .order_by(amount.desc(), FACTS.c.local_day.desc(), FACTS.c.id.desc())
            .limit(limit)
        )
        return [
            LargestExpense(
                id=row[0],
                day=row[1],
                category_id=row[2],
                amount_minor=row[3],
                merchant=row[4] or "",
            )
            for row in self._connection.execute(query)
        ]

    def other_currencies(self, where: Filter) -> Mapping[str, int]:
        """The rows by currency that a filter leaves out for their currency alone.

        Bounds on amounts are in the asked currency, so they leave no other one out.
        """
        if self._only_currency(where):
            return {}
        table = self._days_table(where)
        conditions = self._conditions(table, where, any_currency=True)
        query = (
            select(table.c.currency, _count(table))
            .where(*conditions, table.c.currency != where.currency)
            .group_by(table.c.currency)
        )
        return {row[0]: row[1] for row in self._connection.execute(query) if row[1]}

    def _only_currency(self, where: Filter) -> bool:
        """Whether the user has rows of no currency but the asked one: two steps in an index."""
        rollup = t.daily.c
        owner = rollup.user_id == where.owner_id
        ends = select(
            select(func.min(rollup.currency)).where(owner).scalar_subquery(),
            select(func.max(rollup.currency)).where(owner).scalar_subquery(),
        )
        return set(self._connection.execute(ends).one()) <= {where.currency, None}

    def last_import(self, owner_id: int) -> ImportMark | None:
        """The user's latest import that still has rows."""
        marks = t.import_marks.c
        latest = self._connection.execute(
            select(marks.import_id, marks.created_at)
            .where(marks.user_id == owner_id)
            .order_by(marks.created_at.desc(), marks.import_id.desc())
            .limit(1)
        ).one_or_none()
        if latest is None:
            return None
        rows = self._connection.execute(
            select(func.sum(marks.count)).where(
                marks.user_id == owner_id, marks.import_id == latest.import_id
            )
        ).scalar_one()
        return ImportMark(import_id=latest.import_id, created_at=latest.created_at, rows=rows)

    def amount_norms(self, where: Filter) -> Mapping[int, AmountNorm]:
        """The norm of each category's purchases, of all of them under ALL_CATEGORIES."""
        norms = t.amount_norms.c
        rows = self._connection.execute(
            select(t.amount_norms).where(
                norms.user_id == where.owner_id, norms.currency == where.currency
            )
        )
        return {
            row["category_id"]: AmountNorm(
                count=row["count"], median_log=row["median_log"], spread_log=row["spread_log"]
            )
            for row in rows.mappings()
        }

    def charges_above(self, where: Filter, bounds: Mapping[int, int]) -> list[Charge]:
        """The rows whose amount is at least the bound of their category, refunded ones aside."""
        found: list[Charge] = []
        conditions = self._conditions(FACTS, where, path=Path.AMOUNTS)
        for category_id, bound in bounds.items():
            query = _charges().where(
                *conditions,
                FACTS.c.category_id == category_id,
                FACTS.c.amount_minor >= bound,
                FACTS.c.amount_minor > FACTS.c.refunded_minor,
            )
            found += [_charge(row) for row in self._connection.execute(query)]
        return found

    def repeated_charges(self, where: Filter) -> list[RepeatedCharge]:
        """The rows that repeat an earlier charge of the same payee within a minute."""
        repeats = t.repeated_charges
        query = (
            _charges()
            .add_columns(repeats.c.first_id, repeats.c.seconds)
            .join(repeats, and_(repeats.c.user_id == FACTS.c.user_id, repeats.c.id == FACTS.c.id))
            .where(
                repeats.c.user_id == where.owner_id,
                *self._conditions(FACTS, where),
                FACTS.c.amount_minor > FACTS.c.refunded_minor,
            )
        )
        return [
            RepeatedCharge(charge=_charge(row), first_id=row.first_id, seconds=row.seconds)
            for row in self._connection.execute(query)
        ]

    def _days_table(self, where: Filter) -> Table:
        if where.looks_at_rows:
            return FACTS
        return t.daily if where.category_id is None else t.daily_category

    def _grouped(self, table: Table, where: Filter, *keys: ColumnElement[Any]) -> Sequence[Any]:
        query = (
            select(*keys, *_figures(table, where))
            .where(*self._conditions(table, where))
            .group_by(*keys)
        )
        return self._connection.execute(query).all()

    def _by_key(self, where: Filter, monthly: Table, key: str) -> dict[int, Tally]:
        """Figures by a key of a monthly rollup; whole months from it, the edges from the facts."""
        found: dict[int, Tally] = {}
        for part in _cover(where, monthly):
            query = (
                select(part.table.c[key], *_figures(part.table, where))
                .where(*self._conditions(part.table, part.where), *part.months)
                .group_by(part.table.c[key])
            )
            for row in self._connection.execute(query):
                found[row[0]] = found.get(row[0], Tally()) + Tally(row[1], row[2])
        return found

    def _without_blank(self, tallies: dict[int, Tally]) -> dict[int, Tally]:
        tallies.pop(t.NO_LABEL, None)
        return tallies

    def _conditions(
        self,
        table: Table,
        where: Filter,
        *,
        any_currency: bool = False,
        path: Path | None = None,
    ) -> list[Condition]:
        c = table.c
        hidden = _hidden_columns(table, where, path)
        found: list[Condition] = [
            c.user_id == where.owner_id,
            hidden.get("direction", c.direction) == where.direction,
        ]
        if not any_currency:
            found.append(hidden.get("currency", c.currency) == where.currency)
        if where.category_id is not None:
            found.append(self._in_category(hidden.get("category_id", c.category_id), where))
        if where.start is not None:
            found.append(hidden.get("local_day", c.local_day) >= where.start)
        if where.end is not None:
            found.append(hidden.get("local_day", c.local_day) < where.end)
        if not any_currency:
            found += _amount_conditions(table, where)
        return found + _word_conditions(where)

    def _in_category(self, column: ColumnElement[int], where: Filter) -> Condition:
        category_id = NO_CATEGORY if where.category_id is None else where.category_id
        if not where.subtree:
            return column == category_id
        return column.in_(sorted(self.categories(where.owner_id).subtree(category_id)))


def _amount_conditions(table: Table, where: Filter) -> list[Condition]:
    amount = table.c.charge_minor if table is t.amounts else table.c.amount_minor
    found: list[Condition] = []
    if where.min_minor is not None:
        found.append(amount >= where.min_minor)
    if where.max_minor is not None:
        found.append(amount <= where.max_minor)
    return found


def _word_conditions(where: Filter) -> list[Condition]:
    found: list[Condition] = []
    if where.merchant is not None:
        found.append(FACTS.c.merchant_id == _label(where.owner_id, where.merchant))
    if where.place is not None:
        found.append(FACTS.c.place_id == _label(where.owner_id, where.place))
    if where.q is not None:
        words = select(t.labels.c.id).where(
            t.labels.c.user_id == where.owner_id,
            t.labels.c.text.icontains(where.q, autoescape=True),
        )
        columns = (FACTS.c.merchant_id, FACTS.c.note_id, FACTS.c.place_id)
        found.append(or_(*(column.in_(words) for column in columns)))
    return found


def _label(owner_id: int, text: str) -> ColumnElement[int]:
    return (
        select(t.labels.c.id)
        .where(t.labels.c.user_id == owner_id, t.labels.c.text == text)
        .scalar_subquery()
    )


def _net(table: Table) -> ColumnElement[int]:
    return table.c.amount_minor - table.c.refunded_minor


def _count(table: Table) -> ColumnElement[int]:
    return func.count() if table is FACTS else func.sum(table.c.count)


def _figures(table: Table, where: Filter) -> tuple[ColumnElement[int], ColumnElement[int]]:
    amount = table.c.amount_minor if where.gross else _net(table)
    return _count(table), func.sum(amount)


def _charges() -> Select[Any]:
    return select(
        FACTS.c.id,
        FACTS.c.local_day,
        FACTS.c.category_id,
        FACTS.c.amount_minor,
        t.labels.c.text,
    ).join_from(FACTS, t.labels, t.labels.c.id == FACTS.c.merchant_id, isouter=True)


def _charge(row: Row[Any]) -> Charge:
    return Charge(
        id=row.id,
        day=row.local_day,
        category_id=row.category_id,
        amount_minor=row.amount_minor,
        merchant=row.text or "",
    )
