"""Days that stand out from what a user is used to.

A day is held against the 112 days before it, nothing later is looked at: as a whole, against its
own weekday, and with the two and the six days before it as a run. Each of these scores is turned
into a one-sided conformal p-value among the 180 days before (Vovk, Gammerman and Shafer,
Algorithmic Learning in a Random World, 2005; here over a sliding window and drawn towards the
scores of many households), and their logarithms are added up (Fisher, Statistical Methods for
Research Workers, 1925). Bills that come regularly are taken out of the days beforehand.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analytics_service.domain.anomalies import (
    DAY,
    MIN_DAYS,
    MIN_SPENDING_DAYS,
    SIGMAS,
    Anomaly,
    Param,
    Reason,
    level_of_p,
    level_of_score,
    times,
)
from analytics_service.domain.calendar import DAYS_PER_WEEK, weekday_of
from analytics_service.domain.population import DAY_TAILS
from analytics_service.domain.windows import Calibration, SlidingWindow, quantile_of

WINDOW_DAYS = 112
SCORE_WINDOW_DAYS = 180
FIRST_SCORED = 28
"""From this day of the history on days are scored; before it there is nothing to hold them to."""
WEEKDAY_WEIGHT = 8
POPULATION_WEIGHT = 60
CAP_QUANTILE, CAP_FACTOR = 0.97, 1.2
"""What is learnt from a day is capped at this factor above this quantile of spending days."""
RUNS = {"short_run": 3, "long_run": 7}
WEIGHTS = {"residual": 1.0, "place": 1.0, "short_run": 0.8, "long_run": 0.5}
RANGE_P_VALUE = 1 / 28
"""One day in so many lies above the range that is shown as expected."""


@dataclass(frozen=True, slots=True)
class Span:
    """What was spent in some days up to one, and what was to be expected; minor units."""

    days: int
    amount: int
    usual: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class DayScores:
    """How a day stands out: each score, its surprise (-log10 of its p-value), and all together.

    `spans` are the day alone and the runs that end with it, by the name of their score.
    """

    day: int
    raw: Mapping[str, float]
    surprises: Mapping[str, float]
    fused: float
    p_value: float
    spans: Mapping[str, Span]

    @property
    def p_residual(self) -> float:
        """The p-value of the day's amount alone."""
        return float(10 ** -self.surprises["residual"])

    @property
    def loudest(self) -> str:
        """The score of the day alone, or that of the run that speaks louder and is exceeded."""
        runs = [name for name in RUNS if self.spans[name].amount > self.spans[name].upper]
        best = max(runs, key=lambda name: self.surprises[name], default="residual")
        alone = self.spans["residual"]
        is_alone = alone.amount > alone.upper
        return "residual" if is_alone else best


