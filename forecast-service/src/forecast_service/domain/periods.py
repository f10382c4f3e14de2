"""Day, week, month and year: the spans that a forecast's items cover."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from forecast_service.domain.errors import InvalidHorizon


class Period(StrEnum):
    """How long one item of a forecast is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


DEFAULT_HORIZON = {Period.DAY: 28, Period.WEEK: 4, Period.MONTH: 3, Period.YEAR: 1}
MAX_HORIZON = {Period.DAY: 366, Period.WEEK: 52, Period.MONTH: 24, Period.YEAR: 2}
_MONTHS = {Period.MONTH: 1, Period.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Span:
    """The days [start, end) of one item."""

    start: date
    end: date


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day where it is shorter."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))


def item_spans(period: Period, *, origin: date, horizon: int) -> tuple[Span, ...]:
    """`horizon` spans that follow one another from `origin`, each one period long.

    They start at the origin and not at a calendar week or month, so that every item is wholly a
    forecast and two items of one answer are comparable.

    Raises:
        InvalidHorizon: horizon is below 1 or beyond what MAX_HORIZON allows.
    """
    if not 1 <= horizon <= MAX_HORIZON[period]:
        raise InvalidHorizon(f"horizon must be 1 to {MAX_HORIZON[period]} for period {period}.")
    edges = [_edge(period, origin=origin, index=index) for index in range(horizon + 1)]
    return tuple(Span(start, end) for start, end in pairwise(edges))


def _edge(period: Period, *, origin: date, index: int) -> date:
    if period in _MONTHS:
        return add_months(origin, index * _MONTHS[period])
    return origin + timedelta(days=index * (7 if period is Period.WEEK else 1))
