"""Isolation forests over a user's days and purchases, offered by name beside the rules."""

import math
from collections.abc import Sequence

from analytics_service.domain import anomalies as rules
from analytics_service.domain.anomalies import Anomaly, Param, Reason, level_of_p
from analytics_service.domain.calendar import DAYS_PER_WEEK, weekday_of
from analytics_service.domain.errors import FitFailed
from analytics_service.domain.judging import JudgedState, Judgement, RankedCharge
from analytics_service.domain.ports import ForestGrower, JudgedFacts, JudgementStore
from analytics_service.domain.unusual_charges import Charge, ChargeNorms, judge_isolated
from analytics_service.domain.unusual_days import RUNS, DailyHistory
from analytics_service.domain.windows import quantile_of
from analytics_service.usecases.judging import daily_history, with_largest

REGROW_SHARE = 0.05
"""A forest is grown anew when this share of the purchases came or went."""
MAX_CHARGES = 20_000
"""Only so many of the latest purchases are looked at."""
RANGE = (0.05, 0.95)
RANGE_SPREADS = 2.0

Points = list[list[float]]


def refresh_forests(store: JudgementStore, grower: ForestGrower) -> int:
    """How many users' forests were grown anew; those that fail keep what they have.

    Raises:
        FitFailed: after all others were tried, where one failed.
    """
    failed: FitFailed | None = None
    grown = 0
    for due, rows in store.forests_due(share=REGROW_SHARE, minimum=rules.MIN_CHARGES):
        try:
            with store.facts(due) as facts:
                judgement = _judge(facts, grower)
        except FitFailed as error:
            failed = error
            continue
        store.keep_forest(due, judgement, rows=rows)
        grown += 1
    if failed is not None:
        raise failed
    return grown


def _judge(facts: JudgedFacts, grower: ForestGrower) -> Judgement:
    days = daily_history(facts, {})
    charges = facts.latest(MAX_CHARGES)
    norms = facts.norms()
    found = {
        (rules.DAY, rules.FOREST): [] if days is None else _days(facts, days, grower),
        (rules.TRANSACTION, rules.FOREST): (
            [] if norms is None or not norms.is_enough else _charges(facts, charges, norms, grower)
        ),
    }
    unused = JudgedState(0, 0, has_days=False, has_charges=False)
    return Judgement(unused, found)


def day_points(amounts: Sequence[int], first_day: int) -> Points:
    """The features of days: logarithms of the day, of its runs, and the weekday."""
    points = []
    for offset, amount in enumerate(amounts):
        sums = [sum(amounts[max(0, offset + 1 - days) : offset + 1]) for days in RUNS.values()]
        weekday = [0.0] * DAYS_PER_WEEK
        weekday[weekday_of(first_day + offset)] = 1.0
        points.append([math.log1p(max(0, value)) for value in (amount, *sums)] + weekday)
    return points


def _days(facts: JudgedFacts, days: DailyHistory, grower: ForestGrower) -> list[Anomaly]:
    start = days.first_judged()
    if start is None:
        return []
    skipped = start - days.first_day
    amounts = days.amounts[skipped:]
    scores = grower.scores(day_points(days.amounts, days.first_day))[skipped:]
    ordered = sorted(float(amount) for amount in amounts)
    lower, upper = (round(quantile_of(ordered, q)) for q in RANGE)
    found = []
    ranked = sorted(range(len(amounts)), key=lambda index: (-scores[index], index))
    for place, index in enumerate(ranked, start=1):
        level = level_of_p(place / (len(amounts) + 1))
        if level is None:
            break
        if amounts[index] <= upper:
            continue
        params: dict[str, Param] = {"usual_minor": round(quantile_of(ordered, 0.5))}
        item = Anomaly(
            scope=rules.DAY,
            day=start + index,
            expense_id=0,
            amount_minor=amounts[index],
            lower_minor=lower,
            upper_minor=upper,
            score=round(scores[index], 4),
            level=level,
            reason=Reason("day-isolated", params),
            pattern="",
        )
        found.append(with_largest(facts, item))
    return found


def charge_points(charges: Sequence[RankedCharge], norms: ChargeNorms) -> Points:
    """The features of purchases: amount, by itself and in its category, novelty, hour, weekday."""
    seen: dict[int, int] = {}
    points = []
    every = norms.every
    for charge in charges:
        log = math.log(max(charge.amount_minor, 1))
        norm = norms.of(charge.category_id)
        before = seen.get(charge.category_id, 0)
        seen[charge.category_id] = before + 1
        points.append(
            [
                log,
                (log - every.median_log) / max(every.spread_log, 0.2),
                (log - norm.median_log) / norm.spread_log,
                math.log1p(before),
                float(charge.hour),
                float(weekday_of(charge.day)),
            ]
        )
    return points


def _charges(
    facts: JudgedFacts, charges: Sequence[RankedCharge], norms: ChargeNorms, grower: ForestGrower
) -> list[Anomaly]:
    scores = grower.scores(charge_points(charges, norms))
    span = charges[-1].day - charges[0].day + 1
    ranked = sorted(range(len(charges)), key=lambda index: (-scores[index], index))
    levels: dict[int, tuple[str, float]] = {}
    for place, index in enumerate(ranked, start=1):
        level = level_of_p(place / (span + 1))
        if level is None:
            break
        levels[charges[index].id] = (level, scores[index])
    found = []
    for charge in facts.charges(list(levels)):
        lower, upper = _range(charge, norms)
        level, score = levels[charge.id]
        if charge.amount_minor > upper:
            found.append(judge_isolated(charge, score=score, level=level, lower=lower, upper=upper))
    return found


def _range(charge: Charge, norms: ChargeNorms) -> tuple[int, int]:
    norm = norms.of(charge.category_id)
    low, high = (
        round(math.exp(norm.median_log + sign * RANGE_SPREADS * norm.spread_log))
        for sign in (-1, 1)
    )
    return low, high
