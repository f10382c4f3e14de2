"""The charts once more, slowly and in plain Python, from the ledger's rows alone."""

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from fakes import Ledger

from analytics_service.domain.feed import ExpenseChange

Query = Mapping[str, str]
EPOCH = date(1970, 1, 1)


def day_of(row: ExpenseChange) -> date:
    return EPOCH + timedelta(days=row.local_day)


class Reference:
    """Answers of one user from the live rows of a ledger."""

    def __init__(self, ledger: Ledger, owner: int) -> None:
        self.rows = [row for row in ledger.live() if row.user_id == owner]
        self.parents = {
            row.id: row.parent_id for row in ledger.live_categories() if row.user_id == owner
        }
        self.names = {row.id: row.name for row in ledger.live_categories() if row.user_id == owner}

    def path(self, category_id: int | None) -> list[int | None]:
        """From the root down."""
        path = [category_id]
        while True:
            parent = self.parents.get(path[0]) if path[0] is not None else None
            if parent is None or parent not in self.parents:
                return path
            path.insert(0, parent)

    def select(self, query: Query) -> list[ExpenseChange]:
        """The rows of a query of GET /expenses."""
        return [row for row in self.rows if self._matches(row, query)]

    def _matches(self, row: ExpenseChange, query: Query) -> bool:
        return all(self._test(row, key, value) for key, value in query.items())

    def _test(self, row: ExpenseChange, key: str, value: str) -> bool:
        tests: dict[str, Callable[[], bool]] = {
            "from": lambda: day_of(row) >= date.fromisoformat(value),
            "to": lambda: day_of(row) < date.fromisoformat(value),
            "direction": lambda: row.direction == value,
            "currency": lambda: row.currency == value,
            "min_amount": lambda: row.amount_minor >= round(float(value) * 100),
            "max_amount": lambda: row.amount_minor <= round(float(value) * 100),
            "merchant": lambda: row.merchant == value,
            "place": lambda: row.place == value,
            "source": lambda: row.source == value,
            "account": lambda: row.account == value,
            "hour": lambda: row.local_hour == int(value),
            "weekday": lambda: day_of(row).weekday() == int(value),
            "month": lambda: day_of(row).month == int(value),
            "q": lambda: any(
                value.lower() in text.lower()
                for text in (row.merchant, row.note, row.place, row.account)
            ),
            "bbox": lambda: in_box(row, value),
            "located": lambda: (row.lat is None or row.lon is None) == (value == "false"),
            "city": lambda: {"none": not row.city, "any": bool(row.city)}.get(
                value, row.city == value
            ),
            "id": lambda: str(row.id) == value,
            "subtree": lambda: True,
            "category_id": lambda: True,
        }
        return tests[key]()

    def rows_of(self, query: Query) -> list[ExpenseChange]:
        """The rows of a query, its category looked at as well."""
        rows = self.select(query)
        wanted = query.get("category_id")
        if wanted is None:
            return rows
        category_id = None if wanted == "none" else int(wanted)
        if query.get("subtree") == "false":
            return [row for row in rows if row.category_id == category_id]
        return [row for row in rows if category_id in self.path(row.category_id)]


def in_box(row: ExpenseChange, text: str) -> bool:
    """Whether GET /expenses finds a row in a box."""
    west, south, east, north = map(float, text.split(","))
    if row.lat is None or row.lon is None:
        return False
    return (
        south <= row.lat
        and west <= row.lon
        and (row.lat < north or north == 90)
        and (row.lon < east or east == 180)
    )


def spent(rows: Iterable[ExpenseChange], *, gross: bool) -> int:
    return sum(row.amount_minor - (0 if gross else row.refunded_minor) for row in rows)


