"""Days and purchases that stand out from what a user is used to.

Days: the day's total is held against the same weekday and against all days of the 112 days
before it; how unusual it is, is told by a conformal p-value among the scores of the 180 days
before (Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005; here one-sided
and over a sliding window), and by how many of those days cost about as much, weekday or not.
Nothing later than the day itself is looked at.

Purchases: the robust z-score of the logarithm of the amount within its category, the spread
shrunk towards all of the user's purchases where the category has few (Iglewicz and
Hoaglin, How to Detect and Handle Outliers, 1993, for the score). The whole history is looked at.

Both are quiet, rather than wrong, where there is little history.
"""

import math
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analytics_service.domain.calendar import DAYS_PER_WEEK
from analytics_service.domain.errors import MethodNotAvailable

LEVELS = ("info", "warning", "critical")
SCOPES = ("day", "transaction")
METHODS = ("robust",)
"""The methods that this version has; the other names of the interface are refused."""

JUDGED_DIRECTION = "expense"
"""What purchases usually cost is learnt from expenses, so it judges nothing else."""
WINDOW_DAYS = 112
SCORE_WINDOW_DAYS = 180
MIN_DAYS = 56
MIN_SPENDING_DAYS = 20
WEEKDAY_WEIGHT = 8
SIMILAR_SHARE = 0.8
"""A day is no rarer than those that cost at least this share of it: rents come every month."""
DAY_P_VALUES = {"info": 1 / 28, "warning": 1 / 60, "critical": 1 / 120}
CHARGE_SCORES = {"info": 3.5, "warning": 4.5, "critical": 6.0}
MIN_CHARGES = 30
MIN_CATEGORY_CHARGES = 10
CATEGORY_WEIGHT = 20
MIN_SPREAD_LOG = 0.2
MAD_TO_SIGMA = 1.4826
BINS_PER_OCTAVE = 32
BIN_LOG = math.log(2) / BINS_PER_OCTAVE
NO_BIN = -1
REPEAT_SECONDS = 60

Param = float | int | str | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something stands out: a code that the front end has words for, and its figures."""

    code: str
    params: Mapping[str, Param]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A day (`expense_id` is None) or a purchase; amounts in minor units."""

    day: int
    expense_id: int | None
    amount_minor: int
    lower_minor: int
    upper_minor: int
    score: float
    level: str
    reason: Reason
    category_id: int | None = None
    usual_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Anomalies:
    """What stands out, the latest first, and from where on it does."""

    scope: str
    method: str
    level: str
    items: list[Anomaly]
    thresholds: Mapping[str, float]
    history_days: int
    enough_history: bool


@dataclass(frozen=True, slots=True)
class AmountNorm:
    """The usual amount of a purchase: median and robust spread of its natural logarithm."""

    count: int
    median_log: float
    spread_log: float


@dataclass(frozen=True, slots=True)
class Charge:
    """A single purchase as the anomaly rules see it; `amount_minor` before refunds."""

    id: int
    day: int
    category_id: int
    amount_minor: int
    merchant: str


@dataclass(frozen=True, slots=True)
class RepeatedCharge:
    """A purchase that repeats `first_id` some seconds after it."""

    charge: Charge
    first_id: int
    seconds: int


def check_method(method: str) -> str:
    """The method's name.

    Raises:
        MethodNotAvailable: this version has no such method.
    """
    if method not in METHODS:
        raise MethodNotAvailable(f"available: {', '.join(METHODS)}")
    return method


def levels_from(level: str) -> tuple[str, ...]:
    """The given level and those above it."""
    return LEVELS[LEVELS.index(level) :]


def _level_of_day(p_value: float) -> str | None:
    reached = [level for level in LEVELS if p_value <= DAY_P_VALUES[level]]
    return reached[-1] if reached else None


def _level_of_score(score: float) -> str | None:
    reached = [level for level in LEVELS if score >= CHARGE_SCORES[level]]
    return reached[-1] if reached else None


