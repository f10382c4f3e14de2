"""What the rules for anomalies need to know of one user's spending in one currency.

Reads what could stand out, not all rows: purchases from a bound on by an index, payees that are
paid seldom, equal charges that are few.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from analytics_service.domain.amounts import AmountNorm
from analytics_service.domain.categories import ALL_CATEGORIES
from analytics_service.domain.judging import RankedCharge
from analytics_service.domain.regular import MAX_MONTHLY, MIN_HITS, Payment
from analytics_service.domain.unusual_charges import (
    MAX_EQUAL_CHARGES,
    NEAR_REPEAT_SECONDS,
    NEW_AFTER_DAYS,
    Charge,
    ChargeNorms,
    PlainNorm,
    RepeatedCharge,
)
from analytics_service.store import tables as t

FACTS = t.expense_facts
F = FACTS.c
EXPENSE = "expense"
MAX_COMPOUND = 400
"""SQLite takes at most 500 SELECTs in one UNION ALL."""
MAX_IDS = 5_000
UNCLOCKED_STEP_S = 900
"""Time zones differ by quarters of an hour: local midnight is a multiple of it."""


class SqliteJudgedFacts:
    """One user's expenses in one currency, within a read transaction."""

    def __init__(self, connection: Connection, owner_id: int, currency: str) -> None:
        self._connection = connection
        self._owner_id = owner_id
        self._currency = currency
        self._first_day = connection.execute(
            select(func.min(t.daily.c.local_day)).where(*self._of(t.daily))
        ).scalar()

    def daily(self) -> Mapping[int, int]:
        """What each day with rows cost, net of refunds."""
        d = t.daily.c
        query = select(d.local_day, d.amount_minor - d.refunded_minor).where(*self._of(t.daily))
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def norms(self) -> ChargeNorms | None:
        """What purchases usually cost; None where there are none."""
        n = t.amount_norms.c
        query = select(n.category_id, n.count, n.median_log, n.spread_log).where(
            n.user_id == self._owner_id, n.currency == self._currency
        )
        found = {row[0]: AmountNorm(*row[1:]) for row in self._connection.execute(query)}
        every = found.pop(ALL_CATEGORIES, None)
        return None if every is None else ChargeNorms(every, found)

    def plain_norm(self) -> PlainNorm:
        """Count, mean and standard deviation of all amounts above 0."""
        a = t.amounts.c
        square = a.charge_minor * literal(1.0) * a.charge_minor
        query = select(
            func.coalesce(func.sum(a.count), 0),
            func.coalesce(func.sum(a.amount_minor), 0),
            func.coalesce(func.sum(a.count * square), 0.0),
        ).where(*self._of(t.amounts), a.charge_minor > 0)
        count, total, squares = self._connection.execute(query).one()
        if not count:
            return PlainNorm(0, 0.0, 0.0)
        mean = total / count
        return PlainNorm(count, mean, max(squares / count - mean * mean, 0.0) ** 0.5)

    def payments(self) -> Mapping[int, Sequence[Payment]]:
        """The payments to each payee that is paid seldom enough to be a bill, by label."""
        m = t.monthly_merchant.c
        by_month = (
            select(m.merchant_id, func.sum(m.count).label("count"))
            .where(*self._of(t.monthly_merchant), m.merchant_id != t.NO_LABEL)
            .group_by(m.merchant_id, m.month)
            .subquery()
        )
        seldom = (
            select(by_month.c.merchant_id)
            .group_by(by_month.c.merchant_id)
            .having(
                func.max(by_month.c.count) <= MAX_MONTHLY,
                func.sum(by_month.c.count) >= min(MIN_HITS.values()),
            )
        )
        labels = [row[0] for row in self._connection.execute(seldom)]
        found: dict[int, list[Payment]] = {}
        for chunk in _chunks(labels):
            query = (
                select(F.merchant_id, F.id, F.local_day, F.amount_minor)
                .where(F.merchant_id.in_(chunk), *self._hidden(), F.amount_minor > F.refunded_minor)
                .order_by(F.local_day, F.id)
            )
            for row in self._connection.execute(query):
                found.setdefault(row[0], []).append(Payment(row[1], row[2], row[3]))
        return found

    def charges_above(self, bounds: Mapping[int, int]) -> list[Charge]:
        """The purchases whose amount is at least the bound of their category."""
        ordered = sorted(bounds.items())
        ids: list[int] = []
        for start in range(0, len(ordered), MAX_COMPOUND):
            chunk = ordered[start : start + MAX_COMPOUND]
            queries = [
                select(F.id).where(
                    *self._of(FACTS),
                    F.category_id == category_id,
                    F.amount_minor >= bound,
                    F.amount_minor > F.refunded_minor,
                )
                for category_id, bound in chunk
            ]
            ids += self._connection.execute(union_all(*queries)).scalars()
        return self.charges(ids)

    def charges_from(self, bound_minor: int) -> list[Charge]:
        """The purchases whose amount is at least a bound."""
        query = select(F.id).where(
            *self._of(FACTS), F.amount_minor >= bound_minor, F.amount_minor > F.refunded_minor
        )
        return self.charges(self._connection.execute(query).scalars().all())

    def first_in_categories(self) -> list[Charge]:
        """The first purchase of each category, once the history has begun."""
        d = t.daily_category.c
        begun = (self._first_day or 0) + NEW_AFTER_DAYS
        firsts = (
            select(d.category_id, func.min(d.local_day).label("day"))
            .where(*self._of(t.daily_category))
            .group_by(d.category_id)
        )
        ids: list[int] = []
        for category_id, day in self._connection.execute(firsts).all():
            if day < begun:
                continue
            query = (
                select(F.id)
                .where(
                    F.user_id == self._owner_id,
                    F.local_day == day,
                    literal_column("+expense_facts.currency") == self._currency,
                    literal_column("+expense_facts.direction") == EXPENSE,
                    literal_column("+expense_facts.category_id") == category_id,
                )
                .order_by(F.time, F.id)
                .limit(1)
            )
            ids += self._connection.execute(query).scalars()
        return [replace(charge, is_new_category=True) for charge in self.charges(ids)]

    def charges(self, ids: Sequence[int]) -> list[Charge]:
        """The purchases of these ids that still cost something, in order of ids."""
        found: list[Charge] = []
        for chunk in _chunks(sorted(set(ids))):
            query = self._charges().where(F.id.in_(chunk), F.amount_minor > F.refunded_minor)
            found += [_charge(row) for row in self._connection.execute(query.order_by(F.id))]
        return found

    def repeats(self) -> list[RepeatedCharge]:
        """Charges that follow an equal one of the same payee, which was not charged often.

        Rows at the very start of a day are left out: their statement knew no time of day.
        """
        rows = self._connection.execute(self._equal_charges())  # one by one: they may be many
        near: list[tuple[int, int, int, int]] = []
        for before, row in pairwise(rows):
            is_same = (before.merchant_id, before.amount_minor) == (
                row.merchant_id,
                row.amount_minor,
            )
            seconds = row.time - before.time
            is_clocked = row.local_hour != 0 or row.time % UNCLOCKED_STEP_S != 0
            if is_same and seconds <= NEAR_REPEAT_SECONDS and is_clocked:
                near.append((row.id, before.id, seconds, row.equal))
        charges = {charge.id: charge for charge in self.charges([item[0] for item in near])}
        return [
            RepeatedCharge(charges[id_], first_id, seconds, equal)
            for id_, first_id, seconds, equal in near
            if id_ in charges
        ]

    def _equal_charges(self) -> Select[Any]:
        """The charges of each payee and amount that occur together at most a few times."""
        m = t.monthly_merchant.c
        payees = (
            select(m.merchant_id)
            .where(*self._of(t.monthly_merchant), m.merchant_id != t.NO_LABEL)
            .distinct()
            .subquery()
        )
        # Read from the index alone: what is equal stands together there.
        group = (
            select(F.merchant_id, F.amount_minor)
            .select_from(payees.join(FACTS, F.merchant_id == payees.c.merchant_id))
            .where(F.amount_minor > 0)
            .group_by(F.merchant_id, F.amount_minor)
            .having(
                func.count().between(2, MAX_EQUAL_CHARGES),
                or_(
                    func.count() > 2,  # noqa: PLR2004 - of two the ends tell the gap
                    func.max(F.time) - func.min(F.time) <= NEAR_REPEAT_SECONDS,
                ),
            )
            .subquery()
        )
        e = FACTS.alias("e")
        same = and_(
            e.c.merchant_id == group.c.merchant_id, e.c.amount_minor == group.c.amount_minor
        )
        equal = func.count().over(partition_by=(e.c.merchant_id, e.c.amount_minor))
        return (
            select(
                e.c.id,
                e.c.merchant_id,
                e.c.amount_minor,
                e.c.time,
                e.c.local_hour,
                equal.label("equal"),
            )
            .select_from(group.join(e, same))
            .where(
                literal_column("+e.user_id") == self._owner_id,
                literal_column("+e.currency") == self._currency,
                literal_column("+e.direction") == EXPENSE,
            )
            .order_by(e.c.merchant_id, e.c.amount_minor, e.c.time, e.c.id)
        )

    def largest(self, day: int, days: int) -> tuple[int, int]:
        """(id, category) of the largest purchase of some days up to one; (0, 0) without one."""
        net = F.amount_minor - F.refunded_minor
        query = (
            select(F.id, F.category_id)
            .where(
                F.user_id == self._owner_id,
                F.local_day.between(day - days + 1, day),
                literal_column("+expense_facts.currency") == self._currency,
                literal_column("+expense_facts.direction") == EXPENSE,
            )
            .order_by(net.desc(), F.id)
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return (0, 0) if row is None else (row[0], row[1])

    def latest(self, limit: int) -> list[RankedCharge]:
        """The latest purchases, in order of days."""
        query = (
            select(F.id, F.local_day, F.local_hour, F.category_id, F.amount_minor)
            .where(
                F.user_id == self._owner_id,
                literal_column("+expense_facts.currency") == self._currency,
                literal_column("+expense_facts.direction") == EXPENSE,
                F.amount_minor > F.refunded_minor,
            )
            .order_by(F.local_day.desc(), F.id.desc())
            .limit(limit)
        )
        return [RankedCharge(*row) for row in reversed(self._connection.execute(query).all())]

    def _charges(self) -> Select[Any]:
        earlier = FACTS.alias("earlier")
        is_earlier = or_(
            earlier.c.time < F.time, and_(earlier.c.time == F.time, earlier.c.id < F.id)
        )
        known = (
            select(literal(1))
            .where(earlier.c.merchant_id == F.merchant_id, is_earlier)
            .correlate(FACTS)
            .exists()
        )
        begun = (self._first_day or 0) + NEW_AFTER_DAYS
        is_new = and_(F.merchant_id != t.NO_LABEL, F.local_day >= begun, ~known)
        return select(
            F.id,
            F.local_day,
            F.category_id,
            F.amount_minor,
            t.labels.c.text,
            is_new.label("is_new"),
        ).join_from(FACTS, t.labels, t.labels.c.id == F.merchant_id, isouter=True)

    def _of(self, table: Any) -> tuple[Any, ...]:
        c = table.c
        return (
            c.user_id == self._owner_id,
            c.currency == self._currency,
            c.direction == EXPENSE,
        )

    def _hidden(self) -> tuple[Any, ...]:
        """The same for rows that are found by their payee: no index by user is to be chosen."""
        return (
            literal_column("+expense_facts.user_id") == self._owner_id,
            literal_column("+expense_facts.currency") == self._currency,
            literal_column("+expense_facts.direction") == EXPENSE,
        )


def _chunks(values: Sequence[int]) -> Iterable[Sequence[int]]:
    return (values[start : start + MAX_IDS] for start in range(0, len(values), MAX_IDS))


def _charge(row: Row[Any]) -> Charge:
    return Charge(
        id=row.id,
        day=row.local_day,
        category_id=row.category_id,
        amount_minor=row.amount_minor,
        merchant=row.text or "",
        is_new_merchant=bool(row.is_new),
    )
