"""The figures of a period as the neighbours give them. Amounts are in major units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from report_service.domain.report import Period


class Granularity(StrEnum):
    """The width of one point of the trend."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Leader:
    """The category or merchant on which most was spent; code names a default category."""

    name: str
    amount: float
    share: float
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """The period in one line. change_ratio is None where there is nothing to compare with.

    previous is the stretch compared with: a whole month is compared with the month before.
    """

    total: float
    count: int
    daily_average: float
    previous: Period | None
    previous_total: float | None
    change_ratio: float | None
    top_category: Leader | None
    top_merchant: Leader | None
    currency: str
    other_currencies: Mapping[str, int] = field(default_factory=dict)
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The spending of one day, month or year; start is its first day."""

    start: date
    amount: float
    count: int


@dataclass(frozen=True, slots=True)
class Trend:
    """Points without gaps. They may reach back before the period to give it a background."""

    granularity: Granularity
    points: tuple[TrendPoint, ...]


@dataclass(frozen=True, slots=True)
class CategoryShare:
    """The part of one top category in the total; share is between 0 and 1."""

    category_id: str | None
    name: str
    code: str | None
    amount: float
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class RankedItem:
    """A merchant, or a single expense (then day and perhaps a category are known)."""

    name: str
    amount: float
    count: int
    share: float
    day: date | None = None
    category_code: str | None = None
    category_id: str | None = None


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """The expected spending of one day (or of the whole horizon) with its two bands."""

    day: date
    amount: float
    lower_80: float
    upper_80: float
    lower_95: float
    upper_95: float


@dataclass(frozen=True, slots=True)
class ReportCard:
    """How earlier forecasts fared. Errors are ratios; None where they cannot be given."""

    origins: int
    hits_80: int
    error_ratio: float | None
    mean_absolute_error: float
    average_error_ratio: float | None
    better_than_average: bool


@dataclass(frozen=True, slots=True)
class RecurringPayment:
    """A bill that comes back, and when it is next due."""

    payee: str
    next_day: date
    amount: float
    interval: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """What comes next, in the days of covers, with the days before it as background."""

    covers: Period
    items: tuple[ForecastPoint, ...]
    total: ForecastPoint
    card: ReportCard | None
    recurring: tuple[RecurringPayment, ...]
    history: tuple[TrendPoint, ...]
    model_version: str


class MissingForecast(StrEnum):
    """Why there is no forecast."""

    NOT_ENOUGH_HISTORY = "not-enough-history"
    UNAVAILABLE = "unavailable"
    FILTERED = "filtered"
    OTHER_CURRENCY = "other-currency"


@dataclass(frozen=True, slots=True)
class Figures:
    """All that one report prints. A part is empty or None where its section was not asked for."""

    period: Period
    overview: Overview
    trend: Trend | None
    categories: tuple[CategoryShare, ...]
    merchants: tuple[RankedItem, ...]
    expenses: tuple[RankedItem, ...]
    forecast: Forecast | MissingForecast | None
