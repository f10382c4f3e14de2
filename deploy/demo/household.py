"""Statement rows of one invented household, drawn by a seeded generator.

The period is cut into days; each day and habit has a rate that follows workdays, shopping feasts,
Spring Festival and trips. Regular payments are placed one by one; the rest of the asked number of
rows is drawn from the rates in one multinomial draw, so a thousand rows and ten million rows come
from the same household, only busier.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
from lunardate import LunarDate

from demo.catalogue import HABITS, HOME, HOMETOWN, REGULAR_PAYMENTS, TRIPS, Place, RegularPayment

COLUMNS = (
    "time", "amount_minor", "currency", "direction", "category", "merchant",
    "lat", "lon", "place", "note", "source", "external_id",
)  # fmt: skip
REFUND_SHARE = 0.006
_REFUNDABLE = ("购物/", "买菜日用/日用百货")
_PLACES: tuple[Place, ...] = HOME + HOMETOWN + tuple(p for trip in TRIPS for p in trip)
_SECONDS_PER_DAY = 86_400
_SATURDAY = 5
_FESTIVAL_DAYS = range(-3, 7)
_SHOPPING_FEASTS = {(6, 16), (6, 17), (6, 18), (11, 9), (11, 10), (11, 11)}
_TRIPS_OF_A_YEAR = (((10, 2), 5), ((5, 1), 3))
_PARTIAL_REFUND_SHARE = 0.3
_ALIPAY_SHARE = 0.55


@dataclass(frozen=True, slots=True)
class Calendar:
    """What kind of day each day is; every array has one entry a day, oldest first."""

    days: tuple[date, ...]
    workday: npt.NDArray[np.bool_]
    feast: npt.NDArray[np.bool_]
    festival: npt.NDArray[np.bool_]
    away: npt.NDArray[np.int64]
    """Index into (home, home town, trips...): 0 at home."""


def generate(*, rows: int | None, years: float, end: date, seed: int) -> pd.DataFrame:
    """The household's rows in order of time.

    Args:
        rows: exact number of rows; None for the natural number (about 6,000 a year).
        years: length of the period that ends the day before `end`.
        end: first day after the period.
        seed: same seed, same rows.

    Returns:
        A frame with the columns of COLUMNS; `time` is local wall time to the second,
        `amount_minor` a positive int64 in fen.

    Raises:
        ValueError: rows is too small to hold the regular payments of the period.
    """
    rng = np.random.default_rng(seed)
    calendar = _calendar(end=end, days=max(1, round(years * 365.25)), rng=rng)
    regular = _regular_payments(calendar, rng)
    rates = _rates(calendar)
    wanted = round(float(rates.sum())) if rows is None else rows - len(regular)
    if wanted < 0:
        raise ValueError(
            f"{rows} rows cannot hold {len(regular)} regular payments; "
            "ask for more rows or fewer years"
        )
    refunds = round(wanted * REFUND_SHARE)
    bought = _purchases(calendar, rates, wanted - refunds, rng)
    frame = pd.concat([regular, bought], ignore_index=True)
    frame["external_id"] = _order_numbers(len(frame), seed)
    frame = pd.concat([frame, _refunds(frame, refunds, end, rng)], ignore_index=True)
    return frame.sort_values(["time", "external_id"], kind="stable", ignore_index=True)[
        list(COLUMNS)
    ]


def _calendar(*, end: date, days: int, rng: np.random.Generator) -> Calendar:
    listed = tuple(end - timedelta(days=days - k) for k in range(days))
    festival = np.array([_near_spring_festival(d) for d in listed])
    away = np.where(festival, 1, 0)
    away = _add_trips(listed, away, rng)
    return Calendar(
        days=listed,
        workday=np.array([_is_workday(d) for d in listed]),
        feast=np.array([_is_shopping_feast(d) for d in listed]),
        festival=festival,
        away=away,
    )


def _is_workday(day: date) -> bool:
    import chinese_calendar

    try:
        workday: bool = chinese_calendar.is_workday(day)
    except NotImplementedError:  # beyond the years that the package knows
        workday = day.weekday() < _SATURDAY
    return workday


def _near_spring_festival(day: date) -> bool:
    new_year = LunarDate(day.year, 1, 1).to_solar_date()
    return (day - new_year).days in _FESTIVAL_DAYS


def _is_shopping_feast(day: date) -> bool:
    return (day.month, day.day) in _SHOPPING_FEASTS


def _add_trips(
    days: tuple[date, ...], away: npt.NDArray[np.int64], rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Five days on the National Day holiday and three around 1 May, each to a drawn city."""
    away = away.copy()
    for (month, first_day), length in _TRIPS_OF_A_YEAR:
        for year in sorted({d.year for d in days}):
            city = 2 + int(rng.integers(len(TRIPS)))
            first = date(year, month, first_day)
            for k, day in enumerate(days):
                if 0 <= (day - first).days < length:
                    away[k] = city
    return away


