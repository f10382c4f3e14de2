import math
import random

import pytest

from analytics_service.domain.anomalies import MIN_DAYS, MIN_SPENDING_DAYS, Anomaly
from analytics_service.domain.unusual_days import (
    DailyHistory,
    judge_days,
    judge_days_by_sigma,
    score_days,
    sigmas,
)
from analytics_service.domain.windows import Calibration, SlidingWindow, tail_score, tail_share

FIRST = 19_000
TAIL = (0.0, 1.0, 2.0)


def ordinary_days(days: int, *, seed: int = 1) -> list[int]:
    """Skewed daily totals: a weekly rhythm, log-normal amounts, some empty days."""
    chance = random.Random(seed)
    return [
        0
        if chance.random() < 0.15
        else round(math.exp(chance.gauss(8.5 + 0.4 * (day % 7 > 4), 0.5)))
        for day in range(days)
    ]


def judged(
    amounts: list[int], *, method: str = "fused", bills: dict[int, int] | None = None
) -> dict[int, Anomaly]:
    """What stands out, by how many days after the first."""
    history = DailyHistory(FIRST, amounts, bills or {})
    found = judge_days(history, list(score_days(FIRST, history.without_bills())))
    return {item.day - FIRST: item for item in found[method]}


@pytest.mark.parametrize("method", ["fused", "robust"])
def test_a_planted_spike_is_found_with_its_expected_range(method: str) -> None:
    amounts = ordinary_days(300)
    amounts[250] = 400_000

    spike = judged(amounts, method=method)[250]

    assert spike.level == "critical"
    assert spike.lower_minor <= spike.upper_minor < spike.amount_minor == 400_000
    assert spike.reason.code == "day-above-usual"


def test_days_that_are_each_a_little_dear_stand_out_as_a_run() -> None:
    amounts = ordinary_days(300)
    for day in range(250, 256):
        amounts[day] = 11_000

    runs = [item for day, item in judged(amounts).items() if item.days > 1 and day >= 250]

    assert [item.reason.code for item in runs] == ["run-above-usual"]
    run = runs[0]
    last = run.day - FIRST
    assert run.amount_minor == sum(amounts[last - run.days + 1 : last + 1]) > run.upper_minor


def test_ordinary_days_alarm_at_no_more_than_the_promised_rate() -> None:
    days = 1_000
    alarms = [len(judged(ordinary_days(days, seed=seed))) for seed in range(10)]

    assert sum(alarms) / len(alarms) / days <= 1.3 / 28


def test_regular_bills_are_no_news() -> None:
    amounts = ordinary_days(400)
    bills = {FIRST + day: 620_000 for day in range(10, 400, 30)}
    quiet = judged(amounts)
    for day, amount in bills.items():
        amounts[day - FIRST] += amount

    assert judged(amounts, bills=bills).keys() == quiet.keys()
    assert any(day - FIRST in judged(amounts) for day in bills)


def test_little_history_is_met_with_silence() -> None:
    amounts = ordinary_days(MIN_DAYS)
    amounts[-1] = 10_000_000
    few = [0] * 200 + [5_000] * (MIN_SPENDING_DAYS - 1) + [10_000_000]

    for days in (amounts, few):
        assert judged(days) == {}
        assert judge_days_by_sigma(DailyHistory(FIRST, days, {})) == []


def test_the_future_does_not_change_what_was_judged() -> None:
    amounts = ordinary_days(400)
    amounts[150] = 300_000

    early = judged(amounts[:300], method="robust")

    whole = judged(amounts, method="robust")
    assert early == {day: item for day, item in whole.items() if day < 300}
    assert 150 in early


def test_sigmas_are_deviations_above_the_mean_of_the_days_before() -> None:
    amounts = [0, 200] * 20 + [1_100]

    assert sigmas(amounts)[-1] == pytest.approx((1_100 - 100) / 101)
    assert sigmas(amounts)[:28] == [0.0] * 28


def test_a_window_forgets_its_oldest_value() -> None:
    window = SlidingWindow(3)
    for value in (5, 1, 4, 2):
        window.push(value)

    assert window.ordered == [1, 2, 4]
    assert (window.at_least(2), window.below(2), window.quantile(0.25)) == (2, 1, 1.5)


@pytest.mark.parametrize(
    ("score", "share"), [(-1.0, 1.0), (0.0, 0.5), (0.5, 2**-1.5), (1.0, 0.25), (2.0, 0.125)]
)
def test_shares_of_the_population_lie_on_lines_between_its_points(
    score: float, share: float
) -> None:
    assert tail_share(TAIL, score) == pytest.approx(share)
    if share <= 0.5:
        assert tail_score(TAIL, share) == pytest.approx(score)


def test_beyond_the_last_point_the_last_line_goes_on() -> None:
    assert tail_share(TAIL, 3.0) == pytest.approx(2**-4)


def test_a_calibration_mixes_own_days_with_the_population() -> None:
    calibration = Calibration(10, TAIL, weight=4)
    for score in (0.1, 0.2, 0.3, 5.0):
        calibration.push(score)

    # One of four own days, and four times 2**-3 of the population.
    assert calibration.p_value(2.0) == pytest.approx((1 + 4 * 0.125) / 8)
    assert calibration.surprise(2.0) == pytest.approx(-math.log10(1.5 / 8))
