import math
import random

import pytest

from analytics_service.domain import anomalies as rules
from analytics_service.domain.anomalies import AmountNorm, Charge
from analytics_service.domain.errors import MethodNotAvailable


def ordinary_days(days: int, *, seed: int = 1) -> list[tuple[int, int]]:
    """Skewed daily totals: a weekly rhythm, log-normal amounts, some empty days."""
    chance = random.Random(seed)
    return [
        (
            day,
            0
            if chance.random() < 0.15
            else round(math.exp(chance.gauss(8.5 + 0.4 * (day % 7 > 4), 0.5))),
        )
        for day in range(days)
    ]


def test_a_planted_spike_is_found_with_its_expected_range() -> None:
    daily = ordinary_days(300)
    daily[250] = (250, 400_000)

    found = {item.day: item for item in rules.unusual_days(daily)}

    spike = found[250]
    assert spike.level == "critical"
    assert spike.lower_minor <= (spike.usual_minor or 0) <= spike.upper_minor < spike.amount_minor
    assert spike.reason.code == "day-above-usual"


def test_ordinary_days_alarm_at_about_the_promised_rate() -> None:
    days = 1_000
    alarms = [len(rules.unusual_days(ordinary_days(days, seed=seed))) for seed in range(20)]

    rate = sum(alarms) / len(alarms) / days
    assert rate <= 1.3 / 28


def test_a_rent_that_comes_every_month_is_no_warning() -> None:
    daily = [
        (day, amount + 620_000 if day % 30 == 0 else amount) for day, amount in ordinary_days(700)
    ]

    found = [item for item in rules.unusual_days(daily) if item.day > 300]

    assert [item.day for item in found if item.day % 30 == 0 and item.level != "info"] == []


def test_little_history_is_met_with_silence() -> None:
    daily = ordinary_days(rules.MIN_DAYS)
    daily[-1] = (rules.MIN_DAYS - 1, 10_000_000)

    assert rules.unusual_days(daily) == []


def test_days_without_spending_do_not_make_the_first_purchase_an_alarm() -> None:
    daily = [(day, 0) for day in range(200)] + [(200, 5_000)]

    assert rules.unusual_days(daily) == []


def test_the_future_does_not_change_what_was_judged() -> None:
    daily = ordinary_days(400)

    early = rules.unusual_days(daily[:300])

    assert early == [item for item in rules.unusual_days(daily) if item.day < 300]


def test_a_norm_is_the_median_and_scaled_deviation_of_logarithms() -> None:
    bins = sorted((rules.amount_bin(amount), 1) for amount in (1000, 2000, 4000, 8000, 16000))

    norm = rules.amount_norm(bins)

    assert norm is not None
    assert norm.count == 5
    assert norm.median_log == pytest.approx(math.log(4000), abs=0.02)
    assert norm.spread_log == pytest.approx(1.4826 * math.log(2), abs=0.05)


def test_zero_amounts_teach_nothing() -> None:
    assert rules.amount_norm([(rules.amount_bin(0), 9)]) is None


def test_the_spread_of_a_small_category_is_drawn_towards_all_purchases() -> None:
    own, every = AmountNorm(10, 10.0, 0.0), AmountNorm(1_000, 7.0, 1.0)

    shrunk = rules.shrink(own, every)

    assert shrunk.median_log == own.median_log
    assert 0.0 < shrunk.spread_log < 1.0


def test_categories_with_few_purchases_are_not_judged() -> None:
    every = AmountNorm(100, 7.0, 1.0)

    usable = rules.usable_norms({1: AmountNorm(9, 7.0, 1.0), 2: AmountNorm(10, 7.0, 1.0)}, every)

    assert set(usable) == {2}
    assert rules.usable_norms({2: AmountNorm(10, 7.0, 1.0)}, AmountNorm(29, 7.0, 1.0)) == {}


@pytest.mark.parametrize("level", rules.LEVELS)
def test_an_amount_at_the_bound_of_a_level_reaches_it_and_one_below_does_not(level: str) -> None:
    norm = AmountNorm(100, math.log(2_000), 0.5)
    bound = rules.bound_minor(norm, level)

    def judged(amount: int) -> str | None:
        charge = Charge(id=1, day=0, category_id=1, amount_minor=amount, merchant="店")
        anomaly = rules.judge_charge(charge, norm)
        return None if anomaly is None else anomaly.level

    assert judged(bound) == level
    assert judged(bound - 1) != level


@pytest.mark.parametrize("method", ["3sigma", "isolation-forest", "fused", "x"])
def test_methods_that_are_not_there_are_refused_by_name(method: str) -> None:
    with pytest.raises(MethodNotAvailable):
        rules.check_method(method)
