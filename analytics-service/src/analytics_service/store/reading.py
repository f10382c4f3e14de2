"""What all reads of one snapshot share: its connection, the categories, the filter in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, select

from analytics_service.domain.categories import NO_CATEGORY, Category, CategoryTree, Tally
from analytics_service.domain.filters import Filter
from analytics_service.store import tables as t
from analytics_service.store.access import (
    FACTS,
    AccessPath,
    Condition,
    group_key,
    hidden_columns,
    path_of,
)
from analytics_service.store.conditions import (
    FEW_WORDS,
    amount_conditions,
    figures,
    labels_with,
    word_conditions,
)
from analytics_service.store.heat import area_conditions, areas_within, place_conditions

_BY_CHARGE = {t.amounts, t.category_amounts}
"""Rollups in which amount_minor is a sum, and charge_minor the amount of a row."""
_BY_AREA = {t.areas, t.category_areas, t.monthly_area}


class Reading:
    """One consistent view of the read model, as the rooms of queries read it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._trees: dict[int, CategoryTree] = {}
        # Of the filter that was asked last: several figures of one chart rest on it.
        self._pairs: dict[Filter, dict[tuple[int, int], Tally]] = {}
        self._totals: dict[Filter, Tally] = {}
        self._words: dict[tuple[int, str], Sequence[int] | None] = {}

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

    def _days_table(self, where: Filter) -> Table:
        if where.looks_at_rows:
            return FACTS
        return t.daily if where.category_id is None else t.daily_category

    def _grouped(self, table: Table, where: Filter, key: str) -> Sequence[Any]:
        path = path_of(where, key)
        column = group_key(table, key, path)
        query = (
            select(column, *figures(table, where))
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

    def _conditions(
        self,
        table: Table,
        where: Filter,
        *,
        any_currency: bool = False,
        path: AccessPath | None = None,
    ) -> list[Condition]:
        c = table.c
        path = path or path_of(where, "any")
        hidden = hidden_columns(table, path)
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
            amount = c.charge_minor if table in _BY_CHARGE else c.amount_minor
            found += amount_conditions(hidden.get("amount_minor", amount), where)
        if table is FACTS:
            found += place_conditions(where, hidden.get("cell", FACTS.c.cell))
            found += areas_within(where) if path is AccessPath.CELLS else []
        elif table in _BY_AREA:
            found += area_conditions(where, table)
        return found + word_conditions(where, self._labels_with(where))

    def _labels_with(self, where: Filter) -> Sequence[int] | None:
        """The labels that hold the words asked for, None where they are many."""
        if where.q is None:
            return None
        key = (where.owner_id, where.q)
        if key not in self._words:
            query = labels_with(where).limit(FEW_WORDS + 1)
            ids = [row[0] for row in self._connection.execute(query)]
            self._words[key] = ids if len(ids) <= FEW_WORDS else None
        return self._words[key]

    def _in_category(self, column: ColumnElement[int], where: Filter) -> Condition:
        category_id = NO_CATEGORY if where.category_id is None else where.category_id
        if not where.subtree:
            return column == category_id
        return column.in_(sorted(self.categories(where.owner_id).subtree(category_id)))
