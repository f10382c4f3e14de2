"""The list of one user's rows: its orders, and where its pages open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    func,
    literal_column,
    select,
    tuple_,
)

from ingest_service.domain.models import Position
from ingest_service.store.tables import expenses


class Order:
    """One of the orders of lists: by time or amount, and by id among equals."""

    def __init__(self, sort: str) -> None:
        self.key = expenses.c.amount_minor if sort.endswith("amount") else expenses.c.time
        self._descending = sort.startswith("-")
        both = (self.key, expenses.c.id)
        self.columns = [column.desc() for column in both] if self._descending else list(both)

    @property
    def is_indexed(self) -> bool:
        """Whether an index holds the rows in this order."""
        return self.key is expenses.c.time

    def beyond(self, value: Any, row_id: Any) -> ColumnElement[bool]:
        """The rows after a position, as one row value: SQLite then seeks it in the index."""
        place, given = tuple_(self.key, expenses.c.id), tuple_(value, row_id)
        return place < given if self._descending else place > given


def page_ends(
    connection: Connection, rows: ColumnElement[bool], order: Order, *, every: int
) -> Sequence[Position]:
    """The last row of every full page of that many rows."""
    query = _by_seeking if order.is_indexed else _by_numbering
    return [Position(*row) for row in connection.execute(query(rows, order, every))]


def _by_seeking(rows: ColumnElement[bool], order: Order, every: int) -> Select[Any]:
    """One seek for each page, that skips its rows within the index.

    2,000 pages of a million rows take a sixth of the time that numbering them takes.
    """
    skip = every - 1
    nth = select(order.key.label("value"), expenses.c.id).where(rows).order_by(*order.columns)
    first = nth.limit(1).offset(skip).subquery()
    ends = select(first.c.value, first.c.id).cte("ends", recursive=True)
    following = (
        select(expenses.c.id)
        .where(rows, order.beyond(ends.c.value, ends.c.id))
        .order_by(*order.columns)
        .limit(1)
        .offset(skip)
        .correlate(ends)
        .scalar_subquery()
    )
    row = expenses.alias()
    step = select(row.c[order.key.name], row.c.id).join_from(ends, row, row.c.id == following)
    ends = ends.union_all(step)
    return select(ends.c.value, ends.c.id)


def _by_numbering(rows: ColumnElement[bool], order: Order, every: int) -> Select[Any]:
    """One sort of all rows, where no index holds the order."""
    number = func.row_number().over(order_by=order.columns).label("number")
    numbered = select(order.key.label("value"), expenses.c.id, number).where(rows).subquery()
    return (
        select(numbered.c.value, numbered.c.id)
        .where(numbered.c.number % literal_column(str(every)) == 0)
        .order_by(numbered.c.number)
    )
