"""Linear regression on weekday and trend: the plain baseline."""

from __future__ import annotations

import numpy as np

from forecast_service.domain.blocks import Block, span_variance_days
from forecast_service.domain.quantiles import (
    STANDARD_NORMAL_QUANTILES,
    FloatArray,
    lognormal_quantiles,
    ordered,
)
from forecast_service.domain.series import BLOCK_DAYS, WINDOW_DAYS, Window

_WEEK_DAYS = 7
# Ridge penalty in observations: with few weeks known, weekdays shrink to the average.
_RIDGE = 4.0


def linear(window: Window) -> Block:
    """The next 28 days by ridge regression on the position in the week and a linear trend.

    The trend is held from the window's end on: the slope of sixteen weeks says nothing about the
    weeks to come. Residuals give Gaussian days, floored at 0.
    """
    observed = window.mask > 0
    level = window.daily_average
    past = _columns(np.arange(WINDOW_DAYS))[observed]
    deviation = window.amounts[observed] - level
    penalty = _RIDGE * np.eye(past.shape[1])
    weights = np.linalg.solve(past.T @ past + penalty, past.T @ deviation)
    ahead = _columns(WINDOW_DAYS + np.arange(BLOCK_DAYS))
    means = np.maximum(level + ahead @ weights, 0.0)
    variance = float(np.mean((deviation - past @ weights) ** 2))
    spread = variance * (span_variance_days(BLOCK_DAYS) + BLOCK_DAYS**2 / max(window.days, 1))
    daily = means[:, None] + np.sqrt(variance) * STANDARD_NORMAL_QUANTILES[None, :]
    return Block(
        daily_mean=means,
        daily_quantiles=ordered(daily),
        total_mean=float(means.sum()),
        total_quantiles=lognormal_quantiles(
            mean=float(means.sum()), standard_deviation=float(np.sqrt(spread))
        ),
    )


def _columns(days: FloatArray | np.ndarray[tuple[int], np.dtype[np.int64]]) -> FloatArray:
    """Seven weekday indicators and the trend, 0 at the window's end; float64 [days, 8]."""
    index = np.asarray(days, dtype=np.float64)
    weekday = (index[:, None] % _WEEK_DAYS) == np.arange(_WEEK_DAYS)[None, :]
    trend = np.minimum((index - WINDOW_DAYS) / WINDOW_DAYS, 0.0)
    return np.column_stack([weekday.astype(np.float64), trend])
