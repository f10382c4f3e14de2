"""Purchases that stand out from what a user is used to.

The robust z-score of the logarithm of the amount within its category (Iglewicz and Hoaglin, How to
Detect and Handle Outliers, 1993), median and spread shrunk towards all of the user's purchases
where the category has few; more where the payee or the category is new. Beside it three rules: a
charge that comes again within half an hour, a steady price that rises, and regular bills, which are
no news however large. The whole history is looked at.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from analytics_service.domain.amounts import AmountNorm
from analytics_service.domain.anomalies import (
    CHARGE_SCORES,
    MIN_CHARGES,
    SIGMAS,
    TRANSACTION,
    Anomaly,
    Param,
    Reason,
    level_of_score,
    pattern_of,
    times,
)
from analytics_service.domain.regular import PriceRise

MEDIAN_WEIGHT = 8
SPREAD_WEIGHT = 20
"""A category with so many purchases is believed half, all purchases the other half."""
BETWEEN_LOG = 0.5
"""How far the usual amounts of a user's categories lie apart, where a category has few."""
MIN_SPREAD_LOG = 0.2
NEW_CATEGORY, NEW_MERCHANT = 2.0, 0.6
NEW_FROM_SCORE = 0.5
"""What is new counts from this score on: a cheap first coffee somewhere is no news."""
NEW_AFTER_DAYS = 56
"""At the beginning of a history everything is new."""
REPEAT_SECONDS = 60
NEAR_REPEAT_SECONDS = 1_800
MAX_EQUAL_CHARGES = 4
"""Who paid this very amount to this payee more often does so by habit."""
REPEAT_SCORE, NEAR_REPEAT_SCORE = 5.0, 4.2
MIN_REPEAT_MINOR = 200
RISE_SCORES = ((0.1, 4.2), (0.0, 3.2))
"""From this share on, a price rise has this score."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A single purchase as the rules see it; `amount_minor` before refunds."""

    id: int
    day: int
    category_id: int
    amount_minor: int
    merchant: str
    is_new_merchant: bool = False
    is_new_category: bool = False


@dataclass(frozen=True, slots=True)
class RepeatedCharge:
    """A purchase that repeats `first_id` some seconds after it.

    `equal` is how often this very amount was paid to this payee in all.
    """

    charge: Charge
    first_id: int
    seconds: int
    equal: int


@dataclass(frozen=True, slots=True)
class ChargeNorms:
    """What a user's purchases usually cost, all together and by category."""

    every: AmountNorm
    categories: Mapping[int, AmountNorm]

    @property
    def is_enough(self) -> bool:
        """Whether there are enough purchases to judge by."""
        return self.every.count >= MIN_CHARGES

    def of(self, category_id: int) -> AmountNorm:
        """The norm of a category, drawn towards all purchases the fewer it rests on."""
        own = self.categories.get(category_id)
        if own is None:
            own = AmountNorm(0, self.every.median_log, self.every.spread_log)
        trust = own.count / (own.count + MEDIAN_WEIGHT)
        middle = trust * own.median_log + (1 - trust) * self.every.median_log
        weight = own.count / (own.count + SPREAD_WEIGHT)
        within = weight * own.spread_log + (1 - weight) * self.every.spread_log
        spread = math.hypot(max(within, MIN_SPREAD_LOG), math.sqrt(1 - trust) * BETWEEN_LOG)
        return AmountNorm(own.count, middle, spread)

    def candidate_bound(self, category_id: int) -> int:
        """The smallest amount of the category that can reach a level at a new payee."""
        norm = self.of(category_id)
        return math.ceil(
            math.exp(norm.median_log + (CHARGE_SCORES["info"] - NEW_MERCHANT) * norm.spread_log)
        )


def score_of(charge: Charge, norm: AmountNorm) -> tuple[float, float]:
    """(robust z-score, what is added to it for being new)."""
    score = (math.log(charge.amount_minor) - norm.median_log) / norm.spread_log
    if score <= NEW_FROM_SCORE:
        return score, 0.0
    return score, NEW_CATEGORY * charge.is_new_category + NEW_MERCHANT * charge.is_new_merchant


