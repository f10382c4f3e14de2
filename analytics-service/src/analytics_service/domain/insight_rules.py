"""The kinds of insights: when each is told and into which parts it divides (docs/insights.md)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from analytics_service.domain.categories import Tally
from analytics_service.domain.insight_sums import divide, effects, noise_of, usual_of
from analytics_service.domain.insights import (
    MAX_PARTS,
    MIN_MONTHS,
    MIN_ROWS,
    Evidence,
    Insight,
    Part,
    ranked,
)

NO_LABEL = 0
WEEKEND = frozenset({5, 6})
NIGHT = frozenset({22, 23, 1, 2, 3, 4})
"""Hours from 22 to 5; midnight is left out, where rows without a time of day stand."""
FLOOR = 0.02
"""What is told concerns at least this part of what the month usually costs."""
TOTAL_RATIO, CATEGORY_RATIO, REFUND_RATIO = 0.1, 0.2, 1.0
NOISES = 1.5
"""A change is told from so many usual deviations on."""
LARGE_SHARE = 0.1
USUAL_TIMES = 1.5
"""A purchase below so many times the merchant's average is one of the usual ones."""
SHARE_POINTS, COUNT_POINTS = 0.1, 0.05
"""The least change of a share of money and of rows: a rent paid on a Sunday is no habit."""
MIN_VISITS = 2.0
STEADY = 0.1
"""Monthly charges that differ by no more than this from their median are a subscription."""
STEADY_MONTHS = 3
SAME = 0.01
"""Subscriptions whose sum differs by less are the same."""
LASTING = 3
"""A change that comes again each month weighs as much as one of three months."""
MIN_DAYS_OF_SHARES = 14


def tell(evidence: Evidence, *, limit: int) -> list[Insight]:
    """The insights of a month, the weightiest first; few rows or months make it silent."""
    if evidence.now.count < MIN_ROWS:
        return []
    found = list(largest_purchase(evidence))
    if len(evidence.month.before) >= MIN_MONTHS:
        for rule in (total, categories, new_merchants, visits, subscriptions, shares, refunds):
            found += rule(evidence)
    whole = usual_of(evidence.totals) or evidence.now.amount_minor
    told = ranked(found, usual_minor=whole, limit=limit)
    return [replace(item, span=evidence.month.span) for item in told]


def floor_of(evidence: Evidence) -> float:
    """The least money that is worth a sentence."""
    return FLOOR * max(usual_of(evidence.totals), evidence.now.amount_minor, 1)


def _stands_out(now: int, before: Sequence[int], *, floor: float, ratio: float) -> bool:
    usual = usual_of(before)
    return abs(now - usual) >= max(floor, NOISES * noise_of(before), ratio * abs(usual), 1)


def compared(
    kind: str, now: Mapping[int, Tally], before: Mapping[int, int], whole: Tally, usual_minor: int
) -> tuple[Part, ...]:
    """The parts of a figure by key, the greatest differences first; they sum to figure and usual.

    Args:
        kind: what the keys are; the key 0 of merchants has no name and stands with the rest.
        now: the figures of each key.
        before: the weights by which the usual sum divides among the keys.
        whole: the figure.
        usual_minor: what it usually comes to.
    """
    nameless = {NO_LABEL} if kind == "merchant" else set()
    usual = divide(usual_minor, before)
    parts = [
        Part(kind, key, now.get(key, Tally()), usual.get(key, 0), 0)
        for key in {*now, *before} - nameless
    ]
    parts = [_with_change(part) for part in parts]
    parts.sort(key=lambda part: (-abs(part.change_minor or 0), part.key))
    shown = [part for part in parts[:MAX_PARTS] if part.tally != Tally() or part.change_minor]
    return (*shown, *_rest(shown, whole, usual_minor))


def _with_change(part: Part) -> Part:
    amount = part.tally.amount_minor if part.tally else 0
    return Part(part.kind, part.key, part.tally, part.usual_minor, amount - (part.usual_minor or 0))


def _rest(shown: Iterable[Part], whole: Tally, usual_minor: int) -> list[Part]:
    tallies = [part.tally for part in shown if part.tally]
    count = whole.count - sum(tally.count for tally in tallies)
    amount = whole.amount_minor - sum(tally.amount_minor for tally in tallies)
    usual = usual_minor - sum(part.usual_minor or 0 for part in shown)
    if (count, amount, usual) == (0, 0, 0):
        return []
    return [_with_change(Part("rest", 0, Tally(count, amount), usual))]


def total(evidence: Evidence) -> Iterator[Insight]:
    """The whole month against its usual."""
    now, before = evidence.now, evidence.totals
    if not _stands_out(now.amount_minor, before, floor=floor_of(evidence), ratio=TOTAL_RATIO):
        return
    usual = usual_of(before)
    weights = {key: _sum(past) for key, (_, past) in evidence.categories.items()}
    figures = {key: tally for key, (tally, _) in evidence.categories.items()}
    yield Insight(
        code="total-above-usual" if now.amount_minor > usual else "total-below-usual",
        family="total",
        tally=now,
        usual_minor=usual,
        stake_minor=now.amount_minor - usual,
        parts=compared("category", figures, weights, now, usual),
    )


