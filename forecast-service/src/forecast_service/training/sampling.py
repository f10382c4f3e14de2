"""Random training windows, with histories cut short as new users have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecast_service.training.shapes import (
    HORIZON_DAYS,
    SHORTEST_HISTORY_DAYS,
    WINDOW_DAYS,
    FloatArray,
)

EARLIEST_ORIGIN_DAYS = 28
SHORT_HISTORY_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class SeriesPool:
    """Series on one calendar: spending [series, days], calendar [days, C], share of the batches."""

    spending: FloatArray
    calendar: FloatArray
    last_day: int
    share: float


class TrainingBatch(NamedTuple):
    """history, mask [N, 112]; calendar [N, 28, C]; future [N, 28]; all float32."""

    history: FloatArray
    mask: FloatArray
    calendar: FloatArray
    future: FloatArray


def sample_batch(
    pools: Sequence[SeriesPool], rng: np.random.Generator, *, rows: int
) -> TrainingBatch:
    """Rows of one pool, drawn by the pools' shares; no horizon passes the pool's last day."""
    shares = np.array([pool.share for pool in pools])
    pool = pools[rng.choice(len(pools), p=shares / shares.sum())]
    series = rng.integers(len(pool.spending), size=rows)
    origins = rng.integers(EARLIEST_ORIGIN_DAYS, pool.last_day - HORIZON_DAYS + 1, size=rows)
    days = origins[:, None] + np.arange(-WINDOW_DAYS, HORIZON_DAYS)
    windows = pool.spending[series[:, None], np.maximum(days, 0)]
    mask = (days[:, :WINDOW_DAYS] >= 0) & _known_days(rng, rows)
    known = mask.astype(np.float32)
    return TrainingBatch(
        history=windows[:, :WINDOW_DAYS] * known,
        mask=known,
        calendar=pool.calendar[days[:, WINDOW_DAYS:]],
        future=windows[:, WINDOW_DAYS:],
    )


def _known_days(
    rng: np.random.Generator, rows: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    short = rng.random(rows) < SHORT_HISTORY_SHARE
    cut = rng.integers(SHORTEST_HISTORY_DAYS, WINDOW_DAYS, size=rows)
    known = np.where(short, cut, WINDOW_DAYS)
    visible: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (
        np.arange(WINDOW_DAYS) >= WINDOW_DAYS - known[:, None]
    )
    return visible


def household_groups(spending: FloatArray, *, count: int, rng: np.random.Generator) -> FloatArray:
    """Sums of 2 to 39 random households: denser series than any single one."""
    groups = [
        spending[rng.choice(len(spending), rng.integers(2, 40), replace=False)].sum(axis=0)
        for _ in range(count)
    ]
    return np.stack(groups)
