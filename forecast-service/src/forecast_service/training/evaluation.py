"""Figures of a forecast on held-out households, beside two that need no model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from forecast_service.training.shapes import (
    HORIZON_DAYS,
    QUANTILES,
    WEEK_DAYS,
    WINDOW_DAYS,
    FloatArray,
)

FINAL_ORIGINS = (281, 309, 337)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Money, float32; quantiles in the order of `QUANTILES`.

    daily_quantiles [N, 28, 9], daily_mean [N, 28], total_quantiles [N, 9], total_mean [N].
    """

    daily_quantiles: FloatArray
    daily_mean: FloatArray
    total_quantiles: FloatArray
    total_mean: FloatArray


@dataclass(frozen=True, slots=True)
class Figures:
    """wql: weighted quantile loss, 2 x pinball / actual; wape: absolute error / actual."""

    wql_days: float
    wql_total: float
    cov80_total: float
    wape_total: float


Forecaster = Callable[[FloatArray, FloatArray, FloatArray], Forecast]


def evaluate(
    forecaster: Forecaster,
    spending: FloatArray,
    calendar: FloatArray,
    *,
    origins: Sequence[int] = FINAL_ORIGINS,
    known_days: int = WINDOW_DAYS,
) -> Figures:
    """Pooled figures over all series and origins; `known_days` cuts the histories short."""
    parts = []
    for origin in origins:
        history = spending[:, origin - WINDOW_DAYS : origin].copy()
        mask = np.ones_like(history)
        mask[:, : WINDOW_DAYS - known_days] = 0.0
        days = np.broadcast_to(
            calendar[origin : origin + HORIZON_DAYS],
            (len(spending), HORIZON_DAYS, calendar.shape[1]),
        )
        forecast = forecaster(history * mask, mask, days)
        parts.append((spending[:, origin : origin + HORIZON_DAYS], forecast))
    return _figures(parts)


def _figures(parts: Sequence[tuple[FloatArray, Forecast]]) -> Figures:
    actual = np.concatenate([future for future, _ in parts])
    daily = np.concatenate([forecast.daily_quantiles for _, forecast in parts])
    quantiles = np.concatenate([forecast.total_quantiles for _, forecast in parts])
    total_mean = np.concatenate([forecast.total_mean for _, forecast in parts])
    total = actual.sum(axis=1)
    inside = (total >= quantiles[:, 0]) & (total <= quantiles[:, -1])
    return Figures(
        wql_days=weighted_quantile_loss(actual, daily),
        wql_total=weighted_quantile_loss(total, quantiles),
        cov80_total=float(inside.mean()),
        wape_total=float(np.abs(total - total_mean).sum() / total.sum()),
    )


def weighted_quantile_loss(actual: FloatArray, quantiles: FloatArray) -> float:
    """2 x summed pinball, averaged over the nine levels, divided by the summed actual values."""
    levels = np.asarray(QUANTILES)
    error = actual[..., None].astype(np.float64) - quantiles
    pinball = np.maximum(levels * error, (levels - 1) * error).mean(axis=-1)
    return float(2 * pinball.sum() / actual.sum())


def weekday_climatology(history: FloatArray, mask: FloatArray, _: FloatArray) -> Forecast:
    """Each weekday's own empirical quantiles; the total resamples the window's 4-week sums."""
    rows = len(history)
    weeks = history.reshape(rows, -1, WEEK_DAYS)
    seen = mask.reshape(rows, -1, WEEK_DAYS)
    by_weekday = np.where(seen > 0, weeks, np.nan)
    quantiles = np.moveaxis(np.nanquantile(by_weekday, QUANTILES, axis=1), 0, -1)
    mean = np.nanmean(by_weekday, axis=1)
    known = np.nanmean(np.where(mask > 0, history, np.nan), axis=1)
    sums = _rolling_sums(history, mask)
    repeats = HORIZON_DAYS // WEEK_DAYS
    return Forecast(
        daily_quantiles=np.tile(quantiles, (1, repeats, 1)).astype(np.float32),
        daily_mean=np.tile(mean, (1, repeats)).astype(np.float32),
        total_quantiles=np.quantile(sums, QUANTILES, axis=1).T.astype(np.float32),
        total_mean=(HORIZON_DAYS * known).astype(np.float32),
    )


def _rolling_sums(history: FloatArray, mask: FloatArray) -> FloatArray:
    """Sums of 28 consecutive days that are known in every row: [N, sums]."""
    first = int(np.argmax(mask.all(axis=0)))
    known = history[:, min(first, WINDOW_DAYS - HORIZON_DAYS) :]
    windows = np.lib.stride_tricks.sliding_window_view(known, HORIZON_DAYS, axis=1)
    sums: FloatArray = windows.sum(axis=2)
    return sums


def seasonal_naive(history: FloatArray, mask: FloatArray, _: FloatArray) -> Forecast:
    """The last week again; spread from the errors that this made over the window."""
    repeats = HORIZON_DAYS // WEEK_DAYS
    point = np.tile(history[:, -WEEK_DAYS:], (1, repeats))
    errors = history[:, WEEK_DAYS:] - history[:, :-WEEK_DAYS]
    known = mask[:, WEEK_DAYS:] * mask[:, :-WEEK_DAYS]
    spread = np.sqrt((errors**2 * known).sum(axis=1) / np.maximum(known.sum(axis=1), 1))
    weeks_ahead = np.repeat(np.arange(1, repeats + 1), WEEK_DAYS)
    levels = _normal_quantiles()
    daily = point[..., None] + levels * (spread[:, None] * np.sqrt(weeks_ahead))[..., None]
    # Errors of one weekday add up over the weeks: variance 7 * (1 + 4 + 9 + 16) of one step.
    total_spread = spread * np.sqrt(WEEK_DAYS * np.sum(np.arange(1, repeats + 1) ** 2))
    total = point.sum(axis=1)
    return Forecast(
        daily_quantiles=np.maximum(daily, 0).astype(np.float32),
        daily_mean=point,
        total_quantiles=np.maximum(total[:, None] + levels * total_spread[:, None], 0),
        total_mean=total,
    )


def _normal_quantiles() -> FloatArray:
    from statistics import NormalDist

    return np.array([NormalDist().inv_cdf(level) for level in QUANTILES], np.float32)


def figures_by_method(
    forecasters: Mapping[str, Forecaster], spending: FloatArray, calendar: FloatArray
) -> dict[str, dict[str, float]]:
    """Figures of each forecaster on the same series and origins."""
    return {
        name: {key: round(value, 4) for key, value in asdict(result).items()}
        for name, forecaster in forecasters.items()
        for result in [evaluate(forecaster, spending, calendar)]
    }
