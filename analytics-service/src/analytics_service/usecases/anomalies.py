"""What stands out in a user's spending."""

from collections.abc import Mapping
from dataclasses import replace

from analytics_service.domain import anomalies as rules
from analytics_service.domain.anomalies import Anomalies, Anomaly
from analytics_service.domain.categories import ALL_CATEGORIES, Tally
from analytics_service.domain.errors import InvalidRange
from analytics_service.domain.filters import Filter
from analytics_service.domain.ports import Snapshot

MAX_ITEMS = 200
OVERVIEW_LEVEL = "warning"


def find_anomalies(
    snapshot: Snapshot, where: Filter, *, scope: str, method: str, level: str
) -> Anomalies:
    """The days or purchases of the filter that stand out, the latest first.

    Days are judged by the net or gross sums that the filter leaves of them; purchases by their
    amount within their category, over the user's whole history whatever the range is.

    Raises:
        InvalidRange: the range ends before it begins.
        MethodNotAvailable: this version has no such method.
    """
    rules.check_method(method)
    if where.start is not None and where.end is not None and where.end < where.start:
        raise InvalidRange("the range ends before it begins")
    find = _days if scope == "day" else _charges
    found, history_days, enough = find(snapshot, where, level)
    found.sort(key=lambda item: (-item.day, -item.score, item.expense_id or 0))
    return Anomalies(
        scope=scope,
        method=method,
        level=level,
        items=found[:MAX_ITEMS],
        thresholds=rules.DAY_P_VALUES if scope == "day" else rules.CHARGE_SCORES,
        history_days=history_days,
        enough_history=enough,
    )


def count_anomalies(snapshot: Snapshot, where: Filter) -> int:
    """How many days and purchases of the filter stand out by at least a warning."""
    if where.direction != rules.JUDGED_DIRECTION:
        return 0
    return sum(
        len(
            find_anomalies(
                snapshot, where, scope=scope, method=rules.METHODS[0], level=OVERVIEW_LEVEL
            ).items
        )
        for scope in rules.SCOPES
    )


def _days(snapshot: Snapshot, where: Filter, level: str) -> tuple[list[Anomaly], int, bool]:
    history = snapshot.by_day(replace(where, start=None, end=None))
    if not history:
        return [], 0, False
    first, last = min(history), max(history)
    daily = [(day, _amount(history, day)) for day in range(first, last + 1)]
    wanted = rules.levels_from(level)
    found = [
        anomaly
        for anomaly in rules.unusual_days(daily)
        if anomaly.level in wanted
        and (where.start is None or anomaly.day >= where.start)
        and (where.end is None or anomaly.day < where.end)
    ]
    return found, len(daily), len(daily) > rules.MIN_DAYS


def _amount(history: Mapping[int, Tally], day: int) -> int:
    tally = history.get(day)
    return 0 if tally is None else tally.amount_minor


def _charges(snapshot: Snapshot, where: Filter, level: str) -> tuple[list[Anomaly], int, bool]:
    if where.direction != rules.JUDGED_DIRECTION:
        return [], 0, False
    wanted = rules.levels_from(level)
    norms = dict(snapshot.amount_norms(where))
    usable = rules.usable_norms(norms, norms.pop(ALL_CATEGORIES, None))
    bounds = {key: rules.bound_minor(norm, level) for key, norm in usable.items()}
    span = snapshot.span(Filter(owner_id=where.owner_id, currency=where.currency))
    judged = [
        rules.judge_charge(charge, usable[charge.category_id])
        for charge in snapshot.charges_above(where, bounds)
    ]
    found = {item.expense_id: item for item in judged if item is not None}
    repeats = [rules.judge_repeat(item) for item in snapshot.repeated_charges(where, MAX_ITEMS)]
    for item in repeats:
        if item.level in wanted:  # an amount that stands out as well says more
            found.setdefault(item.expense_id, item)
    kept = [item for item in found.values() if item.level in wanted]
    return kept, span.days if span else 0, bool(usable)
