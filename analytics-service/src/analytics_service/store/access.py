"""Which table answers, and which way into the facts SQLite is left to take.

Without filters on single rows the rollups answer: `daily` where no category is asked for,
`daily_category` where one is, and the monthly ones for whole months with the facts of the days at
the edges. Filters on amounts or words go to the facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Table, literal_column

from analytics_service.domain.calendar import day_of, month_index, month_start
from analytics_service.domain.filters import Filter
from analytics_service.domain.grid import AREA
from analytics_service.store import tables as t

FACTS = t.expense_facts
KINDS = ("category_id", "merchant_id", "source_id", "place_id", "city_id", "local_hour")
"""The columns of facts_by_kind in its order, after whose and before what is added up."""
_FEW_DAYS = 62
"""Of so many the largest rows are found sooner among their own than among those of all history."""
_SORTED_DAYS = 500
"""The amounts of more are read in their own order sooner than those of the days are sorted."""
_KEYS_OF_CELLS = frozenset({*KINDS, "amount_minor", "local_day", "cell"} - {"local_hour"})
Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Part:
    """A table that answers for a part of the range, with what narrows it."""

    table: Table
    where: Filter
    months: tuple[Condition, ...] = ()


def cover(where: Filter, monthly: Table) -> list[Part]:
    """Tables that together hold each row of the filter once: months, and days at the edges."""
    if where.looks_at_rows and not (monthly is t.monthly_area and where.is_of_areas):
        return [Part(FACTS, where)]
    start, end = where.start, where.end
    first = None if start is None else month_index(day_of(start - 1)) + 1
    last = None if end is None else month_index(day_of(end))
    if first is not None and last is not None and first >= last:
        return [Part(FACTS, where)]
    months: list[Condition] = []
    edges: list[Part] = []
    if start is not None and first is not None:
        months.append(monthly.c.month >= first)
        if start < month_start(first):
            edges.append(Part(FACTS, replace(where, end=month_start(first))))
    if end is not None and last is not None:
        months.append(monthly.c.month < last)
        if month_start(last) < end:
            edges.append(Part(FACTS, replace(where, start=month_start(last))))
    undated = replace(where, start=None, end=None)
    return [Part(monthly, undated, tuple(months)), *edges]


def map_parts(where: Filter, decimals: int) -> list[Part]:
    """Tables that answer for cells of a size."""
    if decimals > AREA or not where.is_of_areas:
        return [Part(FACTS, where)]
    if where.start is where.end is None:
        return [Part(t.areas if where.category_id is None else t.category_areas, where)]
    return cover(where, t.monthly_area)


class AccessPath(Enum):
    """Which way into the facts SQLite is left to take.

    Without statistics it would follow any index that gives the order of a GROUP BY, and then
    look up a million rows one by one: measured, 1,650 ms where a scan takes a tenth of it.
    """

    KEY = "single rows by their key"
    MERCHANT = "the index by merchant"
    DAYS = "the rows in their own order, by day"
    AMOUNTS = "an index by amount or category"
    AMOUNTS_OF_DAYS = "the index by amount, rows of other days and categories passed over"
    CATEGORY_DAYS = "the index by category and day"
    CELLS = "the index by area and cell"
    KINDS = "the index by category, merchant, source, place, city and hour"


def _hidden(column: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    """The column under a unary plus, which keeps SQLite from choosing an index by it."""
    return literal_column(f"+expense_facts.{name}", column.type)


def hidden_columns(table: Table, path: AccessPath) -> dict[str, ColumnElement[Any]]:
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
        AccessPath.AMOUNTS_OF_DAYS: ("local_day", "category_id"),
        AccessPath.CATEGORY_DAYS: ("amount_minor", "cell"),
        AccessPath.CELLS: ("local_day", "category_id", "amount_minor"),
        AccessPath.KINDS: ("category_id", "local_day", "amount_minor", "cell"),
    }[path]
    return {name: _hidden(FACTS.c[name], name) for name in names}


def path_of(where: Filter, *keys: str) -> AccessPath:
    """By merchant; or by an index that holds all that is asked for; or by day."""
    if where.merchant is not None:
        return AccessPath.MERCHANT
    on_map = where.box is not None or where.located is True or "cell" in keys
    is_span = where.start is not None and where.end is not None
    # Days lie together in the facts: the index by cell would read all of history for a few of them.
    if on_map and not is_span and {*keys} <= _KEYS_OF_CELLS:
        return AccessPath.CELLS
    if {"category_id", "amount_minor"} >= {*keys} and not where.names_rows:
        if where.start is where.end is None:
            return AccessPath.AMOUNTS
        if _is_long(where) and "category_id" not in keys:
            return AccessPath.AMOUNTS_OF_DAYS
    return AccessPath.DAYS if is_span else _path_of_rows(where, {*keys})


def _path_of_rows(where: Filter, keys: set[str]) -> AccessPath:
    """By an index that has the rows in groups of the keys, where single rows are looked at."""
    if where.looks_at_rows and where.box is None and where.located is None:
        if keys <= {*KINDS}:
            return AccessPath.KINDS
        if "local_day" in keys and keys <= {"category_id", "local_day"}:
            return AccessPath.CATEGORY_DAYS
    return AccessPath.DAYS


def _is_long(where: Filter) -> bool:
    if where.start is None or where.end is None:
        return True
    return where.end - where.start > _SORTED_DAYS


def steps_of(keys: Sequence[str]) -> tuple[str, ...]:
    """The columns by which facts_by_kind has its rows in groups without sorting them."""
    return KINDS[: max((KINDS.index(key) + 1 for key in keys), default=0)]


def group_key(table: Table, key: str, path: AccessPath) -> ColumnElement[Any]:
    """The column to group by; SQLite would follow an index for its order alone."""
    is_unordered = path in {AccessPath.KEY, AccessPath.MERCHANT, AccessPath.CELLS}
    is_ordered = key == "local_day" if path is AccessPath.DAYS else not is_unordered
    is_hidden = table is FACTS and not is_ordered
    return _hidden(table.c[key], key) if is_hidden else table.c[key]


def ranking_path(where: Filter) -> AccessPath:
    """By the order of amounts, unless words, a place or a few weeks leave few rows."""
    days = None if where.start is None or where.end is None else where.end - where.start
    if days is not None and days <= _FEW_DAYS and where.merchant is None:
        return AccessPath.DAYS
    if not where.names_rows:
        return AccessPath.AMOUNTS
    # What filters by words has to be looked at; the index by kind holds it in half the room.
    path = path_of(where, "any")
    is_wordy = path is AccessPath.DAYS and where.box is None and where.located is None
    return AccessPath.KINDS if is_wordy and days is None else path