def judge_charge(charge: Charge, norm: AmountNorm) -> Anomaly | None:
    """The purchase as an anomaly where its amount reaches a level of its category's norm."""
    score, bonus = score_of(charge, norm)
    level = level_of_score(score + bonus, CHARGE_SCORES)
    if level is None:
        return None
    usual = math.exp(norm.median_log)
    code = "amount-above-usual"
    if score < CHARGE_SCORES["info"]:
        code = "first-in-category" if charge.is_new_category else "first-at-merchant"
    params: dict[str, Param] = {
        "times": times(charge.amount_minor, usual),
        "usual_minor": round(usual),
        "count": norm.count,
        "merchant": charge.merchant,
    }
    reach = CHARGE_SCORES["info"]
    low, high = (math.exp(norm.median_log + s * norm.spread_log) for s in (-reach, reach - bonus))
    return _anomaly(
        charge, Reason(code, params), score=score + bonus, level=level,
        lower=round(low), upper=round(high),
    )  # fmt: skip


def repeat_score(repeat: RepeatedCharge) -> float:
    """The score of a charge that comes again, 0 where it is a habit or small change."""
    is_habit = repeat.equal > MAX_EQUAL_CHARGES
    if is_habit or repeat.charge.amount_minor < MIN_REPEAT_MINOR:
        return 0.0
    return REPEAT_SCORE if repeat.seconds <= REPEAT_SECONDS else NEAR_REPEAT_SCORE


def judge_repeat(repeat: RepeatedCharge) -> Anomaly | None:
    """The repeated charge as an anomaly; expected was not to be charged again."""
    score = repeat_score(repeat)
    level = level_of_score(score, CHARGE_SCORES)
    if level is None:
        return None
    params: dict[str, Param] = {
        "first_expense_id": str(repeat.first_id),
        "seconds": repeat.seconds,
        "merchant": repeat.charge.merchant,
    }
    reason = Reason("charged-twice", params)
    return _anomaly(repeat.charge, reason, score=score, level=level, lower=0, upper=0)


def judge_rise(charge: Charge, rise: PriceRise) -> Anomaly | None:
    """The dearer payment as an anomaly; expected was the earlier price."""
    score = next(score for share, score in RISE_SCORES if rise.share >= share)
    level = level_of_score(score, CHARGE_SCORES)
    if level is None:
        return None
    params: dict[str, Param] = {
        "previous_minor": rise.previous_minor,
        "share": round(rise.share, 4),
        "interval": rise.interval,
        "merchant": charge.merchant,
    }
    price = rise.previous_minor
    reason = Reason("price-rise", params)
    return _anomaly(charge, reason, score=score, level=level, lower=price, upper=price)


@dataclass(frozen=True, slots=True)
class PlainNorm:
    """Count, mean and standard deviation of amounts in minor units."""

    count: int
    mean: float
    deviation: float

    def bound(self, level: str) -> int:
        """The smallest amount that reaches a level by three-sigma."""
        return math.ceil(self.mean + SIGMAS[level] * self.deviation)


def judge_by_sigma(charge: Charge, norm: PlainNorm) -> Anomaly | None:
    """The purchase as an anomaly where it lies sigmas above the mean of all purchases."""
    if norm.deviation <= 0:
        return None
    score = (charge.amount_minor - norm.mean) / norm.deviation
    level = level_of_score(score, SIGMAS)
    if level is None:
        return None
    params: dict[str, Param] = {
        "sigmas": round(score, 1),
        "usual_minor": round(norm.mean),
        "merchant": charge.merchant,
    }
    low = max(0, round(norm.mean - SIGMAS["info"] * norm.deviation))
    reason = Reason("amount-by-sigma", params)
    return _anomaly(charge, reason, score=score, level=level, lower=low, upper=norm.bound("info"))


def judge_isolated(charge: Charge, *, score: float, level: str, lower: int, upper: int) -> Anomaly:
    """The purchase as an anomaly that a forest isolates early."""
    reason = Reason("isolated", {"merchant": charge.merchant})
    return _anomaly(charge, reason, score=score, level=level, lower=lower, upper=upper)


def _anomaly(
    charge: Charge, reason: Reason, *, score: float, level: str, lower: int, upper: int
) -> Anomaly:
    return Anomaly(
        scope=TRANSACTION,
        day=charge.day,
        expense_id=charge.id,
        amount_minor=charge.amount_minor,
        lower_minor=lower,
        upper_minor=upper,
        score=round(score, 4),
        level=level,
        reason=reason,
        pattern=pattern_of(reason.code, merchant=charge.merchant, category_id=charge.category_id),
        category_id=charge.category_id,
    )
