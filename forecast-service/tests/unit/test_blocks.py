import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast_service.domain.blocks import (
    DAY_CORRELATION,
    GROWTH_PER_BLOCK,
    Block,
    BlockForecast,
    Estimate,
    blend,
)
from forecast_service.domain.quantiles import LEVELS, bands_of, lognormal_quantiles

AMOUNTS = st.floats(0, 1e6, allow_nan=False)


def flat_block(*, daily: float, total_half_width: float) -> Block:
    total = 28 * daily
    return Block(
        daily_mean=np.full(28, daily),
        daily_quantiles=np.tile(daily * LEVELS * 2, (28, 1)),
        total_mean=total,
        total_quantiles=total + np.linspace(-1, 1, 9) * total_half_width,
    )


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    quantiles = arrays(np.float64, (28, 9), elements=AMOUNTS)
    return Block(
        daily_mean=draw(arrays(np.float64, 28, elements=AMOUNTS)),
        daily_quantiles=np.sort(draw(quantiles), axis=1),
        total_mean=draw(AMOUNTS),
        total_quantiles=np.sort(draw(arrays(np.float64, 9, elements=AMOUNTS))),
    )


def assert_in_order(estimate: Estimate) -> None:
    assert 0 <= estimate.lower_95 <= estimate.lower_80 <= estimate.predicted
    assert estimate.predicted <= estimate.upper_80 <= estimate.upper_95


def test_28_days_give_back_the_total_head() -> None:
    forecast = BlockForecast([flat_block(daily=10, total_half_width=60)])

    estimate = forecast.span(0, 28)

    assert estimate.predicted == pytest.approx(280)
    assert (estimate.lower_80, estimate.upper_80) == pytest.approx((220, 340))


def test_a_week_and_two_blocks_by_hand() -> None:
    forecast = BlockForecast([flat_block(daily=10, total_half_width=60)] * 2)
    unit = 60 / np.sqrt(28 * (1 - DAY_CORRELATION) + 28**2 * DAY_CORRELATION)
    second = unit * (1 + GROWTH_PER_BLOCK)
    own = 28 * unit**2 + 28 * second**2
    shared = (28 * unit + 28 * second) ** 2

    week, both = forecast.span(0, 7), forecast.span(0, 56)

    week_width = unit * np.sqrt(7 * (1 - DAY_CORRELATION) + 49 * DAY_CORRELATION)
    assert week.upper_80 - week.predicted == pytest.approx(week_width)
    both_width = np.sqrt((1 - DAY_CORRELATION) * own + DAY_CORRELATION * shared)
    assert both.upper_80 - both.predicted == pytest.approx(both_width)
    assert 60 * np.sqrt(2) < both_width < 2 * 60 * (1 + GROWTH_PER_BLOCK)


def test_the_width_agrees_with_drawn_correlated_days() -> None:
    rng = np.random.default_rng(5)
    level = rng.normal(size=(200_000, 1)) * np.sqrt(DAY_CORRELATION)
    days = level + rng.normal(size=(200_000, 28)) * np.sqrt(1 - DAY_CORRELATION)
    drawn_ratio = days[:, :7].sum(axis=1).std() / days.sum(axis=1).std()
    forecast = BlockForecast([flat_block(daily=100, total_half_width=60)])

    week, month = forecast.span(0, 7), forecast.span(0, 28)

    ratio = (week.upper_80 - week.predicted) / (month.upper_80 - month.predicted)
    assert ratio == pytest.approx(drawn_ratio, rel=0.01)


def test_daily_means_are_scaled_to_the_total_head() -> None:
    block = flat_block(daily=10, total_half_width=60)
    forecast = BlockForecast([Block(block.daily_mean, block.daily_quantiles, 560.0, LEVELS * 1000)])

    assert forecast.daily_means.sum() == pytest.approx(560)
    assert forecast.day(0).predicted == pytest.approx(20)


def test_blending_is_the_mean_level_by_level() -> None:
    mixed = blend(
        [flat_block(daily=10, total_half_width=60), flat_block(daily=20, total_half_width=0)]
    )

    assert mixed.total_mean == pytest.approx(420)
    assert mixed.total_quantiles[8] == pytest.approx((340 + 560) / 2)


@given(st.lists(blocks(), min_size=1, max_size=2), st.integers(0, 27), st.integers(1, 28))
def test_bands_are_always_in_order(given_blocks: list[Block], start: int, days: int) -> None:
    forecast = BlockForecast(given_blocks)
    end = min(start + days, 28 * len(given_blocks))

    assert_in_order(forecast.span(start, end))
    assert_in_order(forecast.day(start))


def test_the_95_band_of_an_exponential_is_exact_above() -> None:
    quantiles = -np.log(1 - LEVELS)

    bands = bands_of(quantiles)

    assert bands.upper_95 == pytest.approx(-np.log(0.025), rel=1e-6)
    assert bands.lower_95 == pytest.approx(0.0)


def test_the_95_band_of_a_normal_is_exact_below_and_wide_above() -> None:
    from statistics import NormalDist

    normal = NormalDist(mu=100, sigma=10)
    bands = bands_of(np.array([normal.inv_cdf(level) for level in LEVELS]))

    assert bands.lower_95 == pytest.approx(normal.inv_cdf(0.025), rel=1e-4)
    assert bands.upper_95 > normal.inv_cdf(0.975)


def test_lognormal_quantiles_have_the_asked_moments() -> None:
    rng = np.random.default_rng(1)
    log_sigma = np.sqrt(np.log1p(0.25))
    drawn = rng.lognormal(np.log(100) - log_sigma**2 / 2, log_sigma, 1_000_000)

    quantiles = lognormal_quantiles(mean=100, standard_deviation=50)

    assert drawn.mean() == pytest.approx(100, rel=0.01)
    assert quantiles == pytest.approx(np.quantile(drawn, LEVELS), rel=0.01)
    assert (lognormal_quantiles(mean=0, standard_deviation=1) == 0).all()
