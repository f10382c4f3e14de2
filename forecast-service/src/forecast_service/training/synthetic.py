"""Invented Chinese households, so that the Chinese calendar columns carry meaning.

Simple on purpose: each household has a level, a weekly rhythm, a share of days without purchases,
perhaps rent and bills on fixed days, and its own strength of 618, 双11 and Spring Festival. The
strengths are drawn widely and near one on average for half of the households, so that the network
learns to lean on the calendar without trusting it blindly. Nothing here comes from real people.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecast_service.domain.calendar_features import CALENDAR_FEATURES, calendar_features
from forecast_service.training.shapes import FloatArray

FIRST_DAY = date(2018, 1, 1)
DAYS = 2920  # eight years, so that lunar and solar calendars move against each other
RENT_SHARE = 0.4
BILLS_SHARE = 0.6
SHOPPER_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class _Days:
    """The calendar as the simulation reads it, float32 [days] each."""

    calendar: FloatArray
    day_of_month: FloatArray

    def column(self, name: str) -> FloatArray:
        return self.calendar[:, CALENDAR_FEATURES.index(name)]


def synthetic_households(count: int, *, seed: int) -> tuple[FloatArray, FloatArray]:
    """(daily spending in yuan float32 [count, DAYS], calendar float32 [DAYS, C])."""
    calendar = calendar_features(FIRST_DAY, DAYS)
    days = [FIRST_DAY + timedelta(days=offset) for offset in range(DAYS)]
    known = _Days(calendar=calendar, day_of_month=np.array([d.day for d in days], np.float32))
    streams = np.random.SeedSequence(seed).spawn(count)
    spending = [_household(known, np.random.default_rng(stream)) for stream in streams]
    return np.stack(spending).astype(np.float32), calendar


def _household(days: _Days, rng: np.random.Generator) -> FloatArray:
    purchases_per_day = np.exp(rng.normal(0.3, 0.8))
    mean_amount = np.exp(rng.normal(3.6, 0.6))
    intensity = _rhythm(days, rng) * _level(rng) * _feasts(days, rng)
    counts = rng.poisson(np.clip(purchases_per_day * np.sqrt(intensity), 0.0, 60.0))
    spread = rng.uniform(0.5, 1.1)
    # The sum of n log-normal amounts, approximated by one draw whose spread shrinks with n.
    noise = rng.normal(size=DAYS) * spread / np.sqrt(np.maximum(counts, 1))
    spending = counts * mean_amount * np.sqrt(intensity) * np.exp(noise)
    spending = np.where(_away(rng), 0.0, spending)
    daily_level = purchases_per_day * mean_amount
    fixed = _fixed_payments(days, rng, daily_level) + _red_envelopes(days, rng, daily_level)
    return np.round(spending + fixed, 2).astype(np.float32)


def _rhythm(days: _Days, rng: np.random.Generator) -> FloatArray:
    """Free days differ from working days; a make-up workday is a working day."""
    by_weekday = np.exp(rng.normal(0.0, 0.15, size=7))
    weekday = days.calendar[:, :7] @ by_weekday
    weekend = days.column("weekday_5") + days.column("weekday_6")
    free = np.clip(weekend + days.column("holiday"), 0, 1) * (1 - days.column("makeup_workday"))
    free_effect = np.exp(rng.normal(0.25, 0.3))
    before_holiday = np.exp(rng.normal(0.15, 0.15) * days.column("before_holiday"))
    rhythm: FloatArray = weekday * np.where(free > 0, free_effect, 1.0) * before_holiday
    return rhythm


def _level(rng: np.random.Generator) -> FloatArray:
    """A slow drift of the household's means, weekly AR(1) in logarithms."""
    weeks = DAYS // 7 + 2
    steps = rng.normal(0.0, rng.uniform(0.05, 0.2), size=weeks)
    path = np.empty(weeks)
    path[0] = steps[0]
    for week in range(1, weeks):
        path[week] = 0.93 * path[week - 1] + steps[week]
    drift: FloatArray = np.exp(np.repeat(path, 7)[:DAYS])
    return drift


def _feasts(days: _Days, rng: np.random.Generator) -> FloatArray:
    shopper = rng.random() < SHOPPER_SHARE
    strength = rng.uniform(0.1, 1.0) if shopper else rng.uniform(-0.05, 0.1)
    peak = strength * (days.column("june_18_peak") + 1.4 * days.column("november_11_peak"))
    season = 0.25 * strength * (days.column("june_18_season") + days.column("november_11_season"))
    run_up = rng.normal(0.35, 0.25) * days.column("spring_festival_before")
    festival = rng.normal(-0.25, 0.45) * days.column("spring_festival_days")
    afterwards = rng.normal(-0.2, 0.2) * days.column("spring_festival_after")
    holiday = rng.normal(0.15, 0.3) * days.column("holiday")
    effect: FloatArray = np.exp(1.5 * peak + season + run_up + festival + afterwards + holiday)
    return effect


def _away(rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Stretches in which nothing is recorded: travel, another account, forgotten uploads."""
    away = np.zeros(DAYS, bool)
    for start in rng.integers(0, DAYS, size=rng.poisson(6)):
        away[start : start + rng.integers(3, 15)] = True
    return away


def _fixed_payments(days: _Days, rng: np.random.Generator, daily_level: float) -> FloatArray:
    payments = np.zeros(DAYS)
    if rng.random() < RENT_SHARE:
        rent = daily_level * rng.uniform(6, 25)
        payments += rent * (days.day_of_month == rng.integers(1, 29))
    if rng.random() < BILLS_SHARE:
        for _ in range(rng.integers(1, 4)):
            bill = daily_level * rng.uniform(0.3, 2.5)
            jitter = np.exp(rng.normal(0, 0.15, size=DAYS))
            payments += bill * jitter * (days.day_of_month == rng.integers(1, 29))
    return payments.astype(np.float32)


def _red_envelopes(days: _Days, rng: np.random.Generator, daily_level: float) -> FloatArray:
    amount = daily_level * np.exp(rng.normal(0.7, 0.8))
    given = rng.random(DAYS) < 0.3 * days.column("spring_festival_days")
    envelopes: FloatArray = (amount * given * rng.uniform(0.5, 1.5, DAYS)).astype(np.float32)
    return envelopes
