import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_service.domain.amounts import AmountNorm, amount_bin, amount_norm
from analytics_service.domain.anomalies import (
    CHARGE_SCORES,
    LEVELS,
    METHODS,
    AnomalyQuery,
    FeedbackCount,
    anomaly_id,
    anomaly_key,
    method_of,
    pattern_of,
)
from analytics_service.domain.errors import AnomalyNotFound, MethodNotAvailable
from analytics_service.domain.regular import Payment, PriceRise, interval_of, price_rises
from analytics_service.domain.unusual_charges import (
    Charge,
    ChargeNorms,
    PlainNorm,
    RepeatedCharge,
    judge_by_sigma,
    judge_charge,
    judge_repeat,
    judge_rise,
)

NORM = AmountNorm(100, math.log(2_000), 0.5)
COFFEE = Charge(id=1, day=0, category_id=1, amount_minor=2_000, merchant="店")


def monthly(*amounts: int, gap: int = 30) -> list[Payment]:
    return [Payment(at, at * gap, amount) for at, amount in enumerate(amounts)]


def test_a_norm_is_the_median_and_scaled_deviation_of_logarithms() -> None:
    bins = sorted((amount_bin(amount), 1) for amount in (1000, 2000, 4000, 8000, 16000))

    norm = amount_norm(bins)

    assert norm is not None
    assert norm.count == 5
    assert norm.median_log == pytest.approx(math.log(4000), abs=0.02)
    assert norm.spread_log == pytest.approx(1.4826 * math.log(2), abs=0.05)


def test_zero_amounts_teach_nothing() -> None:
    assert amount_norm([(amount_bin(0), 9)]) is None


def test_a_small_category_is_drawn_towards_all_purchases() -> None:
    norms = ChargeNorms(
        AmountNorm(1_000, 7.0, 1.0), {1: AmountNorm(8, 10.0, 0.0), 2: AmountNorm(10**6, 10.0, 0.4)}
    )

    few, many, none = norms.of(1), norms.of(2), norms.of(3)

    assert few.median_log == pytest.approx(8.5)  # half by half
    assert few.spread_log > 0.7
    assert (many.median_log, many.spread_log) == pytest.approx((10.0, 0.4), abs=1e-2)
    assert none.median_log == 7.0


@pytest.mark.parametrize("level", LEVELS)
def test_an_amount_at_the_bound_of_a_level_reaches_it_and_one_below_does_not(level: str) -> None:
    bound = math.ceil(math.exp(NORM.median_log + CHARGE_SCORES[level] * NORM.spread_log))

    def judged(amount: int) -> str | None:
        anomaly = judge_charge(replace(COFFEE, amount_minor=amount), NORM)
        return None if anomaly is None else anomaly.level

    assert judged(bound) == level
    assert judged(bound - 1) != level


@given(amount=st.integers(1, 10**12), new=st.booleans(), category=st.booleans())
def test_whatever_reaches_a_level_lies_above_what_was_expected(
    amount: int, *, new: bool, category: bool
) -> None:
    charge = replace(COFFEE, amount_minor=amount, is_new_merchant=new, is_new_category=category)

    found = judge_charge(charge, NORM)

    assert found is None or found.amount_minor >= found.upper_minor >= found.lower_minor
    plain = judge_charge(replace(COFFEE, amount_minor=amount), NORM)
    assert plain is None or found is not None


def test_every_new_payee_that_reaches_a_level_is_among_the_candidates() -> None:
    norms = ChargeNorms(NORM, {1: NORM})
    bound = norms.candidate_bound(1)
    below = replace(COFFEE, amount_minor=bound - 1, is_new_merchant=True)

    assert judge_charge(below, norms.of(1)) is None
    assert judge_charge(replace(below, amount_minor=bound), norms.of(1)) is not None


def test_a_first_purchase_says_that_it_is_one() -> None:
    first = replace(COFFEE, amount_minor=6_000, is_new_category=True)

    found = judge_charge(first, NORM)

    assert found is not None
    assert found.reason.code == "first-in-category"
    assert judge_charge(replace(first, is_new_category=False), NORM) is None


