"""What stands out in a month, gathered from the rollups and told by the domain's rules."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from analytics_service.domain.calendar import DayRange, day_of, month_index, month_start, weekday_of
from analytics_service.domain.categories import CategoryTree, Tally
from analytics_service.domain.filters import Filter
from analytics_service.domain.insight_rules import tell
from analytics_service.domain.insight_sums import usual_of
from analytics_service.domain.insights import FEW, MIN_MONTHS, Evidence, Insight, Month, told_month
from analytics_service.domain.ports import Snapshot
from analytics_service.usecases.charts import check_range, split_level

JUDGED_DIRECTION = "expense"
LARGEST = 10
Step = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Insights:
    """The month that is told, how many before it are known, its sums, and what stands out."""

    month: Month | None
    total: Tally
    usual_minor: int | None
    items: list[Insight]


def find_insights(snapshot: Snapshot, where: Filter, *, limit: int) -> Insights:
    """What stands out in the last month of the range, the weightiest first.

    A month that goes on and gives little is followed by what the one before it gave. Only spending
    is judged; a month of which too little is known gives nothing.

    Raises:
        InvalidRange: the range ends before it begins.
    """
    check_range(where)
    history = snapshot.span(Filter(owner_id=where.owner_id, currency=where.currency))
    month = told_month(history, where.start, where.end) if history else None
    if history is None or month is None or where.direction != JUDGED_DIRECTION:
        return Insights(month=None, total=Tally(), usual_minor=None, items=[])
    evidence = gather(snapshot, where, month)
    items = tell(evidence, limit=limit)
    if len(items) < FEW and not month.is_over:
        earlier = told_month(history, where.start, month.span.start)
        items += tell(gather(snapshot, where, earlier), limit=limit) if earlier else []
    is_known = len(month.before) >= MIN_MONTHS
    return Insights(
        month=month,
        total=evidence.now,
        usual_minor=usual_of(evidence.totals) if is_known else None,
        items=items[:limit],
    )


def gather(snapshot: Snapshot, where: Filter, month: Month) -> Evidence:
    """The figures of a month and of those before it under a filter."""
    now = replace(where, start=month.span.start, end=month.span.end)
    whole = _whole(month)
    before = replace(where, start=whole.start, end=whole.end)
    refund = replace(before, direction="refund")
    tree = snapshot.categories(where.owner_id)
    level = split_level(tree, where)
    steps = [] if not month.before else snapshot.by_day_and_category(before)
    categories, weekdays = _series(tree, level, month, [*steps, *snapshot.by_day_and_category(now)])
    return Evidence(
        month=month,
        categories=categories,
        merchants=_at_level(tree, level, snapshot.by_category_and_merchant(now)),
        merchants_before=_at_level(tree, level, snapshot.by_category_and_merchant(before)),
        weekdays=weekdays,
        hours=snapshot.by_hour(now),
        hours_before=snapshot.by_hour(before),
        monthly=_monthly(snapshot, before, whole),
        largest=snapshot.largest(now, LARGEST),
        refunds=_by_label(snapshot.by_category_and_merchant(replace(now, direction="refund"))),
        refunds_before=_by_label(snapshot.by_category_and_merchant(refund)),
        refunds_by_month=_by_window(month, snapshot.by_day(refund)),
    )


def _whole(month: Month) -> DayRange:
    """The whole months before, an empty range where there are none."""
    if not month.before:
        return DayRange(month.span.start, month.span.start)
    return DayRange(month.before[0].start, month.span.start)


def _series(
    tree: CategoryTree, level: int, month: Month, steps: Iterable[Step]
) -> tuple[dict[int, tuple[Tally, tuple[Tally, ...]]], dict[int, tuple[Tally, tuple[Tally, ...]]]]:
    """The figures by category and by weekday, of the month and the same days of those before."""
    windows = [*month.before, month.span]
    index_of = {day: i for i, span in enumerate(windows) for day in range(span.start, span.end)}
    categories, weekdays = _Rows(len(windows)), _Rows(len(windows))
    for category_id, day, count, amount in steps:
        index = index_of.get(day)
        if index is not None:
            categories.add(tree.at_level(category_id, level), index, count, amount)
            weekdays.add(weekday_of(day), index, count, amount)
    return categories.told(), weekdays.told()


class _Rows:
    """Figures by a key and a window, kept as plain numbers while thousands of days are added."""

    def __init__(self, windows: int) -> None:
        self._windows = windows
        self._counts: dict[int, list[int]] = {}
        self._sums: dict[int, list[int]] = {}

    def add(self, key: int, window: int, count: int, amount: int) -> None:
        """Add a day's figures."""
        if key not in self._counts:
            self._counts[key], self._sums[key] = [0] * self._windows, [0] * self._windows
        self._counts[key][window] += count
        self._sums[key][window] += amount

    def told(self) -> dict[int, tuple[Tally, tuple[Tally, ...]]]:
        """Of each key the last window's figures, and those of the windows before it."""
        rows = {key: list(map(Tally, self._counts[key], self._sums[key])) for key in self._counts}
        return {key: (row[-1], tuple(row[:-1])) for key, row in rows.items()}


def _at_level(
    tree: CategoryTree, level: int, pairs: Mapping[tuple[int, int], Tally]
) -> dict[tuple[int, int], Tally]:
    found: dict[tuple[int, int], Tally] = {}
    for (category_id, label), tally in pairs.items():
        key = (tree.at_level(category_id, level), label)
        found[key] = found.get(key, Tally()) + tally
    return found


def _by_label(pairs: Mapping[tuple[int, int], Tally]) -> dict[int, Tally]:
    found: dict[int, Tally] = {}
    for (_, label), tally in pairs.items():
        found[label] = found.get(label, Tally()) + tally
    return found


def _monthly(snapshot: Snapshot, before: Filter, whole: DayRange) -> list[dict[int, int]]:
    """The single charge of each merchant that was charged once in a month, month by month."""
    starts = list(_month_starts(whole))
    charges: dict[int, dict[int, int]] = {start: {} for start in starts}
    for start, label, amount in snapshot.charged_once(before):
        charges[start][label] = amount
    return [charges[start] for start in starts]


def _month_starts(whole: DayRange) -> Iterator[int]:
    if whole.days > 0:
        first, last = month_index(day_of(whole.start)), month_index(day_of(whole.end - 1))
        yield from (month_start(index) for index in range(first, last + 1))


def _by_window(month: Month, days: Mapping[int, Tally]) -> tuple[int, ...]:
    return tuple(
        sum(tally.amount_minor for day, tally in days.items() if span.start <= day < span.end)
        for span in month.before
    )