def _sum(tallies: Iterable[Tally]) -> int:
    return sum(tally.amount_minor for tally in tallies)


def categories(evidence: Evidence) -> Iterator[Insight]:
    """Each category against its usual."""
    floor = floor_of(evidence)
    for category_id, (now, past) in evidence.categories.items():
        before = [tally.amount_minor for tally in past]
        if not _stands_out(now.amount_minor, before, floor=floor, ratio=CATEGORY_RATIO):
            continue
        usual = usual_of(before)
        by_label = _labels(evidence.merchants, category_id)
        weights = _labels(evidence.merchants_before, category_id)
        yield Insight(
            code=_category_code(now, past, usual),
            family="category",
            category_id=category_id,
            tally=now,
            usual_minor=usual,
            stake_minor=now.amount_minor - usual,
            parts=compared(
                "merchant", by_label, {k: t.amount_minor for k, t in weights.items()}, now, usual
            ),
        )


def _category_code(now: Tally, past: Sequence[Tally], usual: int) -> str:
    if now.count == 0 and all(tally.count for tally in past):
        return "category-quiet"
    if usual <= 0:
        return "category-rare"
    return "category-above-usual" if now.amount_minor > usual else "category-below-usual"


def _labels(pairs: Mapping[tuple[int, int], Tally], category_id: int) -> dict[int, Tally]:
    return {label: tally for (key, label), tally in pairs.items() if key == category_id}


def _by_label(pairs: Mapping[tuple[int, int], Tally]) -> dict[int, Tally]:
    found: dict[int, Tally] = {}
    for (_, label), tally in pairs.items():
        if label != NO_LABEL:
            found[label] = found.get(label, Tally()) + tally
    return found


def new_merchants(evidence: Evidence) -> Iterator[Insight]:
    """Merchants of weight that the months before do not know."""
    known = _by_label(evidence.merchants_before)
    for label, now in _by_label(evidence.merchants).items():
        if label in known or now.amount_minor < 2 * floor_of(evidence):
            continue
        figures = {
            key: tally for (key, other), tally in evidence.merchants.items() if other == label
        }
        yield Insight(
            code="merchant-new",
            family="merchant",
            label=label,
            tally=now,
            usual_minor=0,
            stake_minor=now.amount_minor / 2,
            parts=compared("category", figures, {}, now, 0),
        )


def visits(evidence: Evidence) -> Iterator[Insight]:
    """Merchants to which more or less goes: because of frequency, or because of price."""
    months = len(evidence.month.before)
    before = _by_label(evidence.merchants_before)
    for label, now in _by_label(evidence.merchants).items():
        past = before.get(label, Tally())
        scale = evidence.month.elapsed / months
        count, usual = past.count * scale, round(past.amount_minor * scale)
        change = now.amount_minor - usual
        if min(count, now.count) < MIN_VISITS or abs(change) < floor_of(evidence) / 2:
            continue
        if abs(change) < CATEGORY_RATIO * usual:
            continue
        frequency, price = effects(now, count, usual)
        is_price = abs(price) > abs(frequency)
        words = ("dearer", "cheaper") if is_price else ("more-often", "less-often")
        yield Insight(
            code=f"merchant-{words[0] if change > 0 else words[1]}",
            family="visits",
            label=label,
            tally=now,
            usual_minor=usual,
            stake_minor=change,
            numbers={"usual_count": round(count, 1)},
            parts=(
                Part("effect", "frequency", change_minor=frequency),
                Part("effect", "price", change_minor=price),
            ),
        )


def largest_purchase(evidence: Evidence) -> Iterator[Insight]:
    """The largest purchase that is not one of the usual ones, by its share of the month."""
    before = _by_label(evidence.merchants_before)
    now = evidence.now
    for item in evidence.largest:
        past = before.get(item.label, Tally())
        is_usual = (
            past.count > 0 and item.amount_minor < USUAL_TIMES * past.amount_minor / past.count
        )
        if is_usual or item.amount_minor < LARGE_SHARE * now.amount_minor:
            continue
        rest = Tally(now.count - 1, now.amount_minor - item.amount_minor)
        yield Insight(
            code="largest-purchase",
            family="purchase",
            expense=item,
            tally=now,
            stake_minor=item.amount_minor / 2,
            numbers={"share": round(item.amount_minor / now.amount_minor, 6)},
            parts=(Part("expense", item.id, Tally(1, item.amount_minor)), Part("rest", 0, rest)),
        )
        return


