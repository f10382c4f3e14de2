"""What is known about a day before it comes: the calendar columns of the spending model.

The order of `CALENDAR_FEATURES` is part of a model version: it is written beside the weights, and
a version that names other columns is refused by its caller. New columns are added at the end.
"""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import chinese_calendar
import numpy as np
from lunardate import LunarDate
from numpy.typing import NDArray

CALENDAR_FEATURES: tuple[str, ...] = (
    *(f"weekday_{day}" for day in range(7)),
    "month_sin",
    "month_cos",
    "half_month_sin",
    "half_month_cos",
    "month_start",
    "month_middle",
    "month_end",
    "holiday",
    "makeup_workday",
    "before_holiday",
    "spring_festival_before",
    "spring_festival_days",
    "spring_festival_after",
    "june_18_season",
    "june_18_peak",
    "november_11_season",
    "november_11_peak",
)
# Only meaningful where China's calendar rules; series from elsewhere are trained with them at 0.
CHINESE_FEATURES: tuple[str, ...] = (
    "makeup_workday",
    *CALENDAR_FEATURES[CALENDAR_FEATURES.index("spring_festival_before") :],
)

MEAN_MONTH_DAYS = 30.4
BEFORE_HOLIDAY_DAYS = 2
SPRING_FESTIVAL_RAMP_DAYS = 30
SPRING_FESTIVAL_EVE_OFFSET = -1
SPRING_FESTIVAL_LAST_OFFSET = 6
LUNAR_FESTIVALS = ((5, 5), (8, 15))
SOLAR_HOLIDAYS = frozenset(
    {
        (1, 1),
        (4, 4),
        (4, 5),
        *((5, day) for day in range(1, 6)),
        *((10, day) for day in range(1, 8)),
    }
)
_LAST_ORDINAL = date.max.toordinal()


class _DayKind(NamedTuple):
    holiday: bool
    makeup_workday: bool


def calendar_features(first_day: date, days: int) -> NDArray[np.float32]:
    """Calendar columns of consecutive days: float32 [days, len(CALENDAR_FEATURES)], oldest first.

    All values are finite and lie in [-1, 1]. Announced Chinese holidays and make-up workdays come
    from chinesecalendar; for years that it does not cover the statutory dates stand in (without
    make-up workdays), and beyond the lunar tables (1900 to 2099) the festival columns are 0.
    Never raises for a valid date; days past the year 9999 repeat its last day.
    """
    rows = [_features_of(day) for day in _consecutive(first_day, days)]
    return np.asarray(rows, dtype=np.float32).reshape(len(rows), len(CALENDAR_FEATURES))


def _consecutive(first_day: date, days: int) -> Iterator[date]:
    start = date(first_day.year, first_day.month, first_day.day).toordinal()
    return (date.fromordinal(min(start + offset, _LAST_ORDINAL)) for offset in range(days))


@lru_cache(maxsize=4096)
def _features_of(day: date) -> tuple[float, ...]:
    kind = _day_kind(day)
    return (
        *(float(day.weekday() == weekday) for weekday in range(7)),
        *_month_position(day),
        float(kind.holiday),
        float(kind.makeup_workday),
        float(not kind.holiday and _holiday_follows(day)),
        *_spring_festival(day),
        *_shopping_seasons(day),
    )


def _month_position(day: date) -> tuple[float, ...]:
    angle = 2 * np.pi * day.day / MEAN_MONTH_DAYS
    days_left = _days_in_month(day) - day.day
    return (
        float(np.sin(angle)),
        float(np.cos(angle)),
        float(np.sin(2 * angle)),
        float(np.cos(2 * angle)),
        float(day.day <= 3),  # noqa: PLR2004 - rent, wages and card bills gather here
        float(14 <= day.day <= 16),  # noqa: PLR2004 - the second pay day of many employers
        float(days_left < 3),  # noqa: PLR2004
    )


def _days_in_month(day: date) -> int:
    if day.month == 12:  # noqa: PLR2004 - the next month would leave the year 9999
        return 31
    return (day.replace(month=day.month + 1, day=1) - day.replace(day=1)).days


@lru_cache(maxsize=4096)
def _day_kind(day: date) -> _DayKind:
    try:
        off_work, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:  # a year that has not been announced yet, or before 2004
        return _DayKind(holiday=_is_statutory_holiday(day), makeup_workday=False)
    return _DayKind(
        holiday=off_work and name is not None, makeup_workday=not off_work and name is not None
    )


def _is_statutory_holiday(day: date) -> bool:
    if (day.month, day.day) in SOLAR_HOLIDAYS:
        return True
    festival = _spring_festival_offset(day)
    if (
        festival is not None
        and SPRING_FESTIVAL_EVE_OFFSET <= festival <= SPRING_FESTIVAL_LAST_OFFSET
    ):
        return True
    return any(
        _lunar_day(day.year, month, day_of_month) == day for month, day_of_month in LUNAR_FESTIVALS
    )


def _holiday_follows(day: date) -> bool:
    start = day.toordinal()
    return any(
        _day_kind(date.fromordinal(min(start + ahead, _LAST_ORDINAL))).holiday
        for ahead in range(1, BEFORE_HOLIDAY_DAYS + 1)
    )


@lru_cache(maxsize=1024)
def _lunar_day(year: int, month: int, day: int) -> date | None:
    try:
        solar: date = LunarDate(year, month, day).to_solar_date()
    except ValueError:  # outside 1900 to 2099
        return None
    return solar


def _spring_festival_offset(day: date) -> int | None:
    """Days since the nearest Spring Festival (negative before it), None where none is known."""
    offsets = [
        day.toordinal() - festival.toordinal()
        for year in (day.year - 1, day.year, day.year + 1)
        if (festival := _lunar_day(year, 1, 1)) is not None
    ]
    return min(offsets, key=abs, default=None)


def _spring_festival(day: date) -> tuple[float, float, float]:
    """Ramps of 30 days up to and away from the first day of the lunar year, and the week itself."""
    offset = _spring_festival_offset(day)
    if offset is None:
        return (0.0, 0.0, 0.0)
    nearness = max(0.0, 1.0 - abs(offset) / SPRING_FESTIVAL_RAMP_DAYS)
    in_festival = SPRING_FESTIVAL_EVE_OFFSET <= offset <= SPRING_FESTIVAL_LAST_OFFSET
    return (
        nearness if offset < 0 else 0.0,
        float(in_festival),
        nearness if offset >= 0 else 0.0,
    )


def _shopping_seasons(day: date) -> tuple[float, float, float, float]:
    """618 (from June 1) and 双11 (from October 20), and the days when most of it is paid."""
    month_day = (day.month, day.day)
    return (
        float((6, 1) <= month_day <= (6, 20)),
        float((6, 16) <= month_day <= (6, 18)),
        float((10, 20) <= month_day <= (11, 11)),
        float(month_day in {(10, 31), (11, 1), (11, 10), (11, 11)}),
    )
