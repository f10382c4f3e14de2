"""What the network is taught, without TensorFlow."""

from datetime import date, timedelta

import numpy as np
import pytest

from forecast_service.domain.calendar_features import CALENDAR_FEATURES, CHINESE_FEATURES
from forecast_service.training.evaluation import (
    Forecast,
    evaluate,
    seasonal_naive,
    weekday_climatology,
    weighted_quantile_loss,
)
from forecast_service.training.households import Households, household_calendar
from forecast_service.training.sampling import SeriesPool, household_groups, sample_batch
from forecast_service.training.synthetic import DAYS, FIRST_DAY, synthetic_households

CALENDAR = np.zeros((365, len(CALENDAR_FEATURES)), np.float32)


def counting_series(series: int = 3) -> np.ndarray:
    """Day d of series s holds 1000 s + d, so that every value tells where it comes from."""
    return (1000 * np.arange(series)[:, None] + np.arange(365)).astype(np.float32)


def test_held_out_households_are_those_divisible_by_five() -> None:
    ids = np.arange(1, 21)
    households = Households(ids=ids, spending=np.zeros((20, 365), np.float32))

    assert households.held_out().ids.tolist() == [5, 10, 15, 20]
    assert not set(households.for_training().ids) & {5, 10, 15, 20}
    assert len(households.for_training().spending) == 16


def test_households_abroad_have_their_own_holidays_and_no_chinese_ones() -> None:
    calendar = household_calendar()

    def value(day: date, name: str) -> float:
        position = (day - date(2017, 1, 1)).days
        return float(calendar[position, CALENDAR_FEATURES.index(name)])

    assert value(date(2017, 11, 23), "holiday") == 1
    assert value(date(2017, 11, 22), "before_holiday") == 1
    assert value(date(2017, 10, 3), "holiday") == 0
    columns = [CALENDAR_FEATURES.index(name) for name in CHINESE_FEATURES]
    assert not calendar[:, columns].any()
    assert (calendar[:, :7].sum(axis=1) == 1).all()


def test_batches_are_consecutive_days_before_the_last_one() -> None:
    pool = SeriesPool(counting_series(), CALENDAR, last_day=281, share=1.0)

    batch = sample_batch([pool], np.random.default_rng(1), rows=500)

    assert batch.history.shape == batch.mask.shape == (500, 112)
    assert batch.future.shape == (500, 28)
    assert (np.diff(batch.future, axis=1) == 1).all()
    last_known = np.where(batch.mask[:, -1] > 0, batch.history[:, -1], np.nan)
    assert np.array_equal(batch.future[:, 0] - 1, last_known)
    assert (batch.future % 1000).max() <= 280
    assert not batch.history[batch.mask == 0].any()


def test_about_half_of_the_histories_are_short_and_none_is_under_two_weeks() -> None:
    pool = SeriesPool(counting_series(), CALENDAR, last_day=365, share=1.0)

    known = sample_batch([pool], np.random.default_rng(2), rows=4000).mask.sum(axis=1)

    assert known.min() >= 14
    assert 0.5 < np.mean(known < 112) < 0.7  # early origins are short by themselves


def test_pools_are_drawn_by_their_shares() -> None:
    zero = SeriesPool(np.zeros((1, 365), np.float32), CALENDAR, last_day=365, share=0.8)
    one = SeriesPool(np.ones((1, 365), np.float32), CALENDAR, last_day=365, share=0.2)
    rng = np.random.default_rng(3)

    drawn = [sample_batch([zero, one], rng, rows=1).future.max() for _ in range(500)]

    assert 0.1 < np.mean(drawn) < 0.3


def test_groups_are_sums_of_distinct_households() -> None:
    single = np.eye(50, dtype=np.float32)

    groups = household_groups(single, count=30, rng=np.random.default_rng(4))

    assert groups.shape == (30, 50)
    assert set(np.unique(groups)) <= {0.0, 1.0}
    assert groups.sum(axis=1).min() >= 2


def test_invented_households_are_the_same_for_the_same_seed() -> None:
    spending, calendar = synthetic_households(3, seed=5)
    again, _ = synthetic_households(3, seed=5)
    others, _ = synthetic_households(3, seed=6)

    assert spending.shape == (3, DAYS)
    assert calendar.shape == (DAYS, len(CALENDAR_FEATURES))
    assert np.array_equal(spending, again)
    assert not np.array_equal(spending, others)
    assert np.isfinite(spending).all()
    assert spending.min() >= 0


def test_invented_households_shop_on_november_11() -> None:
    spending, _ = synthetic_households(60, seed=7)
    days = [FIRST_DAY + timedelta(days=offset) for offset in range(DAYS)]
    feast = np.array([(day.month, day.day) in {(11, 10), (11, 11)} for day in days])
    ordinary = np.array([day.month == 9 for day in days])

    by_household = spending / spending.mean(axis=1, keepdims=True)

    assert by_household[:, feast].mean() > 1.5 * by_household[:, ordinary].mean()


def test_weighted_quantile_loss_by_hand() -> None:
    actual = np.array([10.0])
    quantiles = np.full((1, 9), 8.0)

    # Every level lies 2 too low: pinball is level * 2, the mean level is .5, twice 1 over 10.
    assert weighted_quantile_loss(actual, quantiles) == pytest.approx(0.2)


def test_evaluation_shows_a_forecaster_only_what_lies_before_the_origin() -> None:
    spending = counting_series(1)
    seen: list[tuple[float, float, float]] = []

    def perfect(history: np.ndarray, mask: np.ndarray, calendar: np.ndarray) -> Forecast:
        start = history[:, -1:] + 1
        future = (start + np.arange(28)).astype(np.float32)
        total = future.sum(axis=1)
        seen.append((float(history.max()), float(mask.sum()), float(calendar.shape[1])))
        return Forecast(
            daily_quantiles=np.repeat(future[..., None], 9, axis=2),
            daily_mean=future,
            total_quantiles=np.repeat(total[:, None], 9, axis=1),
            total_mean=total,
        )

    figures = evaluate(perfect, spending, CALENDAR, origins=(281, 309), known_days=28)

    assert seen == [(280.0, 28.0, 28.0), (308.0, 28.0, 28.0)]
    assert figures.wql_days == figures.wql_total == figures.wape_total == 0
    assert figures.cov80_total == 1


@pytest.mark.parametrize("forecaster", [weekday_climatology, seasonal_naive])
def test_simple_methods_repeat_a_constant(forecaster: object) -> None:
    history = np.full((2, 112), 3.0, np.float32)

    forecast = forecaster(history, np.ones_like(history), CALENDAR)  # type: ignore[operator]

    assert np.allclose(forecast.daily_quantiles, 3.0)
    assert np.allclose(forecast.total_quantiles, 84.0)
    assert np.allclose(forecast.total_mean, 84.0)
