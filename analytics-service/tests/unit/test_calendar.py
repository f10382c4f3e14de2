from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_service.domain.calendar import (
    MAX_PERIODS,
    DayRange,
    day_number,
    day_of,
    fitting_granularity,
    label_of,
    month_occurrences,
    periods,
    previous_range,
    weekday_occurrences,
    weekday_of,
    year_before,
)
from analytics_service.domain.errors import RangeTooLong


def span(first: str, end: str) -> DayRange:
    return DayRange(day_number(date.fromisoformat(first)), day_number(date.fromisoformat(end)))


def dates(given: DayRange) -> tuple[str, str]:
    return str(day_of(given.start)), str(day_of(given.end))


@pytest.mark.parametrize(
    ("day", "week"),
    [("2024-12-30", "2025-W01"), ("2021-01-03", "2020-W53"), ("2024-03-05", "2024-W10")],
)
def test_weeks_are_iso_weeks_at_the_turn_of_the_year_too(day: str, week: str) -> None:
    assert label_of("week", day_number(date.fromisoformat(day))) == week


def test_outer_periods_are_cut_to_the_range() -> None:
    given = span("2024-01-31", "2024-03-02")

    found = periods("month", given.start, given.end)

    assert [step.label for step in found] == ["2024-01", "2024-02", "2024-03"]
    assert [step.end - step.start for step in found] == [1, 29, 1]


@given(
    start=st.integers(0, 30_000),
    days=st.integers(0, 3_000),
    granularity=st.sampled_from(["day", "week", "month", "year"]),
)
def test_periods_cover_every_day_once_under_its_own_label(
    start: int, days: int, granularity: str
) -> None:
    found = periods(granularity, start, start + days)

    covered = [day for step in found for day in range(step.start, step.end)]
    assert covered == list(range(start, start + days))
    assert all(label_of(granularity, step.end - 1) == step.label for step in found)
    assert len({step.label for step in found}) == len(found)


def test_a_range_of_too_many_days_is_refused() -> None:
    with pytest.raises(RangeTooLong):
        periods("day", 0, MAX_PERIODS + 1)


def test_whole_months_are_preceded_by_whole_months() -> None:
    assert dates(previous_range(span("2024-03-01", "2024-04-01"))) == ("2024-02-01", "2024-03-01")
    assert dates(previous_range(span("2024-01-01", "2025-01-01"))) == ("2023-01-01", "2024-01-01")


def test_other_ranges_are_preceded_by_as_many_days() -> None:
    assert dates(previous_range(span("2024-03-04", "2024-03-11"))) == ("2024-02-26", "2024-03-04")


def test_the_year_before_a_leap_day_ends_in_february() -> None:
    assert dates(year_before(span("2024-02-29", "2024-03-05"))) == ("2023-02-28", "2023-03-05")


@given(start=st.integers(0, 30_000), days=st.integers(0, 900))
def test_occurrences_count_every_day_and_every_month_touched(start: int, days: int) -> None:
    given = DayRange(start, start + days)

    weekdays = [weekday_of(day) for day in range(start, start + days)]
    months = {
        (start_day.year, start_day.month) for start_day in map(day_of, range(start, start + days))
    }

    assert weekday_occurrences(given) == [weekdays.count(day) for day in range(7)]
    assert sum(month_occurrences(given)) == len(months)


def test_day_numbers_and_weekdays_agree_with_the_calendar() -> None:
    day = date(2024, 2, 29)

    assert day_of(day_number(day)) == day
    assert weekday_of(day_number(day)) == day.weekday()
    assert day_of(day_number(day) + 1) - day == timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "granularity"),
    [(0, "day"), (1, "day"), (400, "day"), (401, "week"), (2_795, "week"), (2_810, "month"),
     (20_000, "year")],
)  # fmt: skip
def test_the_finest_periods_that_a_screen_shows(days: int, granularity: str) -> None:
    start = day_number(date(2014, 12, 29))  # a Monday

    assert fitting_granularity(start, start + days) == granularity