class _Norm:
    """What days usually cost, by weekday, learnt day by day."""

    def __init__(self) -> None:
        self._all = SlidingWindow(WINDOW_DAYS)
        self._weekdays = [SlidingWindow(WINDOW_DAYS // DAYS_PER_WEEK) for _ in range(DAYS_PER_WEEK)]

    def learn(self, weekday: int, amount: float) -> None:
        """Take in the day, capped so that one spike does not hide the next."""
        spending = self._all.positive()
        if len(spending) > DAYS_PER_WEEK:
            amount = min(amount, CAP_FACTOR * quantile_of(spending, CAP_QUANTILE))
        self._all.push(amount)
        self._weekdays[weekday].push(amount)

    def quantile(self, weekday: int, q: float) -> float:
        """A quantile of such a weekday, shrunk to all days."""
        own = self._weekdays[weekday]
        weight = len(own.ordered) / (len(own.ordered) + WEEKDAY_WEIGHT)
        return weight * own.quantile(q) + (1 - weight) * self._all.quantile(q)

    def spread(self, weekday: int) -> float:
        """From the median up to the 90 % quantile, and half a usual spending day."""
        up = self.quantile(weekday, 0.9) - self.quantile(weekday, 0.5)
        return max(up + 0.5 * quantile_of(self._all.positive(), 0.5), 1.0)

    def place(self, weekday: int, amount: float) -> float:
        """The share of days that cost less, weekdays thrice, and how far above the largest."""
        own = self._weekdays[weekday]
        below = self._all.below(amount) + 2 * own.below(amount)
        share = below / (len(self._all.ordered) + 2 * len(own.ordered))
        largest = sum(self._all.ordered[-3:]) / 3
        return share + (0.5 * min(amount / max(largest, 1.0), 5.0) if amount > 0 else 0.0)


class _RunNorm:
    """What so many days in a row usually cost together."""

    def __init__(self, days: int) -> None:
        self.days = days
        self._latest: deque[float] = deque(maxlen=days)
        self._sums = SlidingWindow(WINDOW_DAYS)
        self._waiting: deque[float] = deque()

    def total(self, amount: float) -> float:
        """The sum of the day and those before it."""
        self._latest.append(amount)
        return sum(self._latest)

    def learn(self, total: float) -> None:
        """Take in a sum once none of its days is in the sum to come."""
        self._waiting.append(total)
        if len(self._waiting) >= self.days:
            self._sums.push(self._waiting.popleft())

    def quantile(self, q: float) -> float:
        """A quantile of the sums."""
        return self._sums.quantile(q)

    def spread(self) -> float:
        """The standard deviation of the sums and half their mean."""
        values = self._sums.ordered
        mean = sum(values) / max(len(values), 1)
        variance = sum((value - mean) ** 2 for value in values) / max(len(values), 1)
        return float(variance**0.5 + 0.5 * mean + 1.0)


class DayJudge:
    """Scores days one after the other."""

    def __init__(self) -> None:
        self._norm = _Norm()
        self._runs = {name: _RunNorm(days) for name, days in RUNS.items()}
        self._calibrations = {
            name: Calibration(SCORE_WINDOW_DAYS, tail, weight=POPULATION_WEIGHT)
            for name, tail in DAY_TAILS.items()
        }
        self._seen = 0

    def judge(self, day: int, amount: int) -> DayScores | None:
        """The scores of the day that follows the last; None while there are too few before it."""
        weekday = weekday_of(day)
        totals = {name: run.total(amount) for name, run in self._runs.items()}
        found = None
        if self._seen >= FIRST_SCORED:
            found = self._score(day, weekday, amount, totals)
        self._seen += 1
        self._norm.learn(weekday, amount)
        for name, run in self._runs.items():
            run.learn(totals[name])
        return found

    def _score(self, day: int, weekday: int, amount: int, totals: Mapping[str, float]) -> DayScores:
        norm = self._norm
        spreads = {"residual": norm.spread(weekday)}
        raw = {
            "residual": (amount - norm.quantile(weekday, 0.9)) / spreads["residual"],
            "place": norm.place(weekday, amount),
        }
        for name, run in self._runs.items():
            spreads[name] = run.spread()
            raw[name] = (totals[name] - run.quantile(0.9)) / spreads[name]
        surprises = {name: self._calibrations[name].surprise(raw[name]) for name in raw}
        # A run speaks on days of spending alone: the quiet day after a feast is no news.
        spoken = [name for name in raw if amount > 0 or name not in RUNS]
        fused = sum(WEIGHTS[name] * surprises[name] for name in spoken)
        p_value = self._calibrations["fused"].p_value(fused)
        spans = self._spans(weekday, amount, totals=totals, spreads=spreads)
        for name, score in raw.items():
            self._calibrations[name].push(score)
        self._calibrations["fused"].push(fused)
        return DayScores(day, raw, surprises, fused, p_value, spans)

    def _spans(
        self,
        weekday: int,
        amount: int,
        *,
        totals: Mapping[str, float],
        spreads: Mapping[str, float],
    ) -> dict[str, Span]:
        def span(name: str, days: int, total: float, quantiles: Sequence[float]) -> Span:
            bound = self._calibrations[name].bound(RANGE_P_VALUE)
            low, middle, high = quantiles
            return Span(days, round(total), middle, low, high + spreads[name] * max(bound, 0.0))

        steps = (0.1, 0.5, 0.9)
        alone = [self._norm.quantile(weekday, q) for q in steps]
        found = {"residual": span("residual", 1, amount, alone)}
        for name, run in self._runs.items():
            together = [run.quantile(q) for q in steps]
            found[name] = span(name, run.days, totals[name], together)
        return found


def score_days(first_day: int, amounts: Sequence[int]) -> Iterator[DayScores]:
    """The scores of every day from the FIRST_SCORED-th on.

    Args:
        first_day: the number of the first day.
        amounts: what each day cost in minor units, without gaps and without regular bills.
    """
    judge = DayJudge()
    for offset, amount in enumerate(amounts):
        found = judge.judge(first_day + offset, amount)
        if found is not None:
            yield found


def sigmas(amounts: Sequence[int]) -> list[float]:
    """By how many standard deviations each day lies above the mean of the 112 days before it.

    0 where fewer than FIRST_SCORED days lie before it.
    """
    found = []
    for index, amount in enumerate(amounts):
        if index < FIRST_SCORED:
            found.append(0.0)
            continue
        mean, deviation = _mean_and_deviation(amounts[max(0, index - WINDOW_DAYS) : index])
        found.append((amount - mean) / deviation)
    return found


@dataclass(frozen=True, slots=True)
class DailyHistory:
    """What each day cost in minor units, without gaps, and how much of it regular bills were."""

    first_day: int
    amounts: Sequence[int]
    bills: Mapping[int, int]

    def without_bills(self) -> list[int]:
        """The amounts less the regular bills, never below 0."""
        return [
            max(0, amount - self.bills.get(self.first_day + offset, 0))
            for offset, amount in enumerate(self.amounts)
        ]

    def first_judged(self) -> int | None:
        """The first day with enough days and days of spending before it; None without one."""
        spending = 0
        for offset, amount in enumerate(self.amounts):
            if offset >= MIN_DAYS and spending >= MIN_SPENDING_DAYS:
                return self.first_day + offset
            spending += amount > 0
        return None

    def billed(self, last_day: int, days: int) -> int:
        """The regular bills of so many days up to one."""
        return sum(self.bills.get(last_day - back, 0) for back in range(days))


def judge_days(history: DailyHistory, scored: Sequence[DayScores]) -> dict[str, list[Anomaly]]:
    """The days that stand out by `fused` and by `robust`, in order of days.

    Args:
        history: the user's days.
        scored: the scores of its days without bills.
    """
    start = history.first_judged()
    if start is None:
        return {"fused": [], "robust": []}
    fused: list[Anomaly] = []
    robust: list[Anomaly] = []
    for scores in scored:
        if scores.day < start:
            continue
        found = _judge(history, scores, level_of_p(scores.p_value), scores.loudest)
        fused += [] if found is None else [found]
        found = _judge(history, scores, level_of_p(scores.p_residual), "residual")
        robust += [] if found is None else [found]
    return {"fused": _one_of_each_run(fused), "robust": robust}


def _judge(
    history: DailyHistory, scores: DayScores, level: str | None, name: str
) -> Anomaly | None:
    """The day as an anomaly, unless its amount lies within what was to be expected."""
    span = scores.spans[name]
    if level is None or span.amount <= span.upper:
        return None
    billed = history.billed(scores.day, span.days)
    usual = span.usual + billed
    params: dict[str, Param] = {
        "times": times(span.amount + billed, usual),
        "usual_minor": round(usual),
        "weekday": weekday_of(scores.day),
        "days": WINDOW_DAYS if span.days == 1 else span.days,
    }
    return Anomaly(
        scope=DAY,
        day=scores.day,
        expense_id=0,
        amount_minor=span.amount + billed,
        lower_minor=round(min(span.lower, span.usual) + billed),
        upper_minor=round(span.upper + billed),
        score=round(scores.fused, 2),
        level=level,
        reason=Reason("day-above-usual" if span.days == 1 else "run-above-usual", params),
        pattern="",
        days=span.days,
    )


def _one_of_each_run(found: Sequence[Anomaly]) -> list[Anomaly]:
    """Single days, and of runs that overlap the one that stands out most."""
    kept: list[Anomaly] = []
    for item in found:
        last = kept[-1] if kept else None
        overlaps = last is not None and item.day - item.days < last.day
        if last is None or not overlaps or item.days == 1:
            kept.append(item)
        elif last.days > 1 and item.score > last.score:
            kept[-1] = item
    return kept


def judge_days_by_sigma(history: DailyHistory) -> list[Anomaly]:
    """The days that lie three standard deviations above the mean of the days before them."""
    start = history.first_judged()
    found = []
    for offset, amount in enumerate(history.amounts):
        day = history.first_day + offset
        window = history.amounts[max(0, offset - WINDOW_DAYS) : offset]
        if start is None or day < start:
            continue
        mean, deviation = _mean_and_deviation(window)
        score = (amount - mean) / deviation
        level = level_of_score(score, SIGMAS)
        if level is not None:
            params: dict[str, Param] = {"sigmas": round(score, 1), "usual_minor": round(mean)}
            found.append(
                Anomaly(
                    scope=DAY,
                    day=day,
                    expense_id=0,
                    amount_minor=amount,
                    lower_minor=max(0, round(mean - SIGMAS["info"] * deviation)),
                    upper_minor=round(mean + SIGMAS["info"] * deviation),
                    score=round(score, 2),
                    level=level,
                    reason=Reason("day-by-sigma", params),
                    pattern="",
                )
            )
    return found


def _mean_and_deviation(window: Sequence[int]) -> tuple[float, float]:
    mean = sum(window) / len(window)
    variance = sum((value - mean) ** 2 for value in window) / len(window)
    return mean, variance**0.5 + 1.0
