"""A user's daily net spending, and the window that forecasts look back on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecast_service.domain.quantiles import FloatArray

WINDOW_DAYS = 112
BLOCK_DAYS = 28
MIN_MODEL_HISTORY_DAYS = 28
_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Window:
    """The last 112 days before a forecast begins.

    `amounts` and `mask` are float64 of shape [112], oldest day first, in major units; days before
    the first purchase have amount 0 and mask 0. `stale_days` is how many whole weeks (in days) lie
    between the window's end and the forecast's origin because nothing has been imported for them.
    """

    amounts: FloatArray
    mask: FloatArray
    stale_days: int = 0

    @property
    def days(self) -> int:
        """How many of the 112 days were observed."""
        return int(self.mask.sum())

    @property
    def observed(self) -> FloatArray:
        """The observed amounts, oldest first."""
        return self.amounts[self.mask > 0]

    @property
    def daily_average(self) -> float:
        """The mean of the observed days, 0 when none was observed."""
        return float(self.observed.mean()) if self.days else 0.0


@dataclass(frozen=True, slots=True)
class DailySeries:
    """Net spending by local day, gapless from `first_day`; float64 [days] in major units."""

    first_day: date
    amounts: FloatArray

    @classmethod
    def of(cls, totals: Mapping[date, float], *, first_day: date, last_day: date) -> DailySeries:
        """The series from `first_day` to `last_day` inclusive; days without a total are 0."""
        amounts = np.zeros(max((last_day - first_day).days + 1, 0))
        for day, amount in totals.items():
            index = (day - first_day).days
            if 0 <= index < amounts.size:
                amounts[index] = max(amount, 0.0)
        return cls(first_day=first_day, amounts=amounts)

    @property
    def end(self) -> date:
        """The first day after the series."""
        return self.first_day + timedelta(days=int(self.amounts.size))

    def minus(self, other: Mapping[date, float]) -> DailySeries:
        """The series less these amounts, never below 0."""
        amounts = self.amounts.copy()
        for day, amount in other.items():
            index = (day - self.first_day).days
            if 0 <= index < amounts.size:
                amounts[index] = max(amounts[index] - amount, 0.0)
        return DailySeries(first_day=self.first_day, amounts=amounts)

    def total(self, start: date, end: date) -> float:
        """What was spent in [start, end)."""
        low = max((start - self.first_day).days, 0)
        high = max((end - self.first_day).days, 0)
        return float(self.amounts[low:high].sum())

    def history_days(self, origin: date) -> int:
        """How many days before `origin` the series covers."""
        return max((min(origin, self.end) - self.first_day).days, 0)

    def window(self, origin: date) -> Window:
        """The 112 days before `origin`.

        Whole weeks at the end for which nothing has been imported are not zero spending: the
        window then ends that many weeks earlier. Whole weeks, because position i of the window
        and day i of the forecast have to fall on one weekday.
        """
        gap = max((origin - self.end).days, 0)
        stale_days = gap - gap % _WEEK_DAYS
        stop = (origin - self.first_day).days - stale_days
        start = stop - WINDOW_DAYS
        amounts, mask = np.zeros(WINDOW_DAYS), np.zeros(WINDOW_DAYS)
        taken = self.amounts[max(start, 0) : max(stop, 0)]
        offset = max(-start, 0)
        amounts[offset : offset + taken.size] = taken
        mask[offset:] = 1.0
        return Window(amounts=amounts, mask=mask, stale_days=stale_days)
