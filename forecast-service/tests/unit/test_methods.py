from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_service.domain.blocks import Block
from forecast_service.domain.climatology import climatology, weekday_means, weekday_quantiles
from forecast_service.domain.linear import linear
from forecast_service.domain.prior import population_prior
from forecast_service.domain.series import DailySeries, Window

ORIGIN = date(2024, 6, 1)


def window_of(amounts: list[float]) -> Window:
    first = ORIGIN - timedelta(days=len(amounts))
    return DailySeries(first_day=first, amounts=np.array(amounts, dtype=float)).window(ORIGIN)


def reference_quantile(values: list[tuple[float, float]], level: float) -> float:
    """The weighted quantile by its definition, in plain Python."""
    total, passed = sum(weight for _, weight in values), 0.0
    for value, weight in sorted(values):
        if (passed + weight / 2) / total >= level - 1e-12:
            return value
        passed += weight
    return max(value for value, _ in values)


def test_climatology_of_one_week_pattern_repeats_it() -> None:
    week = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0]
    block = climatology(window_of(week * 16))

    assert block.daily_mean.tolist() == week * 4
    assert block.total_mean == pytest.approx(4 * sum(week))
    assert block.total_quantiles == pytest.approx(np.full(9, 1120.0), rel=1e-6)


@given(
    st.lists(st.integers(0, 500).map(float), min_size=1, max_size=130),
    st.sampled_from([0.1, 0.5, 0.9]),
)
def test_weekday_quantiles_equal_the_definition(amounts: list[float], level: float) -> None:
    quantiles = weekday_quantiles(window_of(amounts))

    kept = amounts[-112:]
    for position in range(7):
        ages = range(len(kept), 0, -1)
        weighted = [
            (value, 5.0 if (position + age) % 7 == 0 else 1.0)
            for value, age in zip(kept, ages, strict=True)
        ]
        expected = reference_quantile(weighted, level)
        assert quantiles[position, round(level * 10) - 1] == expected


@given(st.lists(st.integers(0, 500).map(float), min_size=7, max_size=130))
def test_weekday_means_equal_plain_grouping(amounts: list[float]) -> None:
    groups = defaultdict(list)
    for age, value in enumerate(reversed(amounts[-112:]), start=1):
        groups[-age % 7].append(value)

    means = weekday_means(window_of(amounts))

    assert means == pytest.approx([np.mean(groups[position]) for position in range(7)])


def test_wider_data_gives_a_wider_total() -> None:
    rng = np.random.default_rng(3)
    calm = climatology(window_of(list(rng.normal(100, 5, 112))))
    wild = climatology(window_of(list(rng.gamma(0.5, 200, 112))))

    assert np.ptp(wild.total_quantiles) > 5 * np.ptp(calm.total_quantiles)


def test_linear_finds_weekday_and_trend() -> None:
    days = np.arange(112)
    amounts = 100 + 40.0 * (days % 7 == 2) + 50.0 * (days - 112) / 112
    block = linear(window_of(list(amounts)))

    assert block.daily_mean[2] - block.daily_mean[1] == pytest.approx(40, rel=0.25)
    assert block.daily_mean[1] == pytest.approx(100, rel=0.15)
    assert block.daily_mean[:7] == pytest.approx(block.daily_mean[21:])


def test_the_prior_widens_as_history_shrinks() -> None:
    few, more = population_prior(window_of([100.0] * 3)), population_prior(window_of([100.0] * 21))

    assert more.total_mean == pytest.approx(28 * 100 * 0.98, rel=0.01)
    assert few.total_quantiles[8] / few.total_quantiles[0] > (
        more.total_quantiles[8] / more.total_quantiles[0]
    )


@pytest.mark.parametrize("method", [climatology, linear, population_prior])
def test_no_spending_is_forecast_as_none(method: Callable[[Window], Block]) -> None:
    block = method(window_of([0.0] * 40))

    assert block.total_mean == 0.0
    assert (block.total_quantiles == 0.0).all()


def test_a_window_masks_what_lies_before_the_first_purchase() -> None:
    window = window_of([1.0, 2.0, 3.0])

    assert window.days == 3
    assert window.observed.tolist() == [1.0, 2.0, 3.0]
    assert window.amounts[-3:].tolist() == [1.0, 2.0, 3.0]


def test_missing_weeks_at_the_end_are_not_zero_spending() -> None:
    series = DailySeries(first_day=ORIGIN - timedelta(days=60), amounts=np.full(50, 7.0))

    window = series.window(ORIGIN)

    assert window.stale_days == 7
    assert window.observed[:50].tolist() == [7.0] * 50
    assert window.days == 53
