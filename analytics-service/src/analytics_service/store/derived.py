"""What is worked out from the rollups: what is usual, and whose anomalies are to be judged."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from analytics_service.domain.amounts import amount_norm
from analytics_service.domain.categories import ALL_CATEGORIES
from analytics_service.store import tables as t

EXPENSE = "expense"


def mark_due(connection: Connection, moved: Iterable[tuple[int, str]], *, seq: int) -> None:
    """Note that expenses of some (user, currency) have moved with a change."""
    due = t.anomaly_due
    rows = [{"user_id": user_id, "currency": currency, "seq": seq} for user_id, currency in moved]
    if rows:
        statement = insert(due)
        statement = statement.on_conflict_do_update(
            index_elements=["user_id", "currency"], set_={"seq": statement.excluded.seq}
        )
        connection.execute(statement, rows)


def renew_norms(connection: Connection, moved: Sequence[tuple[int, str, int]]) -> None:
    """Measure anew what purchases usually cost, by (user, currency, category)."""
    for user_id, currency, category_id in moved:
        _renew_norm(connection, user_id=user_id, currency=currency, category_id=category_id)
    for user_id, currency in sorted({(row[0], row[1]) for row in moved}):
        _renew_norm(connection, user_id=user_id, currency=currency, category_id=ALL_CATEGORIES)


def _renew_norm(connection: Connection, *, user_id: int, currency: str, category_id: int) -> None:
    b, norms = t.amount_bins.c, t.amount_norms
    query = (
        select(b.amount_bin, func.sum(b.count))
        .where(b.user_id == user_id, b.currency == currency, b.direction == EXPENSE)
        .group_by(b.amount_bin)
        .order_by(b.amount_bin)
    )
    if category_id != ALL_CATEGORIES:
        query = query.where(b.category_id == category_id)
    norm = amount_norm((row[0], row[1]) for row in connection.execute(query))
    key = {"user_id": user_id, "currency": currency, "category_id": category_id}
    connection.execute(
        delete(norms).where(*(norms.c[name] == value for name, value in key.items()))
    )
    if norm is not None:
        connection.execute(
            insert(norms).values(
                **key,
                count=norm.count,
                median_log=norm.median_log,
                spread_log=norm.spread_log,
            )
        )
