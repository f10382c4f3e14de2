from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast_service.domain.errors import InvalidHorizon, NotEnoughHistory, OriginOutOfRange
from forecast_service.domain.origin import checked_origin, default_origin, local_today
from forecast_service.domain.periods import MAX_HORIZON, Period, add_months, item_spans

TODAY = date(2024, 6, 1)


@pytest.mark.parametrize(
    ("age_days", "origin"),
    [(0, TODAY), (34, TODAY), (35, date(2024, 4, 28)), (400, date(2023, 4, 29)), (-3, TODAY)],
)
def test_origin_is_today_unless_the_data_is_35_days_old(age_days: int, origin: date) -> None:
    assert default_origin(today=TODAY, last_purchase=TODAY - timedelta(days=age_days)) == origin


def test_an_origin_needs_a_purchase_before_it_and_none_too_far_away() -> None:
    first, last = date(2024, 1, 1), date(2024, 5, 1)
    with pytest.raises(NotEnoughHistory):
        checked_origin(first, first_purchase=first, last_purchase=last)
    with pytest.raises(OriginOutOfRange):
        checked_origin(date(2025, 5, 3), first_purchase=first, last_purchase=last)
    assert checked_origin(date(2025, 5, 2), first_purchase=first, last_purchase=last)


def test_today_depends_on_the_time_zone() -> None:
    now = datetime(2024, 5, 31, 17, 0, tzinfo=UTC)

    assert local_today(now, "Asia/Shanghai") == date(2024, 6, 1)
    assert local_today(now, "Europe/London") == date(2024, 5, 31)


def test_months_from_the_31st_end_with_short_months() -> None:
    spans = item_spans(Period.MONTH, origin=date(2024, 1, 31), horizon=3)

    assert [span.start for span in spans] == [
        date(2024, 1, 31),
        date(2024, 2, 29),
        date(2024, 3, 31),
    ]
    assert spans[-1].end == date(2024, 4, 30)


@given(
    st.sampled_from(list(Period)),
    st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    st.integers(1, 400),
)
def test_spans_follow_one_another_without_gap(period: Period, origin: date, horizon: int) -> None:
    if horizon > MAX_HORIZON[period]:
        with pytest.raises(InvalidHorizon):
            item_spans(period, origin=origin, horizon=horizon)
        return
    spans = item_spans(period, origin=origin, horizon=horizon)

    assert spans[0].start == origin
    assert len(spans) == horizon
    assert all(a.end == b.start for a, b in pairwise(spans))
    assert all(span.start < span.end for span in spans)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(-50, 50))
def test_adding_months_lands_in_the_right_month(day: date, months: int) -> None:
    moved = add_months(day, months)

    distance = (moved.year - day.year) * 12 + moved.month - day.month
    assert distance == months
    assert moved.day <= day.day
