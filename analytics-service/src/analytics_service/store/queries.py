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
    func,
    literal_column,
    or_,
    select,
)

from analytics_service.domain.anomalies import (
    DAY,
    JUDGED_DIRECTION,
    Anomaly,
    AnomalyQuery,
    FeedbackCount,
    anomaly_id,
)
from analytics_service.domain.calendar import DayRange, day_of, month_index, month_start
from analytics_service.domain.categories import NO_CATEGORY, Category, CategoryTree, Tally
from analytics_service.domain.figures import FeedState, ImportMark, LargestExpense
from analytics_service.domain.filters import Filter
from analytics_service.domain.grid import AREA, Extent
from analytics_service.domain.heat import City
from analytics_service.domain.judging import JudgedState
from analytics_service.domain.levels import LevelModel
from analytics_service.store import tables as t
from analytics_service.store.anomalies import (
    count_verdicts,
    read_anomaly,
    read_judged_seq,
    read_stamp,
    read_state,
    read_verdicts,
    select_anomalies,
)
from analytics_service.store.heat import cell_columns, place_conditions, read_extent
from analytics_service.store.levels import read_level_model, read_level_rows

FACTS = t.expense_facts
_KEYS_OF_CELLS = frozenset({"category_id", "amount_minor", "local_day", "cell"})
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


def _map_parts(where: Filter, decimals: int) -> list[_Part]:
    """Tables that answer for cells of a size."""
    if where.looks_at_rows or decimals > AREA:
        return [_Part(FACTS, where)]
    if where.start is where.end is where.category_id is None:
        return [_Part(t.areas, where)]
    return _cover(where, t.monthly_area)


class AccessPath(Enum):
    """Which way into the facts SQLite is left to take.

    Without statistics it would follow any index that gives the order of a GROUP BY, and then
    look up a million rows one by one: measured, 1,650 ms where a scan takes a tenth of it.
    """

    KEY = "single rows by their key"
    MERCHANT = "the index by merchant"
    DAYS = "the rows in their own order, by day"
    AMOUNTS = "an index by amount or category"
    CELLS = "the index by cell, of rows with coordinates"


