"""On which day a monthly, quarterly or yearly bill falls, fitted to the days it was paid on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from forecast_service.domain.calendar_features import CALENDAR_FEATURES, calendar_features
from forecast_service.domain.periods import add_months

_DAYS_OF_MONTH = 31
_SATURDAY = 5
_MONTH_OFFSETS = (-1, 0, 1)
_HOLIDAY = CALENDAR_FEATURES.index("holiday")
_MAKEUP_WORKDAY = CALENDAR_FEATURES.index("makeup_workday")


class Roll(IntEnum):
    """What moves a due date that falls on a day off; in order of plainness."""

    NONE = 0
    WEEKEND = 1
    WORKDAY = 2
    """To the next workday of China's calendar, past holidays and make-up Saturdays included."""


@dataclass(frozen=True, slots=True)
class DueDay:
    """The fitted day of the month and how it rolls, with the misses of the days it was fitted to.

    `misses_days` is how much later (earlier, when negative) than due each past payment came.
    """

    day_of_month: int
    roll: Roll
    misses_days: tuple[int, ...] = (0,)

    def in_month_of(self, day: date, *, months: int = 0) -> date:
        """The due date in the month `months` after that of `day`."""
        number = _month_number(day) + months
        return date.fromordinal(int(_due_ordinals(number)[self.roll, self.day_of_month - 1]))

    def paid_month(self, day: date) -> date:
        """A day in the month whose bill a payment on `day` settled."""
        months = min(
            _MONTH_OFFSETS,
            key=lambda offset: abs((day - self.in_month_of(day, months=offset)).days),
        )
        return add_months(day.replace(day=1), months)


def fit_due_day(days: Sequence[date]) -> DueDay:
    """The rule with the least mean distance to the days; the plainest among equals."""
    ordinals = np.array([day.toordinal() for day in days])
    due = np.array(
        [[_due_ordinals(_month_number(day) + offset) for offset in _MONTH_OFFSETS] for day in days]
    )
    misses = ordinals[:, None, None, None] - due
    nearest = np.abs(misses).argmin(axis=1)[:, None]
    misses = np.take_along_axis(misses, nearest, axis=1)[:, 0]
    roll, index = np.unravel_index(np.abs(misses).mean(axis=0).argmin(), misses.shape[1:])
    return DueDay(
        day_of_month=int(index) + 1,
        roll=Roll(int(roll)),
        misses_days=tuple(int(miss) for miss in misses[:, roll, index]),
    )


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


@lru_cache(maxsize=4096)
def _due_ordinals(month_number: int) -> NDArray[np.int64]:
    """Ordinals [3, 31] of the due dates in a month, by roll and nominal day of the month."""
    first = date(month_number // 12, month_number % 12 + 1, 1)
    last = add_months(first, 1) - timedelta(days=1)
    nominal = [first.replace(day=min(day, last.day)) for day in range(1, _DAYS_OF_MONTH + 1)]
    rolled = (nominal, map(_past_weekend, nominal), map(_to_workday, nominal))
    return np.array([[day.toordinal() for day in days] for days in rolled])


def _past_weekend(day: date) -> date:
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= _SATURDAY else day


@lru_cache(maxsize=4096)
def _to_workday(day: date) -> date:
    while not _is_workday(day):
        day += timedelta(days=1)
    return day


def _is_workday(day: date) -> bool:
    features = calendar_features(day, 1)[0]
    if features[_MAKEUP_WORKDAY]:
        return True
    return day.weekday() < _SATURDAY and not features[_HOLIDAY]