def period_label(day: date, granularity: str) -> str:
    if granularity == "week":
        return "{}-W{:02d}".format(*day.isocalendar()[:2])
    return {"day": str(day), "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}[granularity]


def trend(
    rows: list[ExpenseChange], query: Query, granularity: str, *, gross: bool
) -> dict[str, tuple[int, int]]:
    """Count and sum by label, every period of the range in order."""
    days = sorted(day_of(row) for row in rows)
    first = date.fromisoformat(query["from"]) if "from" in query else (days[0] if days else None)
    last = (
        date.fromisoformat(query["to"]) - timedelta(days=1)
        if "to" in query
        else (days[-1] if days else None)
    )
    if not days and not ("from" in query and "to" in query):
        return {}
    assert first is not None
    assert last is not None
    found: dict[str, list[ExpenseChange]] = {}
    day = first
    while day <= last:
        found.setdefault(period_label(day, granularity), [])
        day += timedelta(days=1)
    for row in rows:
        found[period_label(day_of(row), granularity)].append(row)
    return {key: (len(part), spent(part, gross=gross)) for key, part in found.items()}


def groups(
    rows: list[ExpenseChange], key: Callable[[ExpenseChange], Any], *, gross: bool
) -> dict[Any, tuple[int, int]]:
    found: dict[Any, list[ExpenseChange]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return {name: (len(part), spent(part, gross=gross)) for name, part in found.items()}


def norm(amounts: list[int]) -> tuple[float, float]:
    """Median and scaled median deviation of the logarithms, low medians as the service takes."""
    logs = [round(32 * math.log2(amount)) / 32 * math.log(2) for amount in amounts]
    middle = statistics.median_low(logs)
    return middle, 1.4826 * statistics.median_low([abs(value - middle) for value in logs])


def repeats(rows: list[ExpenseChange], currency: str) -> dict[int, int]:
    """The seconds after which a charge came again, by the id of the later one."""
    found = {}
    for row in rows:
        equal = [
            other
            for other in rows
            if (other.merchant, other.amount_minor) == (row.merchant, row.amount_minor)
        ]
        before = [
            other
            for other in equal
            if (other.direction, other.currency) == ("expense", currency)
            and (other.time, other.id) < (row.time, row.id)
        ]
        is_kept = row.direction == "expense" and row.currency == currency and row.merchant
        unclocked = row.local_hour == 0 and row.time % 900 == 0
        if before and is_kept and row.amount_minor >= 200 and len(equal) <= 4 and not unclocked:
            seconds = row.time - max(other.time for other in before)
            if seconds <= 1800:
                found[row.id] = seconds
    return found


def bills(rows: list[ExpenseChange]) -> tuple[set[int], dict[int, float]]:
    """The ids of regular payments, and by which share a price rose, by id."""
    regular: set[int] = set()
    rises: dict[int, float] = {}
    for merchant in {row.merchant for row in rows if row.merchant}:
        own = sorted(
            (row for row in rows if row.merchant == merchant),
            key=lambda row: (row.local_day, row.id),
        )
        months = Counter(day_of(row).strftime("%Y-%m") for row in own)
        paid = [row for row in own if row.amount_minor > row.refunded_minor]
        if len(own) < 3 or max(months.values()) > 5 or len(paid) < 3:
            continue
        gaps = [b.local_day - a.local_day for a, b in pairwise(paid)]
        limits = next(
            (
                (least, most)
                for least, most, hits in ((6, 8, 6), (26, 35, 3), (85, 97, 3), (355, 376, 3))
                if len(paid) >= hits
                and sum(least <= gap <= most for gap in gaps) >= 0.75 * len(gaps)
            ),
            None,
        )
        amounts = [row.amount_minor for row in paid]
        if limits is None or statistics.pstdev(amounts) / statistics.mean(amounts) >= 0.35:
            continue
        regular |= {row.id for row in paid}
        for first, second, third in zip(paid, paid[1:], paid[2:], strict=False):
            share = third.amount_minor / second.amount_minor - 1
            is_steady = abs(second.amount_minor - first.amount_minor) <= 0.01 * first.amount_minor
            in_time = limits[0] <= third.local_day - second.local_day <= limits[1]
            if is_steady and in_time and 0.03 <= share <= 2:
                rises[third.id] = share
    return regular, rises


def unusual_charges(rows: list[ExpenseChange], currency: str) -> dict[int, float]:
    """The highest score of each expense that reaches the lowest level."""
    spending = [row for row in rows if row.direction == "expense" and row.currency == currency]
    usable = [row for row in spending if row.amount_minor > 0]
    if len(usable) < 30:
        return {}
    regular, rises = bills(spending)
    every = norm([row.amount_minor for row in usable])
    begun = min(row.local_day for row in spending) + 56
    scores: dict[int, list[float]] = defaultdict(list)
    for category_id in {row.category_id for row in usable}:
        own = [row for row in usable if row.category_id == category_id]
        middle, spread = norm([row.amount_minor for row in own])
        trust, weight = len(own) / (len(own) + 8), len(own) / (len(own) + 20)
        middle = trust * middle + (1 - trust) * every[0]
        within = max(weight * spread + (1 - weight) * every[1], 0.2)
        deviation = math.hypot(within, 0.5 * math.sqrt(1 - trust))
        first = min(
            (row for row in spending if row.category_id == category_id),
            key=lambda row: (row.local_day, row.time, row.id),
        )
        for row in own:
            score = (math.log(row.amount_minor) - middle) / deviation
            earlier = [
                other
                for other in rows
                if other.merchant == row.merchant and (other.time, other.id) < (row.time, row.id)
            ]
            is_new = row.merchant and row.local_day >= begun and not earlier
            if score > 0.5:
                score += 2.0 * (row is first and row.local_day >= begun) + 0.6 * bool(is_new)
            if row.id not in regular:
                scores[row.id].append(score)
    for id_, seconds in repeats(rows, currency).items():
        scores[id_].append(5.0 if seconds <= 60 else 4.2)
    for id_, share in rises.items():
        scores[id_].append(4.2 if share >= 0.1 else 3.2)
    kept = {row.id for row in usable if row.amount_minor > row.refunded_minor}
    best = {id_: max(found) for id_, found in scores.items()}
    return {id_: score for id_, score in best.items() if id_ in kept and score >= 3.0}
