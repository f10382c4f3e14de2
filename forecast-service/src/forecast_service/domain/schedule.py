"""The bills of the coming days, and how they join the forecast of everything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecast_service.domain.blocks import Estimate
from forecast_service.domain.quantiles import NORMAL_90, NORMAL_975, FloatArray
from forecast_service.domain.recurring import Bill

# A bill whose past dates missed its fitted day by more than this may well come on another day.
_FIRM_ERROR_DAYS = 0.5


@dataclass(frozen=True, slots=True)
class BillSchedule:
    """Bills by day from the origin on; float64 [days] each, in major units.

    `amounts` is what falls due, `firm` the part of it whose day is certain, `variances` the
    squared deviation of the amounts.
    """

    amounts: FloatArray
    firm: FloatArray
    variances: FloatArray

    def joined(self, estimate: Estimate, *, start: int, end: int) -> Estimate:
        """The estimate of the rest for the days [start, end), with the bills due in them.

        Bills shift the band; their own deviation, independent of the rest's, widens it. The band
        of a single day reaches down to the amount without the bills that may come on another day.
        """
        amount = float(self.amounts[start:end].sum())
        variance = float(self.variances[start:end].sum())
        movable = amount - float(self.firm[start:end].sum()) if end - start == 1 else 0.0
        centre = estimate.predicted + amount
        down_80, up_80 = estimate.predicted - estimate.lower_80, estimate.upper_80
        down_95, up_95 = estimate.predicted - estimate.lower_95, estimate.upper_95
        up_80, up_95 = up_80 - estimate.predicted, up_95 - estimate.predicted
        wide_80, wide_95 = NORMAL_90**2 * variance, NORMAL_975**2 * variance
        return Estimate(
            predicted=centre,
            lower_80=max(centre - float(np.sqrt(down_80**2 + wide_80)) - movable, 0.0),
            upper_80=centre + float(np.sqrt(up_80**2 + wide_80)),
            lower_95=max(centre - float(np.sqrt(down_95**2 + wide_95)) - movable, 0.0),
            upper_95=centre + float(np.sqrt(up_95**2 + wide_95)),
        )


def schedule_of(
    bills: Sequence[Bill], *, origin: date, days: int, minor_per_major: int
) -> BillSchedule:
    """The bills' schedule for the `days` days from `origin` on."""
    amounts, firm, variances = np.zeros(days), np.zeros(days), np.zeros(days)
    for bill in bills:
        is_firm = bill.due_day is None or bill.due_day.mean_error_days <= _FIRM_ERROR_DAYS
        for due in bill.due_before(origin + timedelta(days=days)):
            index = (due - origin).days
            amounts[index] += bill.amount_minor / minor_per_major
            variances[index] += (bill.amount_deviation_minor / minor_per_major) ** 2
            if is_firm:
                firm[index] += bill.amount_minor / minor_per_major
    return BillSchedule(amounts=amounts, firm=firm, variances=variances)
