"""What each chart shows: trend, share, ranking, histogram, radar."""

from collections.abc import Mapping
from dataclasses import replace

from analytics_service.domain.calendar import (
    DayRange,
    Period,
    day_of,
    fitting_granularity,
    month_occurrences,
    periods,
    previous_range,
    weekday_occurrences,
    weekday_of,
    year_before,
)
from analytics_service.domain.categories import CategoryTree, Tally
from analytics_service.domain.errors import InvalidRange
from analytics_service.domain.figures import (
    CategoryFigure,
    CategorySeries,
    CategoryShare,
    Comparison,
    PeriodFigure,
    Radar,
    RadarItem,
    Ranking,
    RankItem,
    Trend,
)
from analytics_service.domain.filters import Filter
from analytics_service.domain.flows import NO_LABEL
from analytics_service.domain.ports import Snapshot
from analytics_service.domain.shares import shares_of

HOURS = 24
AUTO = "auto"
_NOTHING = Tally()


def asked_span(snapshot: Snapshot, where: Filter) -> DayRange | None:
    """The range that a chart covers: as asked, open ends from the rows' first and last day.

    Raises:
        InvalidRange: the range ends before it begins.
    """
    if where.start is not None and where.end is not None:
        if where.end < where.start:
            raise InvalidRange("the range ends before it begins")
        return DayRange(where.start, where.end)
    rows = snapshot.span(where)
    if rows is None:
        return None
    return DayRange(
        rows.start if where.start is None else where.start,
        rows.end if where.end is None else where.end,
    )


def trend(
    snapshot: Snapshot,
    where: Filter,
    *,
    granularity: str,
    compare: str | None = None,
    split: bool = False,
) -> Trend:
    """Spending by period without gaps, with an earlier range or split by category on request.

    AUTO takes the finest periods of which a screen can show all.

    Raises:
        InvalidRange: the range ends before it begins.
        RangeTooLong: more periods than one answer may carry.
    """
    span = asked_span(snapshot, where)
    if granularity == AUTO:
        granularity = "day" if span is None else fitting_granularity(span.start, span.end)
    steps = [] if span is None else periods(granularity, span.start, span.end)
    series = category_series(snapshot, where, steps, granularity=granularity) if split else None
    if series is None or compare is not None:
        days = snapshot.by_day(where)
        items = fold_days(days, steps)
    else:
        days, items = {}, _together(series, steps)
    return Trend(
        granularity=granularity,
        total=sum_of([item.tally for item in items]),
        items=items,
        comparison=_comparison(snapshot, where, granularity, compare, span, days=days),
        series=series,
    )


def _together(series: list[CategorySeries], steps: list[Period]) -> list[PeriodFigure]:
    """The figures of each period, which the categories make up."""
    columns = zip(*(one.tallies for one in series), strict=True) if series else ([] for _ in steps)
    return [
        PeriodFigure(period=step, tally=sum_of(list(column)))
        for step, column in zip(steps, columns, strict=True)
    ]


def sum_of(tallies: list[Tally]) -> Tally:
    """All figures added up."""
    return Tally(
        sum(tally.count for tally in tallies), sum(tally.amount_minor for tally in tallies)
    )


def fold_days(days: Mapping[int, Tally], steps: list[Period]) -> list[PeriodFigure]:
    """The figures of each period, zero where it has no rows."""
    if steps and len(steps) == steps[-1].end - steps[0].start:  # days: nothing is added up
        return [PeriodFigure(step, days.get(step.start, _NOTHING)) for step in steps]
    found = {step.start: Tally() for step in steps}
    index = 0
    for day in sorted(days):
        while index < len(steps) and day >= steps[index].end:
            index += 1
        if index < len(steps) and day >= steps[index].start:
            found[steps[index].start] += days[day]
    return [PeriodFigure(period=step, tally=found[step.start]) for step in steps]


