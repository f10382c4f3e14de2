"""Reads of the read model: coverage, category trees, daily totals, possible bills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, select

from forecast_service.domain.ports import Coverage
from forecast_service.domain.questions import Subject
from forecast_service.domain.recurring import Payment
from forecast_service.store.read_model import NO_CATEGORY
from forecast_service.store.tables import categories, daily_totals, owners, purchases

_EPOCH = date(1970, 1, 1)
# Fewer purchases than this are no bill, and nothing more frequent than weekly is one either.
_MIN_PAYMENTS = 3
_MIN_MEAN_GAP_DAYS = 5


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The calendar day of a day number."""
    return _EPOCH + timedelta(days=number)


def coverage(connection: Connection, *, owner_id: int, currency: str) -> Coverage:
    """What is known of the user: newest change, first and last day, rows in other currencies."""
    seq = connection.execute(select(owners.c.seq).where(owners.c.user_id == owner_id)).scalar()
    columns = daily_totals.c
    rows = connection.execute(
        select(
            columns.currency,
            func.min(columns.local_day).label("first"),
            func.max(columns.local_day).label("last"),
            func.sum(columns.purchases).label("purchases"),
        )
        .where(columns.user_id == owner_id)
        .group_by(columns.currency)
    ).all()
    own = next((row for row in rows if row.currency == currency), None)
    return Coverage(
        as_of_seq=seq or 0,
        first_day=None if own is None else day_of(own.first),
        last_day=None if own is None else day_of(own.last),
        other_currencies={row.currency: row.purchases for row in rows if row.currency != currency},
    )


def subtree(connection: Connection, *, owner_id: int, category_id: int) -> frozenset[int]:
    """The category and everything below it; empty when the user has no such category."""
    mine = categories.c.user_id == owner_id
    tree = select(categories.c.id).where(mine, categories.c.id == category_id).cte(recursive=True)
    # UNION and not UNION ALL: a loop of parents, should one ever arrive, ends here.
    tree = tree.union(select(categories.c.id).where(mine, categories.c.parent_id == tree.c.id))
    return frozenset(connection.execute(select(tree.c.id)).scalars())


def totals_by_day(
    connection: Connection, subject: Subject, *, wanted: frozenset[int] | None, since: date
) -> Mapping[date, int]:
    """Net spending in minor units by local day from `since` on."""
    columns = daily_totals.c
    conditions = [
        columns.user_id == subject.owner_id,
        columns.currency == subject.currency,
        columns.local_day >= day_number(since),
        *_in_categories(columns.category_id, wanted),
    ]
    rows = connection.execute(
        select(columns.local_day, func.sum(columns.net_minor).label("net_minor"))
        .where(*conditions)
        .group_by(columns.local_day)
    )
    return {day_of(row.local_day): row.net_minor for row in rows}


def possible_bill_payments(
    connection: Connection,
    subject: Subject,
    *,
    wanted: frozenset[int] | None,
    since: date,
    before: date,
) -> Sequence[Payment]:
    """The payments to payees (within a category) that were paid often enough and not too often."""
    columns = purchases.c
    conditions = [
        columns.user_id == subject.owner_id,
        columns.currency == subject.currency,
        columns.merchant != "",
        columns.local_day >= day_number(since),
        columns.local_day < day_number(before),
        *_in_categories(columns.category_id, wanted),
    ]
    days = func.count(columns.local_day.distinct())
    span = func.max(columns.local_day) - func.min(columns.local_day)
    regulars = (
        select(columns.merchant, columns.category_id)
        .where(*conditions)
        .group_by(columns.merchant, columns.category_id)
        .having(and_(days >= _MIN_PAYMENTS, span >= _MIN_MEAN_GAP_DAYS * (days - 1)))
        .subquery()
    )
    rows = connection.execute(
        select(columns.merchant, columns.category_id, columns.local_day, columns.net_minor)
        .join(
            regulars,
            and_(
                columns.merchant == regulars.c.merchant,
                columns.category_id == regulars.c.category_id,
            ),
        )
        .where(*conditions)
    )
    return [
        Payment(
            payee=row.merchant,
            category_id=None if row.category_id == NO_CATEGORY else row.category_id,
            day=day_of(row.local_day),
            amount_minor=row.net_minor,
        )
        for row in rows
    ]


def _in_categories(
    column: ColumnElement[int], wanted: frozenset[int] | None
) -> list[ColumnElement[bool]]:
    return [] if wanted is None else [column.in_(sorted(wanted))]
