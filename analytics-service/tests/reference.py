"""The charts once more, slowly and in plain Python, from the ledger's rows alone."""

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
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


def repeats(rows: list[ExpenseChange]) -> dict[int, int]:
    """For each repeated charge the one before it."""
    found = {}
    for row in rows:
        before = [
            other
            for other in rows
            if (other.merchant, other.amount_minor, other.currency)
            == (row.merchant, row.amount_minor, row.currency)
            and other.direction == row.direction == "expense"
            and 0 <= row.time - other.time <= 60
            and (other.time, other.id) < (row.time, row.id)
        ]
        unclocked = row.local_hour == 0 and row.time % 900 == 0
        if before and row.merchant and row.amount_minor > 0 and not unclocked:
            found[row.id] = max(before, key=lambda other: (other.time, other.id)).id
    return found


def norm(amounts: list[int]) -> tuple[float, float]:
    """Median and scaled median deviation of the logarithms, low medians as the service takes."""
    logs = [round(32 * math.log2(amount)) / 32 * math.log(2) for amount in amounts]
    middle = statistics.median_low(logs)
    return middle, 1.4826 * statistics.median_low([abs(value - middle) for value in logs])


def unusual_charges(rows: list[ExpenseChange], currency: str) -> set[int]:
    """The ids of expenses that reach the lowest level within their category."""
    usable = [
        row
        for row in rows
        if row.direction == "expense" and row.currency == currency and row.amount_minor > 0
    ]
    if len(usable) < 30:
        return set()
    every = norm([row.amount_minor for row in usable])
    found = set()
    for category_id in {row.category_id for row in usable}:
        own = [row for row in usable if row.category_id == category_id]
        if len(own) < 10:
            continue
        middle, spread = norm([row.amount_minor for row in own])
        weight = len(own) / (len(own) + 20)
        spread = max(0.2, weight * spread + (1 - weight) * every[1])
        found |= {
            row.id
            for row in own
            if (math.log(row.amount_minor) - middle) / spread >= 3.5
            and row.amount_minor > row.refunded_minor
        }
    return found
