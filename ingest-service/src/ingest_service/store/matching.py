"""Which rows a filter or the conditions of a rule mean, as SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    true,
)

from ingest_service.domain.models import NO_CATEGORY, Condition, ExpenseFilter
from ingest_service.domain.places import ANY_CITY, MAX_LATITUDE, MAX_LONGITUDE, NO_CITY
from ingest_service.domain.rules import AMOUNT_PLACES, bound_of, columns_of, fold, text_test
from ingest_service.store.tables import categories, expenses
from servicekit.money import exponent

Test = ColumnElement[bool]
_DAY_S = 86_400
# Local days begin between 14 hours before and 12 hours after the UTC day of the same date.
_EARLIEST_S = -14 * 3600
_LATEST_S = 12 * 3600
_SOUGHT = ("merchant", "note", "place", "account")
_MAX_CACHED = 50_000


def rows_of(user_id: int, where: ExpenseFilter) -> Test:
    """The user's rows that the filter means; agrees with analytics on the same filter."""
    c = expenses.c
    equal = {
        c.direction: where.direction,
        c.merchant: where.merchant,
        c.place: where.place,
        c.account: where.account,
        c.currency: where.currency,
        c.source: where.source,
        c.category_source: where.category_source,
        c.import_id: where.import_id,
        c.external_id: where.external_id,
        c.local_hour: where.hour,
        c.local_weekday: where.weekday,
        c.id: where.expense_id,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    conditions += _day_tests(where)
    if where.min_amount_minor is not None:
        conditions.append(c.amount_minor >= where.min_amount_minor)
    if where.max_amount_minor is not None:
        conditions.append(c.amount_minor <= where.max_amount_minor)
    if where.month is not None:
        conditions.append(_month_of(c.local_day) == where.month)
    if where.pending is not None:
        conditions.append(c.pending == int(where.pending))
    conditions += _place_tests(where)
    if where.category_id is not None:
        conditions.append(_category_test(user_id, where.category_id, subtree=where.subtree))
    if where.text is not None:
        # LIKE folds A to Z by itself; icontains would fold every text of every row once more.
        sought = or_(*(c[name].contains(where.text, autoescape=True) for name in _SOUGHT))
        conditions.append(sought)
    return and_(live_rows(user_id), *conditions)


def live_rows(user_id: int) -> Test:
    """All rows of a user; deleted is written out, so that partial indices are found."""
    return and_(expenses.c.user_id == user_id, text("expenses.deleted = 0"))


def _day_tests(where: ExpenseFilter) -> list[Test]:
    """Days with the times that hold them, so that the index by time narrows the search."""
    c = expenses.c
    tests: list[Test] = []
    if where.from_day is not None:
        tests += [
            c.local_day >= where.from_day,
            c.time >= where.from_day * _DAY_S + _EARLIEST_S,
        ]
    if where.to_day is not None:
        tests += [c.local_day < where.to_day, c.time < where.to_day * _DAY_S + _LATEST_S]
    return tests


def _month_of(day: ColumnElement[int]) -> ColumnElement[int]:
    """The month, 1 to 12, of a day counted from 1970-01-01."""
    return cast(func.strftime("%m", day * _DAY_S, "unixepoch"), Integer)


def _place_tests(where: ExpenseFilter) -> list[Test]:
    c = expenses.c
    tests: list[Test] = []
    if where.box is not None:
        box = where.box
        tests += [c.lat >= box.south, c.lon >= box.west, c.lat.is_not(None), c.lon.is_not(None)]
        # The last degree of each axis belongs to the box that ends there.
        tests += [c.lat < box.north] if box.north < MAX_LATITUDE else []
        tests += [c.lon < box.east] if box.east < MAX_LONGITUDE else []
    if where.city is not None:
        told = func.coalesce(c.city, NO_CITY)
        tests.append(told != NO_CITY if where.city == ANY_CITY else told == where.city)
    if where.located is not None:
        both = and_(c.lat.is_not(None), c.lon.is_not(None))
        tests.append(both if where.located else not_(both))
    return tests


def _category_test(user_id: int, category_id: int, *, subtree: bool) -> Test:
    if category_id == NO_CATEGORY:
        return expenses.c.category_id.is_(None)
    if not subtree:
        return expenses.c.category_id == category_id
    tree = (
        select(categories.c.id)
        .where(categories.c.id == category_id, categories.c.user_id == user_id)
        .cte("subtree", recursive=True)
    )
    below = select(categories.c.id).join(tree, categories.c.parent_id == tree.c.id)
    return expenses.c.category_id.in_(select(tree.union_all(below).c.id))


class RuleTests:
    """The conditions of rules as tests on the rows of one user, for one statement at a time."""

    def __init__(self, connection: Connection, user_id: int) -> None:
        self._connection = connection
        self._user_id = user_id
        self._functions = 0
        self._units: ColumnElement[int] | None = None

    def all_hold(self, conditions: Sequence[Condition]) -> Test:
        """Whether all conditions hold of a row."""
        return and_(true(), *(self._test(condition) for condition in conditions))

    def _test(self, condition: Condition) -> Test:
        c = expenses.c
        if condition.field == "amount":
            return _compared(self._amount_units(), condition)
        if condition.field in ("hour", "weekday"):
            return _compared(c[f"local_{condition.field}"], condition)
        # The statement's own words are not kept with the row.
        columns = [c[name] for name in columns_of(condition) if name != "keywords"]
        return or_(false(), *self._texts(columns, condition))

    def _texts(self, columns: Sequence[ColumnElement[str]], condition: Condition) -> list[Test]:
        value = condition.value
        if condition.op == "regex":
            holds = getattr(func, self._register(condition))
            return [holds(column) == 1 for column in columns]
        if isinstance(value, tuple):
            listed = [fold(str(item)) for item in value]
            return [func.lower(column).in_(listed) for column in columns]
        sought = fold(str(value))
        if condition.op == "equals":
            return [func.lower(column) == sought for column in columns]
        if condition.op == "starts":
            return [func.substr(func.lower(c), 1, len(sought)) == sought for c in columns]
        return [func.instr(func.lower(column), sought) > 0 for column in columns]

    def _register(self, condition: Condition) -> str:
        """The name of an SQL function that answers the condition; it remembers, payees repeat.

        Names count from 0 for every statement, so that a connection never keeps many of them.
        """
        test = text_test(condition)
        known: dict[str, bool] = {}

        def holds(value: str) -> bool:
            if value not in known:
                if len(known) >= _MAX_CACHED:
                    known.clear()
                known[value] = test(value)
            return known[value]

        name = f"rule_regex_{self._functions}"
        self._functions += 1
        raw: Any = self._connection.connection.driver_connection
        raw.create_function(name, 1, holds, deterministic=True)
        return name

    def _amount_units(self) -> ColumnElement[int]:
        """Amounts in 1/10,000 of the major unit, whatever their currency."""
        if self._units is None:
            used = select(expenses.c.currency).where(live_rows(self._user_id)).distinct()
            found = self._connection.execute(used).scalars()
            factors = {code: 10 ** (AMOUNT_PLACES - exponent(code)) for code in found}
            factor = case(factors, value=expenses.c.currency, else_=100) if factors else literal(1)
            self._units = expenses.c.amount_minor * factor
        return self._units


def _compared(number: ColumnElement[int], condition: Condition) -> Test:
    if isinstance(condition.value, tuple):
        return number.in_(condition.value)
    bound = bound_of(condition)
    tests: dict[str, Callable[[Any], Test]] = {
        "equals": number.__eq__,
        "gt": number.__gt__,
        "gte": number.__ge__,
        "lt": number.__lt__,
        "lte": number.__le__,
    }
    return tests[condition.op](bound)
