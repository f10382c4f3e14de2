"""Sums by one key or two: each reads the smallest tables that know the answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, Table, func, select

from analytics_service.domain.calendar import DayRange, month_start
from analytics_service.domain.categories import Tally
from analytics_service.domain.filters import Filter
from analytics_service.store import tables as t
from analytics_service.store.access import (
    FACTS,
    AccessPath,
    Part,
    cover,
    group_key,
    path_of,
    steps_of,
)
from analytics_service.store.conditions import count_of, figures
from analytics_service.store.reading import Reading


class FigureReads(Reading):
    """What rows add up to."""

    def total(self, where: Filter) -> Tally:
        """The number and sum of the rows."""
        if where in self._totals:
            return self._totals[where]
        table = self._days_table(where)
        conditions = self._conditions(table, where, path=path_of(where))
        query = select(*figures(table, where)).where(*conditions)
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
        if table is FACTS and path_of(where, "local_day") is AccessPath.CATEGORY_DAYS:
            rows = self._tuples(_regrouped(self._by_category_day(where), "local_day"))
        else:
            rows = list(self._grouped(table, where, "local_day"))
        return {row[0]: Tally(row[1], row[2]) for row in rows}

    def by_day_and_category(
        self, where: Filter, *, by_month: bool = False
    ) -> Iterator[tuple[int, int, int, int]]:
        """(category, day, count, sum) of each day; by month a whole month may stand on its 1st."""
        if not by_month:
            table = FACTS if where.looks_at_rows else t.daily_category
            yield from self._days_and_categories(Part(table, where), where)
            return
        for part in cover(where, t.monthly_category):
            yield from self._days_and_categories(part, where)

    def _by_category_day(self, where: Filter) -> Select[Any]:
        """The figures of each category and day, as the index by both has them."""
        steps = (FACTS.c.category_id, FACTS.c.local_day)
        count, amount = figures(FACTS, where)
        rows = self._conditions(FACTS, where, path=AccessPath.CATEGORY_DAYS)
        return select(*steps, count.label("n"), amount.label("s")).where(*rows).group_by(*steps)

    def _days_and_categories(
        self, part: Part, where: Filter
    ) -> Iterator[tuple[int, int, int, int]]:
        path = path_of(part.where, "category_id", "local_day")
        if part.table is FACTS and path is AccessPath.CATEGORY_DAYS:
            yield from self._tuples(self._by_category_day(part.where))
            return
        c = part.table.c
        is_monthly = part.table is t.monthly_category
        time = c.month if is_monthly else c.local_day
        category_id = group_key(part.table, "category_id", path_of(where, "any"))
        query = (
            select(category_id, time, *figures(part.table, where))
            .where(*self._conditions(part.table, part.where), *part.months)
            .group_by(time, category_id)
        )
        if not is_monthly:
            yield from self._tuples(query)
            return
        for key, step, count, amount in self._tuples(query):
            yield key, month_start(step), count, amount

    def by_category(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each category that has rows."""
        if where.looks_at_rows and path_of(where, "category_id") is not AccessPath.CELLS:
            return _folded(self.by_category_and_merchant(where), at=0)
        return self._by_key(where, t.monthly_category, "category_id")

    def by_merchant(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each merchant, by label, NO_LABEL for rows without a name."""
        if where.looks_at_rows:
            return _folded(self.by_category_and_merchant(where), at=1)
        return self._by_key(where, t.monthly_merchant, "merchant_id")

    def by_place(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each place, by label, NO_LABEL for rows without one."""
        monthly = t.monthly_place if where.category_id is None else t.monthly_category_place
        return self._by_key(where, monthly, "place_id")

    def by_city(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each city, by the label of its code; NO_LABEL where none is known."""
        return self._by_key(where, t.monthly_city, "city_id")

    def by_hour(self, where: Filter) -> Mapping[int, Tally]:
        """The figures of each local hour that has rows."""
        return self._by_key(where, t.monthly_hour, "local_hour")

    def by_category_and_merchant(self, where: Filter) -> Mapping[tuple[int, int], Tally]:
        """The figures of each category and merchant label, NO_LABEL for unnamed merchants."""
        if where not in self._pairs:
            found = self._by_category_and(where, t.monthly_merchant, "merchant_id")
            self._pairs = {where: found}
        return self._pairs[where]

    def by_category_and_source(self, where: Filter) -> Mapping[tuple[int, int], Tally]:
        """The figures of each category and source label."""
        if not where.looks_at_rows:
            return self._by_category_and(where, t.monthly_source, "source_id")
        sources: dict[tuple[int, int], Tally] = {}
        merchants: dict[tuple[int, int], Tally] = {}
        query = self._sums(Part(FACTS, where), "category_id", "merchant_id", "source_id")
        for category_id, merchant, source, count, amount in self._tuples(query):
            tally = Tally(count, amount)
            for found, key in ((sources, source), (merchants, merchant)):
                pair = (category_id, key)
                found[pair] = found.get(pair, Tally()) + tally
        self._pairs = {where: merchants}  # the merchants are asked for next
        return sources

    def charged_once(self, where: Filter) -> Iterator[tuple[int, int, int]]:
        """(first day of the month, merchant label, sum) of merchants with one row in a month.

        Only whole months are looked at; filters on single rows find none.
        """
        if where.looks_at_rows:
            return
        for part in cover(where, t.monthly_merchant):
            if part.table is FACTS:
                continue
            c = part.table.c
            query = (
                select(c.month, c.merchant_id, figures(part.table, where)[1])
                .where(*self._conditions(part.table, part.where), *part.months)
                .group_by(c.month, c.merchant_id)
                .having(func.sum(c.count) == 1)
            )
            for month, label, amount in self._tuples(query):
                yield month_start(month), label, amount

    def by_amount(self, where: Filter) -> Sequence[tuple[int, int, int]]:
        """(amount in minor units, count, sum) of the rows of each amount, in order of amounts."""
        if where.names_rows or where.start is not None or where.end is not None:
            return self._grouped(FACTS, where, "amount_minor")
        rollup = t.amounts if where.category_id is None else t.category_amounts
        return self._grouped(rollup, where, "charge_minor")

    def other_currencies(self, where: Filter) -> Mapping[str, int]:
        """The rows by currency that a filter leaves out for their currency alone.

        Bounds on amounts are in the asked currency, so they leave no other one out.
        """
        if not self.has_other_currencies(where):
            return {}
        table = self._days_table(where)
        conditions = self._conditions(table, where, any_currency=True)
        query = (
            select(table.c.currency, count_of(table))
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

    def _by_key(self, where: Filter, monthly: Table, key: str) -> dict[int, Tally]:
        """Figures by a key of a monthly rollup; whole months from it, the edges from the facts."""
        found: dict[int, Tally] = {}
        for part in cover(where, monthly):
            for value, count, amount in self._tuples(self._sums(part, key)):
                found[value] = found.get(value, Tally()) + Tally(count, amount)
        return found

    def _by_category_and(
        self, where: Filter, monthly: Table, key: str
    ) -> dict[tuple[int, int], Tally]:
        found: dict[tuple[int, int], Tally] = {}
        for part in cover(where, monthly):
            query = self._sums(part, "category_id", key)
            for category_id, label, count, amount in self._tuples(query):
                pair = (category_id, label)
                found[pair] = found.get(pair, Tally()) + Tally(count, amount)
        return found

    def _sums(self, part: Part, *keys: str) -> Select[Any]:
        """The figures of a part by some of its columns."""
        path = path_of(part.where, *keys)
        rows = (*self._conditions(part.table, part.where, path=path), *part.months)
        if part.table is not FACTS or path is not AccessPath.KINDS:
            columns = [group_key(part.table, key, path) for key in keys]
            sums = figures(part.table, part.where)
            return select(*columns, *sums).where(*rows).group_by(*columns)
        # Rows come in the order of finer groups: only these are sorted, not half a million rows.
        steps = [FACTS.c[name] for name in steps_of(keys)]
        count, amount = figures(FACTS, part.where)
        fine = select(*steps, count.label("n"), amount.label("s")).where(*rows).group_by(*steps)
        if steps_of(keys) == keys:
            return fine
        return _regrouped(fine, *keys)


def _regrouped(fine: Select[Any], *keys: str) -> Select[Any]:
    """The sums of finer groups by some of their keys."""
    groups = fine.subquery().c
    columns = [groups[key] for key in keys]
    sums = (func.sum(groups.n), func.sum(groups.s))
    return select(*columns, *sums).group_by(*columns).order_by(*columns)


def _folded(pairs: Mapping[tuple[int, int], Tally], *, at: int) -> dict[int, Tally]:
    """The figures by one of two keys."""
    found: dict[int, Tally] = {}
    for keys, tally in pairs.items():
        found[keys[at]] = found.get(keys[at], Tally()) + tally
    return found