def subscriptions(evidence: Evidence) -> Iterator[Insight]:
    """What is charged once a month at a steady price: its sum, and how it has changed."""
    now = _by_label(evidence.merchants)
    if len(evidence.monthly) < STEADY_MONTHS:
        return
    last = {
        label: charges[-1]
        for label in evidence.monthly[-1]
        if label != NO_LABEL and (charges := _steady(evidence.monthly, label))
    }
    charged = {label: now[label] for label in last if now.get(label, Tally()).count == 1}
    if len(charged) < 2:  # noqa: PLR2004 - one alone is a merchant, not a sum
        return
    whole = Tally(len(charged), _sum(charged.values()))
    usual = sum(last[label] for label in charged)
    change = whole.amount_minor - usual
    is_same = abs(change) < SAME * usual
    if is_same and whole.amount_minor < floor_of(evidence):
        return
    code = "same" if is_same else "up" if change > 0 else "down"
    yield Insight(
        code=f"subscriptions-{code}",
        family="subscriptions",
        tally=whole,
        usual_minor=usual,
        stake_minor=whole.amount_minor * FLOOR if is_same else LASTING * change,
        numbers={"merchants": len(charged)},
        parts=_each("merchant", charged, last),
    )


def _steady(monthly: Sequence[Mapping[int, int]], label: int) -> list[int] | None:
    charges = [month[label] for month in monthly[-STEADY_MONTHS:] if label in month]
    middle = usual_of(charges)
    is_steady = len(charges) == STEADY_MONTHS and middle > 0
    if not is_steady or any(abs(charge - middle) > STEADY * middle for charge in charges):
        return None
    return charges


def _each(kind: str, now: Mapping[int, Tally], usual: Mapping[int, int]) -> tuple[Part, ...]:
    parts = [_with_change(Part(kind, key, tally, usual[key])) for key, tally in now.items()]
    return tuple(
        sorted(
            parts,
            key=lambda p: (-abs(p.change_minor or 0), -(p.tally or Tally()).amount_minor, p.key),
        )
    )


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """Some of the weekdays or hours, and the figures of all of them."""

    name: str
    kind: str
    chosen: frozenset[int]
    now: Mapping[int, Tally]
    before: Mapping[int, Tally]


def shares(evidence: Evidence) -> Iterator[Insight]:
    """How much of the month fell to weekends and to nights, where that has changed."""
    if evidence.month.span.days < MIN_DAYS_OF_SHARES or evidence.now.amount_minor <= 0:
        return
    days = {key: tally for key, (tally, _) in evidence.weekdays.items()}
    days_before = {key: _total(past) for key, (_, past) in evidence.weekdays.items()}
    yield from _share(evidence, _Rhythm("weekend", "weekday", WEEKEND, days, days_before))
    hours = {key: tally for key, tally in evidence.hours.items() if key}
    before = {key: tally for key, tally in evidence.hours_before.items() if key}
    if 2 * _sum(hours.values()) > evidence.now.amount_minor:  # else most rows have no time of day
        yield from _share(evidence, _Rhythm("night", "hour", NIGHT, hours, before))


def _share(evidence: Evidence, rhythm: _Rhythm) -> Iterator[Insight]:
    now, before, chosen = rhythm.now, rhythm.before, rhythm.chosen
    share, often = _parts_of(now, chosen)
    usual_share, usually = _parts_of(before, chosen)
    change = share - usual_share
    if abs(change) < SHARE_POINTS or (often - usually) * change < COUNT_POINTS * abs(change):
        return
    whole, usual = evidence.now, usual_of(evidence.totals)
    usual_parts = divide(usual, {key: tally.amount_minor for key, tally in before.items()})
    parts = [
        _with_change(Part(rhythm.kind, key, now.get(key, Tally()), usual_parts.get(key, 0)))
        for key in sorted({*now, *before} & chosen)
    ]
    yield Insight(
        code=f"{rhythm.name}-more" if change > 0 else f"{rhythm.name}-less",
        family="share",
        tally=whole,
        usual_minor=usual,
        stake_minor=change * whole.amount_minor,
        numbers={"share": round(share, 6), "usual_share": round(usual_share, 6)},
        parts=(*parts, *_rest(parts, whole, usual)),
    )


def _parts_of(figures: Mapping[int, Tally], chosen: frozenset[int]) -> tuple[float, float]:
    """Which part of the money, and of the rows, falls to the chosen keys."""
    whole = _total(figures.values())
    part = _total(tally for key, tally in figures.items() if key in chosen)
    if whole.amount_minor <= 0 or whole.count == 0:
        return 0.0, 0.0
    return part.amount_minor / whole.amount_minor, part.count / whole.count


def refunds(evidence: Evidence) -> Iterator[Insight]:
    """More refunds than usual."""
    now = _total(evidence.refunds.values())
    usual = usual_of(evidence.refunds_by_month)
    floor = floor_of(evidence)
    is_more = now.amount_minor > usual
    if not is_more or not _stands_out(
        now.amount_minor, evidence.refunds_by_month, floor=floor, ratio=REFUND_RATIO
    ):
        return
    weights = {key: tally.amount_minor for key, tally in evidence.refunds_before.items()}
    yield Insight(
        code="refunds-above-usual",
        family="refunds",
        direction="refund",
        tally=now,
        usual_minor=usual,
        stake_minor=now.amount_minor - usual,
        parts=compared("merchant", evidence.refunds, weights, now, usual),
    )


def _total(figures: Iterable[Tally]) -> Tally:
    whole = Tally()
    for tally in figures:
        whole += tally
    return whole