def _hidden(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """The column under a unary plus, which keeps SQLite from choosing an index by it."""
    return literal_column(f"+expense_facts.{name}", column.type)


def _hidden_columns(table: Table, path: AccessPath) -> dict[str, ColumnElement[Any]]:
    """The columns of the facts by which no index is to be chosen."""
    if table is not FACTS:
        return {}
    names = {
        AccessPath.KEY: (
            "user_id",
            "direction",
            "currency",
            "category_id",
            "local_day",
            "amount_minor",
        ),
        AccessPath.MERCHANT: (
            "user_id",  # said by the merchant already: labels are a user's own
            "direction",
            "currency",
            "category_id",
            "local_day",
            "amount_minor",
        ),
        AccessPath.DAYS: ("direction", "currency", "category_id", "amount_minor", "cell"),
        AccessPath.AMOUNTS: ("local_day",),
        AccessPath.CELLS: ("local_day", "category_id", "amount_minor"),
    }[path]
    return {name: _hidden(FACTS.c[name], name) for name in names}


def _path(where: Filter, *keys: str) -> AccessPath:
    """By merchant; or by an index that holds all that is asked for; or by day."""
    if where.merchant is not None:
        return AccessPath.MERCHANT
    on_map = where.box is not None or where.located is True or "cell" in keys
    is_dated = where.start is not None or where.end is not None
    is_span = where.start is not None and where.end is not None
    # Days lie together in the facts: the index by cell would read all of history for a few of them.
    if on_map and not where.names_words and not is_span and {*keys} <= _KEYS_OF_CELLS:
        return AccessPath.CELLS
    is_covered = {"category_id", "amount_minor"} >= {*keys} and not (is_dated or where.names_rows)
    return AccessPath.AMOUNTS if is_covered else AccessPath.DAYS


def _group_key(table: Table, key: str, path: AccessPath) -> ColumnElement[Any]:
    """The column to group by; SQLite would follow an index for its order alone."""
    is_ordered = path is AccessPath.AMOUNTS or (path is AccessPath.DAYS and key == "local_day")
    is_hidden = table is FACTS and not is_ordered
    return _hidden(table.c[key], key) if is_hidden else table.c[key]


def _ranking_path(where: Filter) -> AccessPath:
    """By the order of amounts, unless words or a place leave few rows."""
    return _path(where, "any") if where.names_rows else AccessPath.AMOUNTS


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
        conditions = self._conditions(table, where, path=_path(where))
        query = select(*_figures(table, where)).where(*conditions)
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
        rows = self._grouped(table, where, "local_day")
        return {row[0]: Tally(row[1], row[2]) for row in rows}

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
        category_id = _group_key(part.table, "category_id", _path(where, "any"))
        query = (
            select(category_id, time, *_figures(part.table, where))
            .where(*self._conditions(part.table, part.where), *part.months)
            .group_by(time, category_id)
        )
        for key, step, count, amount in self._connection.execute(query):
            yield key, month_start(step) if is_monthly else step, count, amount

    def by_category(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each category that has rows."""
        return self._by_key(where, t.monthly_category, "category_id")

    def by_merchant(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each merchant, by label, NO_LABEL for rows without a name."""
        return self._by_key(where, t.monthly_merchant, "merchant_id")

    def by_place(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each place, by label, NO_LABEL for rows without one."""
        monthly = t.monthly_place if where.category_id is None else t.monthly_category_place
        return self._by_key(where, monthly, "place_id")

    def by_city(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each city, by the label of its code; NO_LABEL where none is known."""
        return self._by_key(where, t.monthly_city, "city_id")

    def cities(self, codes: Sequence[str]) -> Mapping[str, City]:
        """What is known of cities, by their codes."""
        c = t.cities.c
        columns = (c.code, c.name, c.name_en, c.lat, c.lon)
        rows = self._connection.execute(select(*columns).where(c.code.in_(codes)))
        return {row.code: City(*row) for row in rows}

    def extent(self, where: Filter) -> Extent | None:
        """Where all rows of the owner's currency and direction lie; None where nowhere."""
        return read_extent(self._connection, where)

    def by_cell(
        self, where: Filter, decimals: int, *, limit: int
    ) -> Mapping[tuple[int, int], Tally]:
        """The figures of each cell (row, column) of a size; more than the limit: not all."""
        found: dict[tuple[int, int], Tally] = {}
        for part in _map_parts(where, decimals):
            path = _path(part.where, "cell")
            row, column, is_located = cell_columns(part.table, decimals)
            query = (
                select(row, column, *_figures(part.table, where))
                .where(*self._conditions(part.table, part.where, path=path), *part.months)
                .where(is_located)
                .group_by(row, column)
                .limit(limit + 1)
            )
            for y, x, count, amount in self._connection.execute(query):
                found[y, x] = found.get((y, x), Tally()) + Tally(count, amount)
        return found

    def by_hour(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each local hour that has rows."""
        return self._by_key(where, t.monthly_hour, "local_hour")

    def by_category_and_merchant(self, where: Filter) -> Mapping[tuple[int, int], Tally]:
        """The figures of each category and merchant label, NO_LABEL for unnamed merchants."""
        return self._by_category_and(where, t.monthly_merchant, "merchant_id")

    def by_category_and_source(self, where: Filter) -> Mapping[tuple[int, int], Tally]:
        """The figures of each category and source label."""
        return self._by_category_and(where, t.monthly_source, "source_id")

    def charged_once(self, where: Filter) -> Iterator[tuple[int, int, int]]:
        """(first day of the month, merchant label, sum) of merchants with one row in a month.

        Only whole months are looked at; filters on single rows find none.
        """
        if where.looks_at_rows:
            return
        for part in _cover(where, t.monthly_merchant):
            if part.table is FACTS:
                continue
            c = part.table.c
            query = (
                select(c.month, c.merchant_id, _figures(part.table, where)[1])
                .where(*self._conditions(part.table, part.where), *part.months)
                .group_by(c.month, c.merchant_id)
                .having(func.sum(c.count) == 1)
            )
            for month, label, amount in self._connection.execute(query):
                yield month_start(month), label, amount

    def by_amount(self, where: Filter) -> Sequence[tuple[int, int, int]]:
        """(amount in minor units, count, sum) of the rows of each amount, in order of amounts."""
        narrowed = (where.start, where.end, where.category_id)
        if where.names_rows or any(value is not None for value in narrowed):
            return self._grouped(FACTS, where, "amount_minor")
        return self._grouped(t.amounts, where, "charge_minor")

    def label_texts(self, label_ids: list[int]) -> Mapping[int, str]:
        """The texts of labels."""
        rows = self._connection.execute(
            select(t.labels.c.id, t.labels.c.text).where(t.labels.c.id.in_(label_ids))
        )
        return {row.id: row.text for row in rows}

    def level_model(self, where: Filter, *, by: str, clusters: int | None) -> LevelModel | None:
        """The owner's groups of that number, or of the best one; None where none were found."""
        owner = (where.owner_id, where.currency)
        return read_level_model(self._connection, *owner, by, clusters=clusters)

    def level_rows(self, where: Filter) -> int:
        """Over how many rows the owner's groups were found; 0 where they were not."""
        return read_level_rows(self._connection, where.owner_id, where.currency)

    def largest(self, where: Filter, limit: int) -> list[LargestExpense]:
        """The rows with the largest amounts, the largest first."""
        amount = FACTS.c.amount_minor if where.gross else _net(FACTS)
        conditions = self._conditions(FACTS, where, path=_ranking_path(where))
        if where.max_minor is not None:  # follows from the filter, and says where to begin
            conditions.append(amount <= where.max_minor)
        query = (
            select(
                FACTS.c.id,
                FACTS.c.local_day,
                FACTS.c.category_id,
                amount,
                t.labels.c.text,
                FACTS.c.merchant_id,
            )
            .join_from(FACTS, t.labels, t.labels.c.id == FACTS.c.merchant_id, isouter=True)
            .where(*conditions)
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
                label=row[5],
            )
            for row in self._connection.execute(query)
        ]

    def other_currencies(self, where: Filter) -> Mapping[str, int]:
        """The rows by currency that a filter leaves out for their currency alone.

        Bounds on amounts are in the asked currency, so they leave no other one out.
        """
        if not self.has_other_currencies(where):
            return {}
        table = self._days_table(where)
        conditions = self._conditions(table, where, any_currency=True)
        query = (
            select(table.c.currency, _count(table))
            .where(*conditions, table.c.currency != where.currency)
            .group_by(table.c.currency)
        )
        return {row[0]: row[1] for row in self._connection.execute(query) if row[1]}

    def has_other_currencies(self, where: Filter) -> bool:
        """Whether the user has any row of another currency than the asked one."""
        rollup = t.daily.c
        owner = rollup.user_id == where.owner_id
        ends = select(
            select(func.min(rollup.currency)).where(owner).scalar_subquery(),
            select(func.max(rollup.currency)).where(owner).scalar_subquery(),
        )
        # The two ends of an index tell, without reading what lies between.
        return not set(self._connection.execute(ends).one()) <= {where.currency, None}

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

    def anomalies(
        self, where: Filter, query: AnomalyQuery, *, limit: int
    ) -> tuple[list[Anomaly], int]:
        """What stands out, the latest first, at most `limit` of it; and how much there is in all.

        A day belongs to a filter on rows where its largest purchase does.
        """
        if where.direction != JUDGED_DIRECTION:
            return [], 0
        found = select_anomalies(where.owner_id, where.currency, query)
        column = t.anomalies.c
        if where.start is not None:
            found = found.where(column.local_day >= where.start)
        if where.end is not None:
            found = found.where(column.local_day < where.end)
        if query.scope != DAY or where.looks_at_rows or where.category_id is not None:
            undated = replace(where, start=None, end=None)
            conditions = self._conditions(FACTS, undated, path=AccessPath.KEY)
            found = found.join(FACTS, FACTS.c.id == column.expense_id).where(*conditions)
        count = self._connection.execute(select(func.count()).select_from(found.subquery()))
        order = (column.local_day.desc(), column.score.desc(), column.expense_id)
        rows = self._connection.execute(found.order_by(*order).limit(limit))
        verdicts = read_verdicts(self._connection, where.owner_id)
        items = [read_anomaly(row, verdicts.get(_anomaly_id(row))) for row in rows]
        return items, count.scalar_one()

    def judged_state(self, where: Filter) -> JudgedState:
        """How much history the judgement of the owner's days and purchases rests on."""
        return read_state(self._connection, where.owner_id, where.currency)

    def feedback(self, owner_id: int) -> FeedbackCount:
        """How often the owner found an alarm right, and how often he called it normal."""
        return count_verdicts(self._connection, owner_id)

    def judged_seq(self) -> int:
        """The last change that the anomalies know of."""
        return read_judged_seq(self._connection)

    def anomaly_stamp(self, owner_id: int) -> str:
        """The state of what the anomalies rest on beside the rows."""
        return read_stamp(self._connection, owner_id)

    def _days_table(self, where: Filter) -> Table:
        if where.looks_at_rows:
            return FACTS
        return t.daily if where.category_id is None else t.daily_category

    def _grouped(self, table: Table, where: Filter, key: str) -> Sequence[Any]:
        path = _path(where, key)
        column = _group_key(table, key, path)
        query = (
            select(column, *_figures(table, where))
            .where(*self._conditions(table, where, path=path))
            .group_by(column)
            .order_by(column)
        )
        return self._tuples(query)

    def _tuples(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        """The rows as the driver gives them.

        SQLAlchemy's own rows keep Python's collector busy: 20,000 took three times as long.
        """
        result = self._connection.execute(query)
        if result.cursor is None:
            raise RuntimeError("a query that returns no rows was read")
        found = list(result.cursor.fetchall())
        result.close()
        return found

    def _by_key(self, where: Filter, monthly: Table, key: str) -> dict[int, Tally]:
        """Figures by a key of a monthly rollup; whole months from it, the edges from the facts."""
        found: dict[int, Tally] = {}
        for part in _cover(where, monthly):
            path = _path(part.where, key)
            column = _group_key(part.table, key, path)
            query = (
                select(column, *_figures(part.table, where))
                .where(*self._conditions(part.table, part.where, path=path), *part.months)
                .group_by(column)
            )
            for row in self._connection.execute(query):
                found[row[0]] = found.get(row[0], Tally()) + Tally(row[1], row[2])
        return found

    def _by_category_and(
        self, where: Filter, monthly: Table, key: str
    ) -> dict[tuple[int, int], Tally]:
        found: dict[tuple[int, int], Tally] = {}
        for part in _cover(where, monthly):
            path = _path(part.where, "any")
            category = _group_key(part.table, "category_id", path)
            other = _group_key(part.table, key, path)
            query = (
                select(category, other, *_figures(part.table, where))
                .where(*self._conditions(part.table, part.where, path=path), *part.months)
                .group_by(category, other)
            )
            for category_id, label, count, amount in self._connection.execute(query):
                pair = (category_id, label)
                found[pair] = found.get(pair, Tally()) + Tally(count, amount)
        return found

    def _conditions(
        self,
        table: Table,
        where: Filter,
        *,
        any_currency: bool = False,
        path: AccessPath | None = None,
    ) -> list[Condition]:
        c = table.c
        hidden = _hidden_columns(table, path or _path(where, "any"))
        found: list[Condition] = [
            hidden.get("user_id", c.user_id) == where.owner_id,
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
            amount = c.charge_minor if table is t.amounts else c.amount_minor
            found += _amount_conditions(hidden.get("amount_minor", amount), where)
        if table is FACTS:
            found += place_conditions(where, hidden.get("cell", FACTS.c.cell))
        return found + _word_conditions(where)

    def _in_category(self, column: ColumnElement[int], where: Filter) -> Condition:
        category_id = NO_CATEGORY if where.category_id is None else where.category_id
        if not where.subtree:
            return column == category_id
        return column.in_(sorted(self.categories(where.owner_id).subtree(category_id)))


def _amount_conditions(amount: ColumnElement[int], where: Filter) -> list[Condition]:
    found: list[Condition] = []
    if where.min_minor is not None:
        found.append(amount >= where.min_minor)
    if where.max_minor is not None:
        found.append(amount <= where.max_minor)
    return found


def _word_conditions(where: Filter) -> list[Condition]:
    found: list[Condition] = []
    wholes = {
        FACTS.c.merchant_id: where.merchant,
        FACTS.c.place_id: where.place,
        FACTS.c.source_id: where.source,
        FACTS.c.account_id: where.account,
    }
    for column, word in wholes.items():
        if word is not None:
            found.append(column == _label(where.owner_id, word))
    if where.q is not None:
        words = select(t.labels.c.id).where(
            t.labels.c.user_id == where.owner_id,
            t.labels.c.text.icontains(where.q, autoescape=True),
        )
        columns = (FACTS.c.merchant_id, FACTS.c.note_id, FACTS.c.place_id, FACTS.c.account_id)
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


def _anomaly_id(row: Row[Any]) -> str:
    return anomaly_id(row.scope, row.local_day, row.expense_id)
