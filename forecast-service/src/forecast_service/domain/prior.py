"""What can be said with less than four weeks of data: little, and with a wide band."""

from __future__ import annotations

import numpy as np

from forecast_service.domain.blocks import Block
from forecast_service.domain.quantiles import LEVELS
from forecast_service.domain.series import BLOCK_DAYS, Window

_MIN_LEVEL_DAYS = 7
_KNOWN_DAYS = (1, 3, 7, 14, 21)
# Quantiles .1 to .9 of (next 28 days) / (28 x mean of the days known, at least a week of them),
# over ten starting days of each of 1,222 households (bench/aggregation.py makes them again).
_TOTAL_RATIOS = np.array(
    [
        [0.50, 0.83, 1.25, 1.75, 2.42, 3.32, 4.68, 7.15, 12.93],
        [0.40, 0.65, 0.90, 1.21, 1.59, 2.09, 2.86, 4.17, 7.34],
        [0.26, 0.42, 0.56, 0.71, 0.88, 1.07, 1.38, 1.90, 3.21],
        [0.33, 0.52, 0.66, 0.80, 0.96, 1.15, 1.41, 1.85, 2.99],
        [0.36, 0.55, 0.70, 0.84, 0.98, 1.15, 1.38, 1.75, 2.70],
    ]
)
_MEDIAN = 4


def population_prior(window: Window) -> Block:
    """The next 28 days by what other households did after so few days.

    The centre is the median of the population: its mean is ruled by a few who had just begun.
    Single days are exponential, the least committed distribution with a known mean.
    """
    known_days = max(window.days, 1)
    level = float(window.observed.sum()) / max(known_days, _MIN_LEVEL_DAYS)
    ratios = np.array(
        [np.interp(known_days, _KNOWN_DAYS, column) for column in _TOTAL_RATIOS.T], dtype=np.float64
    )
    total_mean = level * BLOCK_DAYS * float(ratios[_MEDIAN])
    daily_mean = total_mean / BLOCK_DAYS
    return Block(
        daily_mean=np.full(BLOCK_DAYS, daily_mean),
        daily_quantiles=np.tile(-np.log1p(-LEVELS) * daily_mean, (BLOCK_DAYS, 1)),
        total_mean=total_mean,
        total_quantiles=level * BLOCK_DAYS * ratios,
    )
