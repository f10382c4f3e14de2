"""Judging what stands out, after the feed: for the users whose rows have moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from analytics_service.domain import anomalies as rules
from analytics_service.domain.anomalies import Anomaly
from analytics_service.domain.judging import JudgedState, Judgement
from analytics_service.domain.ports import JudgedFacts, JudgementStore
from analytics_service.domain.regular import PriceRise, interval_of, price_rises
from analytics_service.domain.unusual_charges import (
    judge_by_sigma,
    judge_charge,
    judge_repeat,
    judge_rise,
)
from analytics_service.domain.unusual_days import (
    DailyHistory,
    judge_days,
    judge_days_by_sigma,
    score_days,
)


def judge_due(store: JudgementStore) -> int:
    """How many users' spending was judged anew; afterwards the anomalies are of one change."""
    position, waiting = store.due()
    for due in waiting:
        with store.facts(due) as facts:
            judgement = judge(facts)
        store.keep(due, judgement)
    store.settle(position)
    return len(waiting)


def judge(facts: JudgedFacts) -> Judgement:
    """What stands out among the days and purchases of one user, by every method but the forest."""
    billed, rises = _regular(facts)
    days = daily_history(facts, billed)
    charges, count, has_charges = _charges(facts, set(billed), rises)
    start = None if days is None else days.first_judged()
    state = JudgedState(
        history_days=0 if days is None else len(days.amounts),
        charges=count,
        has_days=start is not None,
        has_charges=has_charges,
    )
    found: dict[tuple[str, str], Sequence[Anomaly]] = {
        (rules.TRANSACTION, method): items for method, items in charges.items()
    }
    for method, items in _judged_days(days).items():
        found[rules.DAY, method] = [with_largest(facts, item) for item in items]
    return Judgement(state, found)


def _regular(facts: JudgedFacts) -> tuple[dict[int, tuple[int, int]], list[PriceRise]]:
    """(day, amount) of each regular payment by its id, and where a price rose."""
    billed: dict[int, tuple[int, int]] = {}
    rises: list[PriceRise] = []
    for payments in facts.payments().values():
        interval = interval_of(payments)
        if interval is not None:
            billed |= {payment.id: (payment.day, payment.amount_minor) for payment in payments}
            rises += price_rises(payments, interval)
    return billed, rises


def daily_history(facts: JudgedFacts, billed: Mapping[int, tuple[int, int]]) -> DailyHistory | None:
    """The user's days from the first to the last with rows; None where there are none."""
    daily = facts.daily()
    if not daily:
        return None
    first, last = min(daily), max(daily)
    bills: dict[int, int] = {}
    for day, amount in billed.values():
        bills[day] = bills.get(day, 0) + amount
    return DailyHistory(first, [daily.get(day, 0) for day in range(first, last + 1)], bills)


def _judged_days(days: DailyHistory | None) -> dict[str, list[Anomaly]]:
    if days is None:
        return {rules.FUSED: [], rules.ROBUST: [], rules.SIGMA: []}
    scored = list(score_days(days.first_day, days.without_bills()))
    return {**judge_days(days, scored), rules.SIGMA: judge_days_by_sigma(days)}


def with_largest(facts: JudgedFacts, item: Anomaly) -> Anomaly:
    """The day with the purchase that says most of it, by which verdicts know it again."""
    expense_id, category_id = facts.largest(item.day, item.days)
    pattern = rules.pattern_of(item.reason.code, merchant="", category_id=category_id)
    return replace(item, expense_id=expense_id, category_id=category_id, pattern=pattern)


def _charges(
    facts: JudgedFacts, billed: set[int], rises: Sequence[PriceRise]
) -> tuple[dict[str, list[Anomaly]], int, bool]:
    """What stands out among the purchases by method, how many there are, and if they are enough."""
    norms = facts.norms()
    if norms is None or not norms.is_enough:
        return {rules.ROBUST: [], rules.SIGMA: []}, 0 if norms is None else norms.every.count, False
    bounds = {category_id: norms.candidate_bound(category_id) for category_id in norms.categories}
    firsts = {charge.id: charge for charge in facts.first_in_categories()}
    candidates = {charge.id: charge for charge in facts.charges_above(bounds)} | firsts
    judged = [
        judge_charge(charge, norms.of(charge.category_id))
        for charge in candidates.values()
        if charge.id not in billed and charge.amount_minor > 0
    ]
    judged += [judge_repeat(repeat) for repeat in facts.repeats()]
    dearer = {rise.payment.id: rise for rise in rises}
    judged += [judge_rise(charge, dearer[charge.id]) for charge in facts.charges(list(dearer))]
    return {rules.ROBUST: _loudest(judged), rules.SIGMA: _by_sigma(facts)}, norms.every.count, True


def _by_sigma(facts: JudgedFacts) -> list[Anomaly]:
    plain = facts.plain_norm()
    if plain.deviation <= 0:
        return []
    judged = [judge_by_sigma(charge, plain) for charge in facts.charges_from(plain.bound("info"))]
    return _loudest(judged)


def _loudest(judged: Iterable[Anomaly | None]) -> list[Anomaly]:
    """One anomaly for each purchase: the reason with the highest score."""
    best: dict[int, Anomaly] = {}
    for item in judged:
        if item is None:
            continue
        known = best.get(item.expense_id)
        if known is None or item.score > known.score:
            best[item.expense_id] = item
    return [best[key] for key in sorted(best)]
