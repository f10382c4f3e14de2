"""What the service answers and keeps: amounts in minor units, ready for the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forecast_service.domain.blocks import Estimate


@dataclass(frozen=True, slots=True)
class Amounts:
    """A predicted amount and its bands in minor units; lower <= predicted <= upper."""

    predicted_minor: int
    lower_80_minor: int
    upper_80_minor: int
    lower_95_minor: int
    upper_95_minor: int

    @classmethod
    def of(cls, estimate: Estimate, *, minor_per_major: int) -> Amounts:
        """The estimate rounded to minor units; rounding keeps the order."""
        return cls(
            predicted_minor=round(estimate.predicted * minor_per_major),
            lower_80_minor=round(estimate.lower_80 * minor_per_major),
            upper_80_minor=round(estimate.upper_80 * minor_per_major),
            lower_95_minor=round(estimate.lower_95 * minor_per_major),
            upper_95_minor=round(estimate.upper_95 * minor_per_major),
        )


@dataclass(frozen=True, slots=True)
class ForecastItem:
    """What will be spent in the days [start, end)."""

    start: date
    end: date
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class RecurringItem:
    """A recurring bill as the user sees it."""

    payee: str
    next_date: date
    amount_minor: int
    interval: str
    category_id: int | None
    last_date: date
    occurrences: int
    price_change: float | None
