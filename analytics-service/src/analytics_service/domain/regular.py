"""Payments that come back: what bills and subscriptions cost, and when one became dearer.

A payee's charges are regular where at least three follow one another at gaps of about a week, a
month, a quarter or a year, and cost about the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from analytics_service.domain.calendar import DAYS_PER_WEEK

GAPS = {"weekly": (6, 8), "monthly": (26, 35), "quarterly": (85, 97), "yearly": (355, 376)}
"""The days between two payments of each interval, both included."""
MIN_HITS = {"weekly": 6, "monthly": 3, "quarterly": 3, "yearly": 3}
MIN_SHARE = 0.75
"""So many of the gaps are of the interval; the rest are payments that came late or twice."""
MAX_VARIATION = 0.35
"""The standard deviation of the amounts over their mean."""
STEADY_SHARE = 0.01
MIN_RISE = 0.03
MAX_RISE = 2.0
"""Between these a steady price has risen: less is rounding, more is another thing bought."""
MAX_MONTHLY = -(-31 // DAYS_PER_WEEK)
"""No payee that is paid more often in a month is looked at."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment to one payee; the amount in minor units before refunds."""

    id: int
    day: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PriceRise:
    """The payment with which a steady price rose."""

    payment: Payment
    previous_minor: int
    interval: str

    @property
    def share(self) -> float:
        """By which share of the earlier price."""
        return self.payment.amount_minor / self.previous_minor - 1


def interval_of(payments: Sequence[Payment]) -> str | None:
    """At which interval a payee is paid, in order of days; None where it is not regular."""
    gaps = [later.day - earlier.day for earlier, later in pairwise(payments)]
    for name, (least, most) in GAPS.items():
        fitting = sum(least <= gap <= most for gap in gaps)
        if len(payments) >= MIN_HITS[name] and fitting >= MIN_SHARE * len(gaps):
            return name if _variation(payments) < MAX_VARIATION else None
    return None


def _variation(payments: Sequence[Payment]) -> float:
    amounts = [payment.amount_minor for payment in payments]
    mean = sum(amounts) / len(amounts)
    variance = sum((amount - mean) ** 2 for amount in amounts) / len(amounts)
    return float(variance**0.5 / mean) if mean > 0 else 0.0


def price_rises(payments: Sequence[Payment], interval: str) -> list[PriceRise]:
    """Where a price that two payments had shared rose at the next regular one."""
    least, most = GAPS[interval]
    found = []
    for first, second, third in zip(payments, payments[1:], payments[2:], strict=False):
        is_steady = (
            abs(second.amount_minor - first.amount_minor) <= STEADY_SHARE * first.amount_minor
        )
        rise = third.amount_minor / second.amount_minor - 1 if second.amount_minor > 0 else 0.0
        if is_steady and least <= third.day - second.day <= most and MIN_RISE <= rise <= MAX_RISE:
            found.append(PriceRise(third, second.amount_minor, interval))
    return found