class _SlidingWindow:
    """The latest values in order of size, at most `length` of them."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._arrived: list[float] = []
        self.ordered: list[float] = []

    def push(self, value: float) -> None:
        """Take in the newest value and let the oldest go."""
        self._arrived.append(value)
        insort(self.ordered, value)
        if len(self.ordered) > self._length:
            oldest = self._arrived[-self._length - 1]
            del self.ordered[bisect_left(self.ordered, oldest)]

    def at_least(self, value: float) -> int:
        """How many of the values are as large or larger."""
        return len(self.ordered) - bisect_left(self.ordered, value)

    def quantile(self, q: float) -> float:
        """The value below which a share q lies, between neighbours on a straight line."""
        position = q * (len(self.ordered) - 1)
        low = int(position)
        high = min(low + 1, len(self.ordered) - 1)
        return self.ordered[low] + (position - low) * (self.ordered[high] - self.ordered[low])


class _DayNorm:
    """What a user's days usually cost, by weekday, learnt day by day."""

    def __init__(self) -> None:
        self._all = _SlidingWindow(WINDOW_DAYS)
        self._weekdays = [_SlidingWindow(WINDOW_DAYS // DAYS_PER_WEEK) for _ in range(7)]

    def learn(self, weekday: int, amount: float) -> None:
        """Take in the day."""
        self._all.push(amount)
        self._weekdays[weekday].push(amount)

    def usual(self, weekday: int) -> tuple[float, float]:
        """The median and the upward spread (q90 - median) of such a weekday, shrunk to all days."""
        own, every = self._weekdays[weekday], self._all
        weight = len(own.ordered) / (len(own.ordered) + WEEKDAY_WEIGHT)
        middle = weight * own.quantile(0.5) + (1 - weight) * every.quantile(0.5)
        high = weight * own.quantile(0.9) + (1 - weight) * every.quantile(0.9)
        floor = 0.25 * sum(every.ordered) / len(every.ordered)
        return middle, max(high - middle, floor, 1.0)


def unusual_days(daily: Sequence[tuple[int, int]]) -> list[Anomaly]:
    """The days that cost unusually much, in order of days.

    Args:
        daily: every day of the history as (day number, amount in minor units), without gaps.
    """
    norm = _DayNorm()
    scores, totals = _SlidingWindow(SCORE_WINDOW_DAYS), _SlidingWindow(SCORE_WINDOW_DAYS)
    found: list[Anomaly] = []
    spending_days = 0
    for index, (day, amount) in enumerate(daily):
        weekday = (day + 3) % DAYS_PER_WEEK
        if index >= DAYS_PER_WEEK * 4:
            middle, spread = norm.usual(weekday)
            score = (amount - middle) / spread
            if index >= MIN_DAYS and spending_days >= MIN_SPENDING_DAYS:
                similar = totals.at_least(SIMILAR_SHARE * amount)
                p_value = (1 + max(scores.at_least(score), similar)) / (len(scores.ordered) + 1)
                level = _level_of_day(p_value)
                if level is not None:
                    found += _unusual_day(
                        day, amount, middle=middle, spread=spread, scores=scores, level=level
                    )
            scores.push(score)
            totals.push(amount)
        norm.learn(weekday, amount)
        spending_days += amount > 0
    return found


def _unusual_day(
    day: int, amount: int, *, middle: float, spread: float, scores: _SlidingWindow, level: str
) -> list[Anomaly]:
    """The day as an anomaly, unless its amount lies within what was to be expected."""
    upper = middle + spread * scores.quantile(1 - DAY_P_VALUES["info"])
    if amount <= upper:
        return []
    params: dict[str, Param] = {
        "times": round(amount / middle, 1) if middle > 0 else None,
        "weekday": (day + 3) % DAYS_PER_WEEK,
        "days": WINDOW_DAYS,
    }
    lower = max(0.0, middle + spread * scores.quantile(0.1))
    anomaly = Anomaly(
        day=day,
        expense_id=None,
        amount_minor=amount,
        lower_minor=round(min(lower, middle)),
        upper_minor=round(upper),
        score=round((amount - middle) / spread, 2),
        level=level,
        reason=Reason(code="day-above-usual", params=params),
        usual_minor=round(middle),
    )
    return [anomaly]


def amount_bin(amount_minor: int) -> int:
    """The logarithmic bin of an amount, 1/32 of an octave (2 %) wide; NO_BIN for zero."""
    return round(BINS_PER_OCTAVE * math.log2(amount_minor)) if amount_minor > 0 else NO_BIN


def amount_norm(bins: Iterable[tuple[int, int]]) -> AmountNorm | None:
    """The norm of purchases given as (amount bin, how many), in order of bins."""
    logs = [(number * BIN_LOG, count) for number, count in bins if number != NO_BIN]
    total = sum(count for _, count in logs)
    if total == 0:
        return None
    median = _weighted_median(logs, total)
    deviations = sorted((abs(value - median), count) for value, count in logs)
    return AmountNorm(
        count=total,
        median_log=median,
        spread_log=MAD_TO_SIGMA * _weighted_median(deviations, total),
    )


def _weighted_median(ordered: Sequence[tuple[float, int]], total: int) -> float:
    passed = 0
    for value, count in ordered:
        passed += count
        if passed * 2 >= total:
            return value
    return ordered[-1][0]


def shrink(own: AmountNorm, every: AmountNorm) -> AmountNorm:
    """A category's norm, its spread drawn towards that of all purchases the fewer it rests on.

    The median stays its own: drawn as well, every rent would stand out from all other purchases.
    """
    weight = own.count / (own.count + CATEGORY_WEIGHT)
    spread = weight * own.spread_log + (1 - weight) * every.spread_log
    return AmountNorm(
        count=own.count,
        median_log=own.median_log,
        spread_log=max(spread, MIN_SPREAD_LOG),
    )


def usable_norms(
    norms: Mapping[int, AmountNorm], every: AmountNorm | None
) -> dict[int, AmountNorm]:
    """The shrunk norms of the categories that have enough purchases to judge by."""
    if every is None or every.count < MIN_CHARGES:
        return {}
    return {
        category_id: shrink(norm, every)
        for category_id, norm in norms.items()
        if norm.count >= MIN_CATEGORY_CHARGES
    }


def bound_minor(norm: AmountNorm, level: str) -> int:
    """The smallest amount in minor units that reaches a level."""
    return math.ceil(math.exp(norm.median_log + CHARGE_SCORES[level] * norm.spread_log))


def judge_charge(charge: Charge, norm: AmountNorm) -> Anomaly | None:
    """The purchase as an anomaly where its amount reaches a level of its category's norm."""
    score = (math.log(charge.amount_minor) - norm.median_log) / norm.spread_log
    level = _level_of_score(score)
    if level is None:
        return None
    usual = math.exp(norm.median_log)
    params: dict[str, Param] = {
        "times": round(charge.amount_minor / usual, 1),
        "count": norm.count,
        "merchant": charge.merchant,
    }
    return Anomaly(
        day=charge.day,
        expense_id=charge.id,
        amount_minor=charge.amount_minor,
        lower_minor=round(math.exp(norm.median_log - CHARGE_SCORES["info"] * norm.spread_log)),
        upper_minor=bound_minor(norm, "info"),
        score=round(score, 2),
        level=level,
        reason=Reason(code="amount-above-usual", params=params),
        category_id=charge.category_id,
        usual_minor=round(usual),
    )


def judge_repeat(repeat: RepeatedCharge) -> Anomaly:
    """The repeated charge as an anomaly; expected was not to be charged again."""
    params: dict[str, Param] = {
        "first_expense_id": str(repeat.first_id),
        "seconds": repeat.seconds,
        "merchant": repeat.charge.merchant,
    }
    return Anomaly(
        day=repeat.charge.day,
        expense_id=repeat.charge.id,
        amount_minor=repeat.charge.amount_minor,
        lower_minor=0,
        upper_minor=0,
        score=CHARGE_SCORES["warning"],
        level="warning",
        reason=Reason(code="charged-twice", params=params),
        category_id=repeat.charge.category_id,
    )