def _comparison(
    snapshot: Snapshot,
    where: Filter,
    granularity: str,
    compare: str | None,
    span: DayRange | None,
    *,
    days: Mapping[int, Tally],
) -> Comparison | None:
    if compare is None or span is None or span.days <= 0:
        return None
    earlier = previous_range(span) if compare == "previous" else year_before(span)
    if where.start is not None:  # else all days before the end are known
        days = snapshot.by_day(replace(where, start=earlier.start, end=earlier.end))
    items = fold_days(days, periods(granularity, earlier.start, earlier.end))
    return Comparison(
        compare=compare,
        span=earlier,
        items=items,
        total=sum_of([item.tally for item in items]),
    )


def split_level(tree: CategoryTree, where: Filter) -> int:
    """The level at which a chart of the filter divides: below the category that was asked for."""
    return 1 if where.category_id is None else len(tree.path(where.category_id)) + 1


def category_series(
    snapshot: Snapshot, where: Filter, steps: list[Period], *, granularity: str
) -> list[CategorySeries]:
    """The trend of each category, the largest first; together they make up the whole."""
    if not steps:
        return []
    tree = snapshot.categories(where.owner_id)
    level = split_level(tree, where)
    step_of = [index for index, step in enumerate(steps) for _ in range(step.start, step.end)]
    first = steps[0].start
    counts: dict[int, list[int]] = {}
    sums: dict[int, list[int]] = {}
    rows = snapshot.by_day_and_category(where, by_month=granularity in {"month", "year"})
    for category_id, day, count, amount in rows:
        key = tree.at_level(category_id, level)
        if key not in counts:
            counts[key], sums[key] = [0] * len(steps), [0] * len(steps)
        step = step_of[max(day - first, 0)]  # a month stands on its 1st, maybe before the range
        counts[key][step] += count
        sums[key][step] += amount
    totals = {key: Tally(sum(counts[key]), sum(sums[key])) for key in counts}
    return [
        CategorySeries(
            figure=figure,
            tallies=list(map(Tally, counts[figure.category.id], sums[figure.category.id])),
        )
        for figure in category_figures(tree, totals, level)
    ]


def category_figures(
    tree: CategoryTree, totals: Mapping[int, Tally], level: int
) -> list[CategoryFigure]:
    """Categories with their shares, the largest first."""
    ordered = sorted(
        totals.items(),
        key=lambda item: (-item[1].amount_minor, -item[1].count, tree.get(item[0]).name, item[0]),
    )
    whole = sum(tally.amount_minor for _, tally in ordered)
    shares = shares_of([tally.amount_minor for _, tally in ordered], whole)
    return [
        CategoryFigure(
            category=tree.get(category_id),
            tally=tally,
            share=share,
            exact=len(tree.path(category_id)) < level and tree.has_children(category_id),
        )
        for (category_id, tally), share in zip(ordered, shares, strict=True)
    ]


def category_share(snapshot: Snapshot, where: Filter, *, level: int) -> CategoryShare:
    """How the total divides among the categories of a level."""
    check_range(where)
    tree = snapshot.categories(where.owner_id)
    own = snapshot.by_category(where)
    return CategoryShare(
        level=level,
        total=sum_of(list(own.values())),
        items=category_figures(tree, tree.fold(own, level), level),
    )


def check_range(where: Filter) -> None:
    """Refuse a range that ends before it begins.

    Raises:
        InvalidRange: it does.
    """
    if where.start is not None and where.end is not None and where.end < where.start:
        raise InvalidRange("the range ends before it begins")


def rank(
    snapshot: Snapshot, where: Filter, *, by: str, metric: str, limit: int, level: int = 1
) -> Ranking:
    """The largest merchants, categories, places or single purchases.

    Raises:
        InvalidRange: the range ends before it begins.
    """
    check_range(where)
    if by == "category":
        items, total = _rank_categories(snapshot, where, metric=metric, limit=limit, level=level)
    elif by == "expense":
        total = snapshot.total(where)
        items = _rank_expenses(snapshot, where, limit=limit, total=total)
    else:
        tallies = snapshot.by_merchant(where) if by == "merchant" else snapshot.by_place(where)
        total = sum_of(list(tallies.values()))  # not asked for: a filter by words reads all rows
        named = {label: tally for label, tally in tallies.items() if label != NO_LABEL}
        items = _rank_labels(snapshot, named, metric=metric, limit=limit, total=total)
    return Ranking(by=by, metric=metric, total=total, items=items)


