"""The report card: what earlier forecasts of the same series would have said, and what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forecast_service.domain.answers import Amounts
from forecast_service.domain.series import BLOCK_DAYS, MIN_MODEL_HISTORY_DAYS, DailySeries

REPORT_CARD_ORIGINS = 3
MAX_ORIGINS = 6


@dataclass(frozen=True, slots=True)
class BackTest:
    """One earlier origin: the 28-day total foretold, the truth, and the user's plain average.

    All amounts are in minor units; `average_minor` is 28 times the mean day of the 112 days before.
    """

    origin: date
    amounts: Amounts
    actual_minor: int
    average_minor: int

    @property
    def end(self) -> date:
        """The first day after the 28 that were foretold."""
        return self.origin + timedelta(days=BLOCK_DAYS)

    @property
    def error_minor(self) -> int:
        """Predicted less actual."""
        return self.amounts.predicted_minor - self.actual_minor

    @property
    def average_error_minor(self) -> int:
        """The plain average less actual."""
        return self.average_minor - self.actual_minor

    @property
    def in_80(self) -> bool:
        """Whether the truth fell into the 80 % band."""
        return self.amounts.lower_80_minor <= self.actual_minor <= self.amounts.upper_80_minor

    @property
    def in_95(self) -> bool:
        """Whether the truth fell into the 95 % band."""
        return self.amounts.lower_95_minor <= self.actual_minor <= self.amounts.upper_95_minor


@dataclass(frozen=True, slots=True)
class Summary:
    """Several back-tests in a line: mean absolute errors in minor units, and band hits."""

    origins: int
    mean_absolute_error_minor: float
    average_mean_absolute_error_minor: float
    mean_actual_minor: float
    hits_80: int
    hits_95: int

    @property
    def error_percent(self) -> float | None:
        """The mean absolute error in per cent of the mean actual total; None when that is 0."""
        return percent(self.mean_absolute_error_minor, self.mean_actual_minor)

    @property
    def average_error_percent(self) -> float | None:
        """The same for the plain average."""
        return percent(self.average_mean_absolute_error_minor, self.mean_actual_minor)

    @property
    def better_than_average(self) -> bool:
        """Whether the forecast erred no more than the plain average did."""
        return self.mean_absolute_error_minor <= self.average_mean_absolute_error_minor


def percent(error_minor: float, actual_minor: float) -> float | None:
    """The absolute error in per cent of the actual amount; None when that is 0."""
    return abs(error_minor) / actual_minor * 100.0 if actual_minor > 0 else None


def back_test_origins(series: DailySeries, *, origin: date, count: int) -> tuple[date, ...]:
    """Up to `count` origins 28 days apart whose 28 days lie wholly before `origin`, latest first.

    Each has at least 28 days of history, and its 28 days have wholly been imported.
    """
    last_known = min(origin, series.end)
    origins = (last_known - timedelta(days=BLOCK_DAYS * (k + 1)) for k in range(count))
    return tuple(day for day in origins if series.history_days(day) >= MIN_MODEL_HISTORY_DAYS)


def summary_of(tests: Sequence[BackTest]) -> Summary | None:
    """The back-tests in a line; None when there is none."""
    if not tests:
        return None
    count = len(tests)
    return Summary(
        origins=count,
        mean_absolute_error_minor=sum(abs(test.error_minor) for test in tests) / count,
        average_mean_absolute_error_minor=(
            sum(abs(test.average_error_minor) for test in tests) / count
        ),
        mean_actual_minor=sum(test.actual_minor for test in tests) / count,
        hits_80=sum(test.in_80 for test in tests),
        hits_95=sum(test.in_95 for test in tests),
    )
