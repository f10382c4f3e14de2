"""Weekday climatology: the coming weeks as the last sixteen were."""

from __future__ import annotations

import numpy as np

from forecast_service.domain.blocks import Block, span_variance_days
from forecast_service.domain.quantiles import LEVELS, FloatArray, lognormal_quantiles
from forecast_service.domain.series import BLOCK_DAYS, WINDOW_DAYS, Window

_WEEK_DAYS = 7
# A value of the forecast day's own weekday counts five times: sixteen of them alone give ragged
# quantiles, all days alike lose the week's rhythm.
OWN_WEEKDAY_WEIGHT = 5.0


def weekday_quantiles(window: Window) -> FloatArray:
    """Quantiles [7, 9] by position in the week, row 0 being the weekday of the forecast's origin.

    Every observed day takes part, those of the row's own weekday with five times the weight. The
    quantile at level p is the smallest value whose midpoint rank (cumulated weight less half its
    own) reaches p; equal values count in the order of their weights.
    """
    observed = window.mask > 0
    values = window.amounts[observed]
    positions = (np.arange(WINDOW_DAYS) % _WEEK_DAYS)[observed]
    rows = []
    for weekday in range(_WEEK_DAYS):
        weights = np.where(positions == weekday, OWN_WEEKDAY_WEIGHT, 1.0)
        order = np.lexsort((weights, values))
        weights = weights[order]
        ranks = (np.cumsum(weights) - weights / 2.0) / weights.sum()
        chosen = np.minimum(np.searchsorted(ranks, LEVELS, side="left"), values.size - 1)
        rows.append(values[order][chosen])
    return np.array(rows)


def weekday_means(window: Window) -> FloatArray:
    """Mean spending [7] by position in the week, row 0 being the weekday of the origin."""
    weeks, mask = (array.reshape(-1, _WEEK_DAYS) for array in (window.amounts, window.mask))
    counts = mask.sum(axis=0)
    sums = (weeks * mask).sum(axis=0)
    return np.where(counts > 0, sums / np.maximum(counts, 1.0), window.daily_average)


def climatology(window: Window) -> Block:
    """What the window's own weekdays say about the next 28 days.

    The total's spread is that of 28 equally correlated days around their weekday means, widened
    for the level being known from finitely many days, and lognormal: never negative and skewed
    to the right, as totals are.
    """
    means = np.tile(weekday_means(window), BLOCK_DAYS // _WEEK_DAYS)
    total = float(means.sum())
    residual = (
        window.observed - np.tile(weekday_means(window), WINDOW_DAYS // _WEEK_DAYS)[window.mask > 0]
    )
    variance = float(np.mean(residual**2)) if window.days else 0.0
    spread = variance * (span_variance_days(BLOCK_DAYS) + BLOCK_DAYS**2 / max(window.days, 1))
    return Block(
        daily_mean=means,
        daily_quantiles=np.tile(weekday_quantiles(window), (BLOCK_DAYS // _WEEK_DAYS, 1)),
        total_mean=total,
        total_quantiles=lognormal_quantiles(mean=total, standard_deviation=float(np.sqrt(spread))),
    )
