"""What a method says about 28 days, and how such blocks become days, weeks, months and years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast_service.domain.quantiles import Bands, FloatArray, bands_of
from forecast_service.domain.series import BLOCK_DAYS

# Correlation of two days' errors of one user, and how much wider a block gets for each block that
# lies between it and the history. Both measured on the 252 days after the first 112 of 1,222
# households (bench/aggregation.py): the root mean square error of n-day totals relative to 28-day
# ones was .40, 1.75, 3.12 and 6.56 for n = 7, 56, 112 and 252; these two numbers give .43, 1.68,
# 3.07 and 6.88. Days summed as if independent would give .50, 1.41, 2.00 and 3.00.
DAY_CORRELATION = 0.02
GROWTH_PER_BLOCK = 0.04


@dataclass(frozen=True, slots=True)
class Block:
    """One method's statement about 28 days; float64, major units, none missing.

    `daily_mean` [28], `daily_quantiles` [28, 9] and `total_quantiles` [9] at levels .1 to .9,
    `total_mean` the mean of the 28-day total from a head of its own.
    """

    daily_mean: FloatArray
    daily_quantiles: FloatArray
    total_mean: float
    total_quantiles: FloatArray


@dataclass(frozen=True, slots=True)
class Estimate:
    """A predicted amount with its bands, in major units; lower <= predicted <= upper."""

    predicted: float
    lower_80: float
    upper_80: float
    lower_95: float
    upper_95: float


def blend(blocks: Sequence[Block]) -> Block:
    """The equally weighted mean of several methods, level by level (Vincent averaging)."""
    return Block(
        daily_mean=np.mean([block.daily_mean for block in blocks], axis=0),
        daily_quantiles=np.mean([block.daily_quantiles for block in blocks], axis=0),
        total_mean=float(np.mean([block.total_mean for block in blocks])),
        total_quantiles=np.mean([block.total_quantiles for block in blocks], axis=0),
    )


def span_variance_days(days: FloatArray | float) -> FloatArray:
    """The variance of a sum of n equally correlated days, in units of one day's variance."""
    n = np.asarray(days, dtype=np.float64)
    return np.asarray(n * (1.0 - DAY_CORRELATION) + n * n * DAY_CORRELATION)


class BlockForecast:
    """Consecutive 28-day blocks from the origin on, read day by day or span by span.

    Quantiles do not add up: the days of one block share the uncertainty about the user's level,
    so neither summing daily quantiles (too wide) nor summing variances as if days were independent
    (too narrow) is right. The width of a span therefore comes from the blocks' total heads: each
    block's distance between centre and band is spread over its days as if they had one pairwise
    correlation, and summed with that correlation over the whole span, across blocks too. Exactly
    28 days of one block give back the total head itself.
    """

    def __init__(self, blocks: Sequence[Block], *, stale_blocks: float = 0.0) -> None:
        self._means = np.concatenate([_consistent_days(block) for block in blocks])
        growth = 1.0 + GROWTH_PER_BLOCK * (np.arange(len(blocks)) + stale_blocks)
        self._day_growth = np.repeat(growth, BLOCK_DAYS)
        daily = np.concatenate([block.daily_quantiles for block in blocks])
        self._day_offsets = _offsets(bands_of(daily), self._means) * self._day_growth
        totals = np.array([block.total_quantiles for block in blocks])
        centres = np.array([block.total_mean for block in blocks])
        unit = float(np.sqrt(span_variance_days(BLOCK_DAYS)))
        self._unit_offsets = _offsets(bands_of(totals), centres) * growth / unit

    @property
    def daily_means(self) -> FloatArray:
        """Expected spending [days] by day; each block's days sum to its total head."""
        return self._means

    def day(self, index: int) -> Estimate:
        """The estimate of the single day `index` days after the origin, by the daily heads."""
        return _estimate(float(self._means[index]), self._day_offsets[:, index])

    def span(self, start: int, end: int) -> Estimate:
        """The estimate of the sum of the days [start, end) counted from the origin."""
        edges = np.arange(self._unit_offsets.shape[1] + 1) * BLOCK_DAYS
        days = np.clip(np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1]), 0, None)
        units = self._unit_offsets
        own = (days * units**2).sum(axis=1)
        shared = (days * units).sum(axis=1) ** 2
        widths = np.sqrt((1.0 - DAY_CORRELATION) * own + DAY_CORRELATION * shared)
        return _estimate(float(self._means[start:end].sum()), widths)


def _consistent_days(block: Block) -> FloatArray:
    """The daily means, scaled so that they sum to the total head; level where they are all 0."""
    total = float(block.daily_mean.sum())
    if total <= 0.0:
        return np.full(BLOCK_DAYS, block.total_mean / BLOCK_DAYS)
    return np.asarray(block.daily_mean / total * block.total_mean)


def _offsets(bands: Bands, centre: FloatArray) -> FloatArray:
    """Distances [4, n] from the centre: down 80, up 80, down 95, up 95; none negative."""
    rows = [
        centre - bands.lower_80,
        bands.upper_80 - centre,
        centre - bands.lower_95,
        bands.upper_95 - centre,
    ]
    return np.maximum(np.array(rows), 0.0)


def _estimate(centre: float, offsets: FloatArray) -> Estimate:
    down_80, up_80, down_95, up_95 = (float(value) for value in offsets)
    return Estimate(
        predicted=centre,
        lower_80=max(centre - down_80, 0.0),
        upper_80=centre + up_80,
        lower_95=max(centre - max(down_95, down_80), 0.0),
        upper_95=centre + max(up_95, up_80),
    )
