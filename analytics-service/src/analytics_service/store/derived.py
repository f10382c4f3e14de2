"""What is worked out from the facts and the rollups: repeated charges, and what is usual."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, literal_column, or_, select
from sqlalchemy.dialects.sqlite import insert

from analytics_service.domain.anomalies import REPEAT_SECONDS, amount_norm
from analytics_service.domain.categories import ALL_CATEGORIES
from analytics_service.store import tables as t
from analytics_service.store.staging import touched

FACTS = t.expense_facts
EXPENSE = "expense"
UNCLOCKED_STEP_S = 900
"""Time zones differ by quarters of an hour: local midnight is a multiple of it."""


def judge_repeats(connection: Connection) -> None:
    """Judge anew whether the rows whose ids are touched repeat a charge."""
    repeats = t.repeated_charges
    connection.execute(delete(repeats).where(repeats.c.id.in_(select(touched.c.id))))
    columns = [column.name for column in repeats.columns]
    connection.execute(insert(repeats).from_select(columns, _repeats_of_touched()))


def _repeats_of_touched() -> Select[Any]:
    """For each touched row the nearest equal charge of the same payee in the minute before it.

    Rows at the very start of a day are left out: their statement knew no time of day.
    """
    f, earlier = FACTS.alias("f"), FACTS.alias("earlier")
    # The unary plus keeps SQLite from beginning with `earlier`: it would read all facts.
    pair = and_(
        literal_column("+earlier.user_id") == f.c.user_id,
        earlier.c.merchant_id == literal_column("+f.merchant_id"),
        earlier.c.amount_minor == literal_column("+f.amount_minor"),
        earlier.c.time.between(f.c.time - REPEAT_SECONDS, f.c.time),
        earlier.c.currency == f.c.currency,
        earlier.c.direction == EXPENSE,
        or_(earlier.c.time < f.c.time, earlier.c.id < f.c.id),
    )
    has_clock_time = or_(f.c.local_hour != 0, f.c.time % UNCLOCKED_STEP_S != 0)
    nearest = func.row_number().over(
        partition_by=literal_column("+f.id"), order_by=(earlier.c.time.desc(), earlier.c.id.desc())
    )
    pairs = (
        select(
            f.c.user_id,
            f.c.local_day,
            f.c.id,
            earlier.c.id.label("first_id"),
            (f.c.time - earlier.c.time).label("seconds"),
            nearest.label("nearest"),
        )
        .select_from(f.join(earlier, pair))
        .where(
            f.c.id.in_(select(touched.c.id)),
            f.c.direction == EXPENSE,
            f.c.merchant_id != t.NO_LABEL,
            f.c.amount_minor > 0,
            has_clock_time,
        )
        .subquery()
    )
    found = (pairs.c[column.name] for column in t.repeated_charges.columns)
    return select(*found).where(pairs.c.nearest == 1)


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
