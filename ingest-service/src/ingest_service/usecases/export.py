"""Exports: the platform's own table, streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ingest_service.domain.amounts import format_minor
from ingest_service.domain.export_table import TABLE_COLUMNS, direction_word, neutralise
from ingest_service.domain.local_time import local_text
from ingest_service.domain.models import Expense, ExpenseFilter
from ingest_service.domain.ports import Database


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """Whose rows, which of them, and for which reader."""

    user_id: int
    where: ExpenseFilter
    locale: str
    time_zone: str
    exponent_of: Callable[[str], int]


def export_rows(database: Database, order: ExportOrder) -> Iterator[Sequence[str]]:
    """Text cells in the order of TABLE_COLUMNS, row by row, at constant memory."""
    with database.read() as session:
        paths = {node.id: node.path for node in session.categories.tree(order.user_id)}
        for expense in session.expenses.rows(order.user_id, order.where):
            cells = _cells(expense, order, paths)
            yield [
                neutralise(cells[column.key]) if column.is_text else cells[column.key]
                for column in TABLE_COLUMNS
            ]


def _cells(expense: Expense, order: ExportOrder, paths: dict[int, str]) -> dict[str, str]:
    places = order.exponent_of(expense.currency)
    refunded = format_minor(expense.refunded_minor, places=places)
    return {
        "time": local_text(expense.time, order.time_zone),
        "amount": format_minor(expense.amount_minor, places=places),
        "currency": expense.currency,
        "direction": direction_word(expense.direction, order.locale),
        "category": paths.get(expense.category_id or 0, ""),
        "merchant": expense.merchant,
        "lat": "" if expense.lat is None else repr(expense.lat),
        "lon": "" if expense.lon is None else repr(expense.lon),
        "place": expense.place,
        "note": expense.note,
        "source": expense.source,
        "external_id": expense.external_id,
        "account": expense.account,
        "order_ref": expense.order_ref,
        "refunded": refunded if expense.refunded_minor else "",
    }