@pytest.mark.parametrize(
    ("seconds", "equal", "amount", "level"),
    [
        (20, 2, 5_000, "warning"),
        (1_500, 2, 5_000, "warning"),
        (20, 5, 5_000, None),  # a habit
        (20, 2, 150, None),  # small change
    ],
)
def test_a_charge_that_comes_again_soon_is_a_warning_unless_it_is_a_habit(
    seconds: int, equal: int, amount: int, level: str | None
) -> None:
    charge = replace(COFFEE, amount_minor=amount)

    found = judge_repeat(RepeatedCharge(charge, first_id=9, seconds=seconds, equal=equal))

    assert (found.level if found else None) == level


def test_a_steady_price_that_rises_is_told_with_the_earlier_one() -> None:
    payments = monthly(1_500, 1_500, 1_500, 1_800, 1_800)

    rises = price_rises(payments, "monthly")

    assert rises == [PriceRise(payments[3], 1_500, "monthly")]
    found = judge_rise(replace(COFFEE, amount_minor=1_800), rises[0])
    assert found is not None
    assert (found.level, found.upper_minor) == ("warning", 1_500)
    assert found.reason.params["share"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    "amounts",
    [
        (1_500, 1_510, 1_500, 1_505),  # rounding
        (1_500, 1_500, 1_500, 9_900),  # another thing bought
        (1_500, 1_900, 1_600, 2_000),  # a bill that varies
    ],
)
def test_no_price_rise_is_seen_in(amounts: tuple[int, ...]) -> None:
    assert price_rises(monthly(*amounts), "monthly") == []


@pytest.mark.parametrize(
    ("payments", "interval"),
    [
        (monthly(100, 110, 105), "monthly"),
        (monthly(*[100] * 6, gap=7), "weekly"),
        (monthly(100, 100, gap=30), None),
        (monthly(100, 100, 100, gap=17), None),
        (monthly(100, 900, 100), None),
        (monthly(100, 100, 100, gap=365), "yearly"),
    ],
)
def test_payments_are_regular_by_their_gaps_and_amounts(
    payments: list[Payment], interval: str | None
) -> None:
    assert interval_of(payments) == interval


def test_three_sigma_looks_at_the_plain_mean_and_deviation() -> None:
    norm = PlainNorm(100, 2_000.0, 500.0)

    found = judge_by_sigma(replace(COFFEE, amount_minor=3_600), norm)

    assert found is not None
    assert (found.level, found.score, found.upper_minor) == ("info", 3.2, 3_500)
    assert judge_by_sigma(replace(COFFEE, amount_minor=3_499), norm) is None
    assert judge_by_sigma(COFFEE, PlainNorm(0, 0.0, 0.0)) is None


@pytest.mark.parametrize("scope", METHODS)
def test_each_scope_has_its_methods_and_a_default(scope: str) -> None:
    assert method_of(scope, None) == METHODS[scope][0]
    assert [method_of(scope, name) for name in METHODS[scope]] == list(METHODS[scope])
    with pytest.raises(MethodNotAvailable):
        method_of(scope, "x")


def test_purchases_have_no_fused_method() -> None:
    with pytest.raises(MethodNotAvailable):
        method_of("transaction", "fused")


def test_ids_lead_back_to_what_they_name() -> None:
    assert anomaly_key(anomaly_id("day", 19_787, 5)) == ("day", 19_787)
    assert anomaly_key(anomaly_id("transaction", 19_787, 5)) == ("transaction", 5)


@pytest.mark.parametrize("text", ["", "day-", "day-2024-13-01", "tx-", "tx-x", "tx--1", "x-5"])
def test_other_ids_name_nothing(text: str) -> None:
    with pytest.raises(AnomalyNotFound):
        anomaly_key(text)


def test_patterns_take_the_payee_or_the_category_and_the_kind_of_reason() -> None:
    above = pattern_of("amount-above-usual", merchant="店", category_id=1)

    assert above == pattern_of("isolated", merchant="店", category_id=2)
    assert above != pattern_of("charged-twice", merchant="店", category_id=1)
    assert above != pattern_of("amount-above-usual", merchant="", category_id=1)
    assert pattern_of("day-above-usual", merchant="店", category_id=1) == pattern_of(
        "run-above-usual", merchant="", category_id=1
    )


def test_precision_is_the_share_of_confirmed_alarms() -> None:
    assert FeedbackCount(normal=1, confirmed=3).precision == 0.75
    assert FeedbackCount(normal=0, confirmed=0).precision is None
    assert AnomalyQuery("day", "fused", "info").shown == "open"