def _rates(calendar: Calendar) -> npt.NDArray[np.float64]:
    """Expected events by day and habit, shape (days, habits)."""
    rates = np.empty((len(calendar.days), len(HABITS)))
    for j, habit in enumerate(HABITS):
        rate = np.where(calendar.workday, habit.workday_rate, habit.off_rate)
        rate = np.where(calendar.feast, rate * habit.feast_boost, rate)
        rate = np.where(calendar.festival, rate * habit.festival_factor, rate)
        rates[:, j] = np.where(calendar.away > 1, rate * habit.travel_factor, rate)
    return rates


def _purchases(
    calendar: Calendar, rates: npt.NDArray[np.float64], count: int, rng: np.random.Generator
) -> pd.DataFrame:
    counts = rng.multinomial(count, (rates / rates.sum()).ravel())
    cells = np.repeat(np.arange(counts.size), counts)
    day, habit = np.divmod(cells, len(HABITS))
    return _frame(
        day_zero=calendar.days[0],
        second=day * _SECONDS_PER_DAY + _seconds_of_day(habit, rng),
        amount_minor=_amounts(habit, rng),
        direction=np.full(count, "expense", dtype=object),
        category=np.array([h.category for h in HABITS], dtype=object)[habit],
        merchant=_merchants(habit, rng),
        place=_places(calendar.away[day], rng),
        note=np.array([h.note for h in HABITS], dtype=object)[habit],
        rng=rng,
    )


