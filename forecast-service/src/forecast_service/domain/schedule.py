"""The bills of the coming days, and how they join the forecast of everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from forecast_service.domain.blocks import Estimate
from forecast_service.domain.quantiles import NORMAL_90, NORMAL_975, FloatArray
from forecast_service.domain.recurring import Bill

# Bills due so soon after the last day may be paid early, within it.
_EARLY_DAYS = 7
_PUNCTUAL = (0,)


@dataclass(frozen=True, slots=True)
class BillSchedule:
    """The coming payments of all bills; float64, amounts in major units.

    `paid_by` [payments, days + 1] is the probability that a payment was made before each day from
    the origin on: its due day moved by each of the past payments' misses, all equally likely, but
    never before the origin. `amounts` and `deviations` are [payments].
    """

    paid_by: FloatArray
    amounts: FloatArray
    deviations: FloatArray

    def joined(self, estimate: Estimate, *, start: int, end: int) -> Estimate:
        """The estimate of the rest for the days [start, end), with the bills paid in them.

        Each payment adds its amount times the probability that it falls into these days. What is
        uncertain about it, the amount and whether it falls into them at all, is independent of the
        rest and of the other bills, and widens the band by its variance.
        """
        share = self.paid_by[:, end] - self.paid_by[:, start]
        variance = share * self.deviations**2 + share * (1.0 - share) * self.amounts**2
        return _shifted(
            estimate, amount=float(share @ self.amounts), variance=float(variance.sum())
        )


def schedule_of(
    bills: Sequence[Bill], *, origin: date, days: int, minor_per_major: int
) -> BillSchedule:
    """The bills' schedule for the `days` days from `origin` on."""
    end = origin + timedelta(days=days + _EARLY_DAYS)
    dues = [(bill, (due - origin).days) for bill in bills for due in bill.due_before(end)]
    edges = np.arange(days + 1)
    paid_by = [_paid_by(bill, due_index, edges=edges) for bill, due_index in dues]
    return BillSchedule(
        paid_by=np.array(paid_by).reshape(len(dues), days + 1),
        amounts=np.array([bill.amount_minor for bill, _ in dues]) / minor_per_major,
        deviations=np.array([bill.amount_deviation_minor for bill, _ in dues]) / minor_per_major,
    )


def _paid_by(bill: Bill, due_index: int, *, edges: NDArray[np.int64]) -> FloatArray:
    misses = _PUNCTUAL if bill.due_day is None else bill.due_day.misses_days
    paid_on = np.sort(np.maximum(due_index + np.array(misses, dtype=np.int64), 0))
    return np.asarray(np.searchsorted(paid_on, edges, side="left") / len(misses))


def _shifted(estimate: Estimate, *, amount: float, variance: float) -> Estimate:
    """The estimate moved by `amount`, its band widened by an independent normal part."""
    centre = estimate.predicted + amount
    wide_80, wide_95 = NORMAL_90**2 * variance, NORMAL_975**2 * variance
    below_80 = sqrt((estimate.predicted - estimate.lower_80) ** 2 + wide_80)
    above_80 = sqrt((estimate.upper_80 - estimate.predicted) ** 2 + wide_80)
    below_95 = sqrt((estimate.predicted - estimate.lower_95) ** 2 + wide_95)
    above_95 = sqrt((estimate.upper_95 - estimate.predicted) ** 2 + wide_95)
    return Estimate(
        predicted=centre,
        lower_80=max(centre - below_80, 0.0),
        upper_80=centre + above_80,
        lower_95=max(centre - below_95, 0.0),
        upper_95=centre + above_95,
    )
