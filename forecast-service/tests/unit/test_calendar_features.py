from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast_service.domain.calendar_features import (
    CALENDAR_FEATURES,
    CHINESE_FEATURES,
    calendar_features,
)


def value(day: date, name: str) -> float:
    return float(calendar_features(day, 1)[0, CALENDAR_FEATURES.index(name)])


def test_rows_are_consecutive_days_in_the_named_columns() -> None:
    features = calendar_features(date(2024, 2, 28), 3)

    assert features.dtype == np.float32
    assert features.shape == (3, len(CALENDAR_FEATURES))
    assert np.argmax(features[:, :7], axis=1).tolist() == [2, 3, 4]
    assert features[:, :7].sum(axis=1).tolist() == [1, 1, 1]


def test_no_days_give_an_empty_table() -> None:
    assert calendar_features(date(2024, 1, 1), 0).shape == (0, len(CALENDAR_FEATURES))


@pytest.mark.parametrize(
    ("day", "name", "expected"),
    [
        (date(2024, 2, 29), "month_end", 1.0),
        (date(2023, 2, 26), "month_end", 1.0),
        (date(2024, 2, 26), "month_end", 0.0),
        (date(2024, 5, 3), "month_start", 1.0),
        (date(2024, 5, 15), "month_middle", 1.0),
        (date(2024, 10, 1), "holiday", 1.0),
        (date(2024, 10, 12), "makeup_workday", 1.0),
        (date(2024, 10, 19), "holiday", 0.0),  # an ordinary Saturday
        (date(2024, 9, 29), "before_holiday", 1.0),
        (date(2024, 9, 28), "before_holiday", 0.0),
        (date(2024, 10, 2), "before_holiday", 0.0),
        (date(2024, 2, 10), "spring_festival_after", 1.0),
        (date(2024, 2, 9), "spring_festival_days", 1.0),
        (date(2024, 2, 17), "spring_festival_days", 0.0),
        (date(2024, 1, 26), "spring_festival_before", 0.5),
        (date(2024, 3, 15), "spring_festival_after", 0.0),
        (date(2024, 6, 1), "june_18_season", 1.0),
        (date(2024, 6, 18), "june_18_peak", 1.0),
        (date(2024, 6, 21), "june_18_season", 0.0),
        (date(2024, 11, 11), "november_11_peak", 1.0),
        (date(2024, 11, 12), "november_11_season", 0.0),
    ],
)
def test_known_days_carry_their_mark(day: date, name: str, expected: float) -> None:
    assert value(day, name) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2035, 10, 1), 1.0),
        (date(2035, 2, 8), 1.0),  # Spring Festival of a year nobody has announced
        (date(2035, 2, 7), 1.0),
        (date(2035, 6, 10), 1.0),  # Dragon Boat festival, fifth day of the fifth month
        (date(2035, 3, 10), 0.0),
        (date(1999, 5, 1), 1.0),
    ],
)
def test_years_without_announced_holidays_use_the_statutory_dates(
    day: date, expected: float
) -> None:
    assert value(day, "holiday") == expected
    assert value(day, "makeup_workday") == 0.0


def test_years_beyond_the_lunar_tables_have_no_festival() -> None:
    far = calendar_features(date(2150, 1, 1), 90)

    assert not far[:, CALENDAR_FEATURES.index("spring_festival_before")].any()


def test_the_end_of_the_calendar_repeats_its_last_day() -> None:
    features = calendar_features(date(9999, 12, 30), 4)

    assert features[1:].tolist() == [features[1].tolist()] * 3


def test_an_instant_counts_as_its_day() -> None:
    instant = calendar_features(datetime(2024, 6, 18, 23, 59), 1)  # noqa: DTZ001

    assert np.array_equal(instant, calendar_features(date(2024, 6, 18), 1))


def test_chinese_columns_are_named_among_the_columns() -> None:
    assert set(CHINESE_FEATURES) < set(CALENDAR_FEATURES)
    assert "holiday" not in CHINESE_FEATURES
    assert "before_holiday" not in CHINESE_FEATURES


@given(st.dates(), st.integers(min_value=1, max_value=40))
@settings(max_examples=60)
def test_every_date_gives_finite_bounded_values(first_day: date, days: int) -> None:
    features = calendar_features(first_day, days)

    assert features.shape == (days, len(CALENDAR_FEATURES))
    assert np.isfinite(features).all()
    assert np.abs(features).max() <= 1.0