def _seconds_of_day(
    habit: npt.NDArray[np.int64], rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    most = max(len(h.hours) for h in HABITS)
    centre = np.array([[h.hours[k % len(h.hours)][0] for k in range(most)] for h in HABITS])
    spread = np.array([[h.hours[k % len(h.hours)][1] for k in range(most)] for h in HABITS])
    which = rng.integers(most, size=habit.size)
    hour = rng.normal(centre[habit, which], spread[habit, which])
    second: npt.NDArray[np.int64] = np.clip(hour * 3600, 6 * 3600, 86_399).astype(np.int64)
    return second


def _amounts(habit: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    median = np.array([h.median_yuan for h in HABITS])[habit]
    sigma = np.array([h.sigma for h in HABITS])[habit]
    step = np.array([h.round_to_minor for h in HABITS])[habit]
    minor = median * np.exp(sigma * rng.standard_normal(habit.size)) * 100
    rounded: npt.NDArray[np.int64] = np.maximum(np.round(minor / step), 1).astype(np.int64) * step
    return rounded


def _merchants(habit: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.object_]:
    """The first merchant of a habit is visited most, the last least."""
    most = max(len(h.merchants) for h in HABITS)
    table = np.array(
        [[h.merchants[min(k, len(h.merchants) - 1)] for k in range(most)] for h in HABITS],
        dtype=object,
    )
    sizes = np.array([len(h.merchants) for h in HABITS])[habit]
    draw = rng.random(habit.size) ** 1.7
    merchant: npt.NDArray[np.object_] = table[
        habit, np.minimum((draw * sizes).astype(np.int64), sizes - 1)
    ]
    return merchant


def _places(away: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Index into _PLACES for each event."""
    sizes = np.array([len(HOME), len(HOMETOWN), *(len(t) for t in TRIPS)])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    within = (rng.random(away.size) ** 1.5 * sizes[away]).astype(np.int64)
    index: npt.NDArray[np.int64] = starts[away] + within
    return index


def _regular_payments(calendar: Calendar, rng: np.random.Generator) -> pd.DataFrame:
    rows = [(k, payment) for payment in REGULAR_PAYMENTS for k in _due_days(payment, calendar)]
    day = np.array([k for k, _ in rows], dtype=np.int64)
    jitter = rng.integers(-600, 600, size=len(rows))
    second = np.array([int(p.hour * 3600) for _, p in rows], dtype=np.int64) + jitter
    return _frame(
        day_zero=calendar.days[0],
        second=day * _SECONDS_PER_DAY + second,
        amount_minor=np.array(
            [_regular_minor(p, calendar, k, rng) for k, p in rows], dtype=np.int64
        ),
        direction=np.array([p.direction for _, p in rows], dtype=object),
        category=np.array([p.category for _, p in rows], dtype=object),
        merchant=np.array([p.merchant for _, p in rows], dtype=object),
        place=np.full(len(rows), -1),
        note=np.array([p.note for _, p in rows], dtype=object),
        rng=rng,
    )


def _due_days(payment: RegularPayment, calendar: Calendar) -> list[int]:
    due = []
    for k, day in enumerate(calendar.days):
        if day.day != payment.day_of_month:
            continue
        while payment.rolls_to_workday and k < len(calendar.days) and not calendar.workday[k]:
            k += 1  # noqa: PLW2901 - the due day itself moves
        if k < len(calendar.days):
            due.append(k)
    return due


def _regular_minor(
    payment: RegularPayment, calendar: Calendar, k: int, rng: np.random.Generator
) -> int:
    yuan = payment.yuan
    if payment.raise_to_yuan is not None and k > len(calendar.days) * 0.7:
        yuan = payment.raise_to_yuan
    # Electricity and gas peak in high summer and deep winter.
    season = math.cos((calendar.days[k].timetuple().tm_yday - 20) / 365.25 * 4 * math.pi)
    factor = (1 + payment.seasonal * season) * (
        1 + payment.variation * float(rng.standard_normal())
    )
    return max(1, round(yuan * max(factor, 0.2) * 100))


def _refunds(frame: pd.DataFrame, count: int, end: date, rng: np.random.Generator) -> pd.DataFrame:
    """Rows that give money back, in full or in part, a few days after the purchase."""
    latest = pd.Timestamp(end) - pd.Timedelta(days=6)
    may = frame["category"].str.startswith(_REFUNDABLE) & (frame["time"] < latest)
    candidates = np.flatnonzero(may.to_numpy())
    chosen = rng.choice(candidates, size=min(count, candidates.size), replace=False)
    back = frame.iloc[np.sort(chosen)].copy()
    partial = rng.random(len(back)) < _PARTIAL_REFUND_SHARE
    back["amount_minor"] = np.where(
        partial, np.maximum(back["amount_minor"] * 2 // 5, 1), back["amount_minor"]
    )
    back["time"] = back["time"] + pd.to_timedelta(
        rng.integers(20 * 3600, 5 * 86_400, size=len(back)), unit="s"
    )
    back["direction"] = "refund"
    back["note"] = "退款-" + back["note"]
    back["external_id"] = back["external_id"] + "_1"
    return back


def _order_numbers(count: int, seed: int) -> npt.NDArray[np.object_]:
    return np.array([f"D{seed:03d}{k:012d}" for k in range(count)], dtype=object)


def _frame(
    *,
    day_zero: date,
    second: npt.NDArray[np.int64],
    amount_minor: npt.NDArray[np.int64],
    direction: npt.NDArray[np.object_],
    category: npt.NDArray[np.object_],
    merchant: npt.NDArray[np.object_],
    place: npt.NDArray[np.int64],
    note: npt.NDArray[np.object_],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Columns as arrays; a place of -1 means that the payment has none."""
    names = np.array([p.name for p in _PLACES] + [""], dtype=object)
    lat = np.array([p.lat for p in _PLACES] + [np.nan])[place]
    lon = np.array([p.lon for p in _PLACES] + [np.nan])[place]
    return pd.DataFrame(
        {
            "time": pd.Timestamp(day_zero) + pd.to_timedelta(second, unit="s"),
            "amount_minor": amount_minor,
            "currency": "CNY",
            "direction": direction,
            "category": category,
            "merchant": merchant,
            "lat": np.round(lat + rng.normal(0, 0.006, second.size), 5),
            "lon": np.round(lon + rng.normal(0, 0.006, second.size), 5),
            "place": names[place],
            "note": note,
            "source": np.where(rng.random(second.size) < _ALIPAY_SHARE, "alipay", "wechat"),
        }
    )