def metric_of(tally: Tally, metric: str) -> int:
    """The figure that a ranking goes by."""
    return tally.count if metric == "count" else tally.amount_minor


def _order(tally: Tally, metric: str) -> tuple[int, int]:
    other = tally.amount_minor if metric == "count" else tally.count
    return (-metric_of(tally, metric), -other)


def _rank_labels(
    snapshot: Snapshot, tallies: Mapping[int, Tally], *, metric: str, limit: int, total: Tally
) -> list[RankItem]:
    order = {label: _order(tally, metric) for label, tally in tallies.items()}
    best = sorted(order, key=order.__getitem__)
    if len(best) > limit:  # equal ones are told apart by name, so all at the edge are needed
        edge = order[best[limit - 1]]
        best = [label for label in best if order[label] <= edge]
    names = snapshot.label_texts(best)
    best.sort(key=lambda label: (order[label], names[label]))
    whole = metric_of(total, metric)
    chosen = best[:limit]
    return [
        RankItem(
            key=names[label],
            name=names[label],
            tally=tallies[label],
            share=share_of(metric_of(tallies[label], metric), whole),
        )
        for label in chosen
    ]


def share_of(part: int, whole: int) -> float:
    """The share of one part, to six decimals; zero where there is no positive whole."""
    return round(part / whole, 6) if whole > 0 else 0.0


def _rank_categories(
    snapshot: Snapshot, where: Filter, *, metric: str, limit: int, level: int
) -> tuple[list[RankItem], Tally]:
    share = category_share(snapshot, where, level=level)
    figures = list(share.items)
    figures.sort(key=lambda figure: _order(figure.tally, metric))
    parts = [metric_of(figure.tally, metric) for figure in figures]
    whole = sum(parts)
    items = [
        RankItem(
            key=str(figure.category.id),
            name=figure.category.name,
            tally=figure.tally,
            share=share_of(part, whole),
            category=figure,
        )
        for figure, part in zip(figures[:limit], parts, strict=False)
    ]
    return items, share.total


def _rank_expenses(
    snapshot: Snapshot, where: Filter, *, limit: int, total: Tally
) -> list[RankItem]:
    tree = snapshot.categories(where.owner_id)
    return [
        RankItem(
            key=str(row.id),
            name=row.merchant,
            tally=Tally(count=1, amount_minor=row.amount_minor),
            share=share_of(row.amount_minor, total.amount_minor),
            category=CategoryFigure(category=tree.get(row.category_id), tally=Tally(), share=0.0),
            day=row.day,
        )
        for row in snapshot.largest(where, limit)
    ]


def time_radar(snapshot: Snapshot, where: Filter, *, by: str) -> Radar:
    """Spending by hour of day (24), weekday (7, Monday = 0) or month of year (12, January = 1).

    Raises:
        InvalidRange: the range ends before it begins.
    """
    span = asked_span(snapshot, where)
    if by == "hour":
        tallies: Mapping[int, Tally] = snapshot.by_hour(where)
        occurrences = [span.days if span else 0] * HOURS
        first = 0
    else:
        days = snapshot.by_day(where)
        is_weekday = by == "weekday"
        tallies = _fold_by(days, weekday=is_weekday)
        count = weekday_occurrences if is_weekday else month_occurrences
        occurrences = count(span) if span else count(DayRange(0, 0))
        first = 0 if is_weekday else 1
    items = [
        RadarItem(key=first + index, tally=tallies.get(first + index, Tally()), occurrences=often)
        for index, often in enumerate(occurrences)
    ]
    return Radar(by=by, total=sum_of([item.tally for item in items]), items=items)


def _fold_by(days: Mapping[int, Tally], *, weekday: bool) -> dict[int, Tally]:
    found: dict[int, Tally] = {}
    for day, tally in days.items():
        key = weekday_of(day) if weekday else day_of(day).month
        found[key] = found.get(key, Tally()) + tally
    return found
