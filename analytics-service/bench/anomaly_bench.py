"""Planted days and purchases: how well they are found, beside 3-sigma and IsolationForest.

    python analytics-service/bench/anomaly_bench.py --data journey
    python analytics-service/bench/anomaly_bench.py --data invented
    python analytics-service/bench/anomaly_bench.py --calibrate

Everything happens in the last 112 of 365 days. Days, for each household: two spikes of 0.8 to 2.5
times its 95 % quantile of spending days, one dear day that counts twice, five days in a row each
dearer by 0.75 to 1.5 times its median. Purchases: 3 % of all, a third each made 3 to 10 times as
dear, charged again within 1 to 20 minutes, or bought at 1 to 2.5 times the 97 % quantile of a
category that few households know. AP is that of all days (purchases) together; precision is at the
threshold that lets one false alarm through for each household and 28 days. Rules and constants were
chosen on --tune, which takes other households and seeds than the figures. Prints JSON and a
readable table; alarms_in_28_days are those of a household in which nothing was planted.
"""

import argparse
import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from households import (
    FIRST_DAY_NUMBER,
    KINDS,
    MAX_DEPARTMENTS,
    SECONDS_PER_DAY,
    YEAR_DAYS,
    Floats,
    Numbers,
    Purchases,
    invented,
    journey,
    payee,
)

from analytics_service.domain.amounts import AmountNorm, amount_bin, amount_norm
from analytics_service.domain.anomalies import CHARGE_SCORES, LEVELS
from analytics_service.domain.judging import RankedCharge
from analytics_service.domain.regular import MAX_MONTHLY, Payment, interval_of, price_rises
from analytics_service.domain.unusual_charges import (
    NEAR_REPEAT_SECONDS,
    NEW_AFTER_DAYS,
    RISE_SCORES,
    Charge,
    ChargeNorms,
    RepeatedCharge,
    repeat_score,
    score_of,
)
from analytics_service.domain.unusual_days import (
    FIRST_SCORED,
    DailyHistory,
    judge_days,
    score_days,
    sigmas,
)
from analytics_service.usecases.forests import charge_points, day_points

TESTED_DAYS = 112
FIRST_TESTED = YEAR_DAYS - TESTED_DAYS
ALARM_DAYS = 28
PLANTED_SHARE = 0.03
TAIL_POINTS = 12
MONTH_DAYS = 30
SEEDS = {"figures": (2001, 2002, 2003), "tune": (1001, 1002)}
CALIBRATION_SEED, CALIBRATION_HOUSEHOLDS = 500, 200


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores and labels (0: not planted) of one detector, and of how many households."""

    scores: Floats
    labels: Numbers
    households: int

    def figures(self) -> dict[str, float]:
        """Average precision; precision and recall at one false alarm by household and 28 days."""
        from sklearn.metrics import average_precision_score

        planted = self.labels > 0
        false = np.sort(self.scores[~planted])[::-1]
        allowed = round(self.households * TESTED_DAYS / ALARM_DAYS)
        alarms = self.scores > false[min(allowed, len(false) - 1)]
        hits = int((alarms & planted).sum())
        found = {
            "ap": round(float(average_precision_score(planted, self.scores)), 3),
            "precision": round(hits / max(int(alarms.sum()), 1), 3),
            "recall": round(hits / int(planted.sum()), 3),
        }
        for kind in sorted(set(self.labels[planted].tolist())):
            of_kind = self.labels == kind
            found[f"recall_{kind}"] = round(float(alarms[of_kind].mean()), 3)
        return found


def regular_of(home: Purchases) -> tuple[dict[int, int], dict[int, float]]:
    """What regular bills cost by day, and the score of each price rise by row; as the worker."""
    rows: dict[int, list[int]] = defaultdict(list)
    for row, merchant in enumerate(home.merchant.tolist()):
        rows[merchant].append(row)
    bills: dict[int, int] = {}
    rises: dict[int, float] = {}
    days, amounts = home.day.tolist(), home.amount.tolist()
    for own in rows.values():
        months = Counter(days[row] // MONTH_DAYS for row in own)
        payments = [Payment(row, days[row], amounts[row]) for row in own]
        interval = interval_of(payments) if max(months.values()) <= MAX_MONTHLY else None
        if interval is None:
            continue
        for row in own:
            bills[row] = amounts[row]
        for rise in price_rises(payments, interval):
            rises[rise.payment.id] = next(s for share, s in RISE_SCORES if rise.share >= share)
    return bills, rises


def plant_days(daily: Numbers, rng: np.random.Generator) -> tuple[Numbers, Numbers]:
    """The days with what was planted, and its kind: 1 spike, 2 twice, 3 run."""
    found = daily.astype(np.float64)
    labels = np.zeros(YEAR_DAYS, dtype=np.int64)
    spending = found[:FIRST_TESTED][found[:FIRST_TESTED] > 0]
    high, median = np.quantile(spending, 0.95), np.median(spending)
    days = rng.permutation(np.arange(FIRST_TESTED + 2, YEAR_DAYS - 8))
    for day in days[:2]:
        found[day] += rng.uniform(0.8, 2.5) * high
        labels[day] = 1
    dear = [day for day in days[2:] if daily[day] > median]
    if dear:
        found[dear[0]] *= 2
        labels[dear[0]] = 2
    run = np.arange(days[40], days[40] + 5)
    found[run] += rng.uniform(0.5, 1.0) * 1.5 * median
    labels[run] = 3
    return np.round(found).astype(np.int64), labels


def day_detectors(homes: Sequence[Purchases], seed: int) -> dict[str, Scored]:
    """Every detector's scores of the tested days."""
    rng = np.random.default_rng(seed)
    scores: dict[str, list[Sequence[float] | Floats]] = defaultdict(list)
    labels = []
    for home in homes:
        days, planted = plant_days(home.daily(), rng)
        labels.append(planted[FIRST_TESTED:])
        bills: dict[int, int] = defaultdict(int)
        for row, amount in regular_of(home)[0].items():
            bills[int(home.day[row])] += amount
        amounts = days.tolist()
        plain = [max(0, amount - bills[day]) for day, amount in enumerate(amounts)]
        scored = list(score_days(FIRST_DAY_NUMBER, plain))[FIRST_TESTED - FIRST_SCORED :]
        scores["fused"].append([found.fused for found in scored])
        scores["robust"].append([found.surprises["residual"] for found in scored])
        scores["3sigma"].append(sigmas(amounts)[FIRST_TESTED:])
        points = day_points(amounts, FIRST_DAY_NUMBER)
        scores["isolation-forest"].append(isolated(points[:FIRST_TESTED], points[FIRST_TESTED:]))
    joined = np.concatenate(labels)
    return {
        name: Scored(np.concatenate(parts), joined, len(homes)) for name, parts in scores.items()
    }


def isolated(known: Sequence[Sequence[float]], asked: Sequence[Sequence[float]]) -> Floats:
    """scikit-learn's forest grown over known points, asked about others."""
    from sklearn.ensemble import IsolationForest

    forest = IsolationForest(n_estimators=100, random_state=0).fit(np.asarray(known))
    found: Floats = -forest.score_samples(np.asarray(asked))
    return found


def plant_purchases(
    homes: Sequence[Purchases], rng: np.random.Generator
) -> list[tuple[Purchases, Numbers]]:
    """Households with what was planted: 1 dearer, 2 charged again, 3 new category and dear."""
    owners = np.concatenate([np.full(len(home.time), at) for at, home in enumerate(homes)])
    columns = [
        np.concatenate([getattr(home, name) for home in homes])
        for name in ("time", "category", "merchant", "amount")
    ]
    table = np.column_stack([owners, *columns]).astype(np.int64)
    tested = np.flatnonzero(table[:, 1] >= FIRST_TESTED * SECONDS_PER_DAY)
    chosen = rng.choice(tested, int(len(tested) * PLANTED_SHARE), replace=False)
    dearer, twice, new = np.array_split(chosen, 3)
    labels = np.zeros(len(table), dtype=np.int64)
    table[dearer, 4] = np.round(table[dearer, 4] * rng.uniform(3, 10, len(dearer)))
    labels[dearer] = 1
    again = table[twice].copy()
    again[:, 1] += rng.integers(60, 1200, len(twice))
    novel = _novel(table, table[new].copy(), rng, keeps_store=homes[0].kind == "journey")
    joined = np.concatenate([table, again, novel])
    kinds = np.concatenate([labels, np.full(len(again), 2), np.full(len(novel), 3)])
    order = np.lexsort((joined[:, 1], joined[:, 0]))
    joined, kinds = joined[order], kinds[order]
    found = []
    for at, home in enumerate(homes):
        own = joined[:, 0] == at
        time, category, merchant, amount = joined[own, 1:].T
        found.append((Purchases(home.kind, time, category, merchant, amount), kinds[own]))
    return found


def _novel(
    table: Numbers, rows: Numbers, rng: np.random.Generator, *, keeps_store: bool
) -> Numbers:
    """The rows in categories that less than half of the households know, and dear for those."""
    households = len(np.unique(table[:, 0]))
    categories = np.unique(table[:, 2])
    known = {c: len(np.unique(table[table[:, 2] == c, 0])) for c in categories}
    high = {c: np.quantile(table[table[:, 2] == c, 4], 0.97) for c in categories}
    rare = [c for c in categories if known[c] < households / 2] or categories.tolist()
    for row in rows:
        row[2] = rng.choice(rare)
        row[4] = round(high[row[2]] * rng.uniform(1, 2.5))
        store = row[3] // MAX_DEPARTMENTS
        row[3] = payee(store, row[2]) if keeps_store else 10**6 + rng.integers(10**5)
    return rows


def charge_detectors(homes: Sequence[Purchases], seed: int) -> dict[str, Scored]:
    """Every detector's scores of the tested purchases."""
    scores: dict[str, list[Floats]] = defaultdict(list)
    labels = []
    points: list[list[float]] = []
    for home, kinds in plant_purchases(homes, np.random.default_rng(seed)):
        tested = home.day >= FIRST_TESTED
        labels.append(kinds[tested])
        norms = norms_of(home)
        scores["robust"].append(np.array(list(charge_scores(home, norms)))[tested])
        amounts = home.amount.astype(np.float64)
        scores["3sigma"].append(((amounts - amounts.mean()) / (amounts.std() + 1))[tested])
        ranked = [
            RankedCharge(row, FIRST_DAY_NUMBER + day, second // 3600, category, amount)
            for row, (day, second, category, amount) in enumerate(
                zip(
                    home.day.tolist(),
                    (home.time % SECONDS_PER_DAY).tolist(),
                    home.category.tolist(),
                    home.amount.tolist(),
                    strict=True,
                )
            )
        ]
        own = charge_points(ranked, norms)
        points += [point for point, is_tested in zip(own, tested, strict=True) if is_tested]
    joined = np.concatenate(labels)
    found = {
        name: Scored(np.concatenate(parts), joined, len(homes)) for name, parts in scores.items()
    }
    found["isolation-forest"] = Scored(isolated(points, points), joined, len(homes))
    return found


def norms_of(home: Purchases) -> ChargeNorms:
    """The norms as the read model keeps them."""
    bins: dict[int, Counter[int]] = defaultdict(Counter)
    for category, amount in zip(home.category.tolist(), home.amount.tolist(), strict=True):
        bins[category][amount_bin(amount)] += 1
    together: Counter[int] = sum(bins.values(), Counter())
    every = amount_norm(sorted(together.items())) or AmountNorm(0, 0.0, 1.0)
    own = {category: amount_norm(sorted(counts.items())) for category, counts in bins.items()}
    return ChargeNorms(every, {key: norm for key, norm in own.items() if norm is not None})


def charge_scores(home: Purchases, norms: ChargeNorms) -> Iterator[float]:
    """The score of every purchase by the rules, in order."""
    bills, rises = regular_of(home)
    repeats = repeats_of(home)
    payees: set[int] = set()
    categories: set[int] = set()
    rows = zip(home.day, home.category, home.merchant, home.amount, strict=True)
    for row, (day, category, merchant, amount) in enumerate(rows):
        begun = day >= NEW_AFTER_DAYS
        charge = Charge(
            id=row,
            day=int(day),
            category_id=int(category),
            amount_minor=max(int(amount), 1),
            merchant="payee",
            is_new_merchant=begun and int(merchant) not in payees,
            is_new_category=begun and int(category) not in categories,
        )
        payees.add(int(merchant))
        categories.add(int(category))
        amount_score = 0.0 if row in bills else sum(score_of(charge, norms.of(int(category))))
        repeat = repeats.get(row)
        again = 0.0
        if repeat is not None:
            again = repeat_score(RepeatedCharge(charge, repeat[0], repeat[1], repeat[2]))
        yield (
            max(amount_score, again, rises.get(row, 0.0)) if again or row in rises else amount_score
        )


def repeats_of(home: Purchases) -> dict[int, tuple[int, int, int]]:
    """(first row, seconds, how many equal ones) of each charge that comes again."""
    keyed = sorted(
        zip(
            home.merchant.tolist(),
            home.amount.tolist(),
            home.time.tolist(),
            range(len(home.time)),
            strict=True,
        )
    )
    found: dict[int, tuple[int, int, int]] = {}
    for _, group in groupby(keyed, key=lambda item: item[:2]):
        equal = list(group)
        for (_, _, before, first), (_, _, time, row) in pairwise(equal):
            if time - before <= NEAR_REPEAT_SECONDS:
                found[row] = (first, time - before, len(equal))
    return found


def alarm_rates(homes: Sequence[Purchases]) -> Iterator[Mapping[str, object]]:
    """How many alarms of each level and above real life gives a household in 28 days, unplanted."""
    days: Counter[str] = Counter()
    charges: Counter[str] = Counter()
    for home in homes:
        bills: dict[int, int] = defaultdict(int)
        for row, amount in regular_of(home)[0].items():
            bills[FIRST_DAY_NUMBER + int(home.day[row])] += amount
        history = DailyHistory(FIRST_DAY_NUMBER, home.daily().tolist(), bills)
        scored = list(score_days(FIRST_DAY_NUMBER, history.without_bills()))
        for item in judge_days(history, scored)["fused"]:
            if item.day >= FIRST_DAY_NUMBER + FIRST_TESTED:
                days.update(LEVELS[: LEVELS.index(item.level) + 1])
        scores = np.array(list(charge_scores(home, norms_of(home))))[home.day >= FIRST_TESTED]
        charges.update({level: int((scores >= CHARGE_SCORES[level]).sum()) for level in LEVELS})
    months = len(homes) * TESTED_DAYS / ALARM_DAYS
    for scope, counts in (("day", days), ("transaction", charges)):
        yield {"scope": scope, **{level: round(counts[level] / months, 2) for level in LEVELS}}


def calibrate() -> dict[str, tuple[float, ...]]:
    """The table of domain/population.py: tails of the scores of households without plants."""
    found: dict[str, list[float]] = defaultdict(list)
    for home in invented(CALIBRATION_HOUSEHOLDS, seed=CALIBRATION_SEED):
        bills: dict[int, int] = defaultdict(int)
        for row, amount in regular_of(home)[0].items():
            bills[int(home.day[row])] += amount
        plain = [max(0, amount - bills[day]) for day, amount in enumerate(home.daily().tolist())]
        for scores in list(score_days(FIRST_DAY_NUMBER, plain))[FIRST_SCORED:]:
            for name, value in scores.raw.items():
                found[name].append(value)
            found["fused"].append(scores.fused)
    shares = [1 - 2.0**-power for power in range(1, TAIL_POINTS + 1)]
    return {
        name: tuple(round(float(value), 3) for value in np.quantile(values, shares))
        for name, values in found.items()
    }


def homes_of(data: str, count: int, seed: int, *, tune: bool) -> list[Purchases]:
    """The households of a data set; those that were tuned on are none of the figures'."""
    if data == "journey":
        return list(journey(count, held_out=not tune))
    return list(invented(count, seed=seed))


def measure(data: str, count: int, *, tune: bool) -> Iterator[Mapping[str, object]]:
    """One line for each scope, kind of household and method: means over the seeds."""
    found: dict[tuple[str, str, str], list[dict[str, float]]] = defaultdict(list)
    for seed in SEEDS["tune" if tune else "figures"]:
        homes = homes_of(data, count, seed, tune=tune)
        kinds = [kind.name for kind in KINDS] if data == "invented" else []
        for kind in ["all", *kinds]:
            own = homes if kind == "all" else [home for home in homes if home.kind == kind]
            for scope, detectors in (("day", day_detectors), ("transaction", charge_detectors)):
                for method, scored in detectors(own, seed).items():
                    found[scope, kind, method].append(scored.figures())
    for (scope, kind, method), parts in found.items():
        names = sorted(set.intersection(*(set(part) for part in parts)))
        means = {name: round(float(np.mean([part[name] for part in parts])), 3) for name in names}
        yield {"data": data, "scope": scope, "kind": kind, "method": method, **means}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", choices=("journey", "invented"), default="invented")
    parser.add_argument("--households", type=int, default=200)
    parser.add_argument("--tune", action="store_true", help="the households that were tuned on")
    parser.add_argument("--calibrate", action="store_true", help="print domain/population.py")
    arguments = parser.parse_args()
    if arguments.calibrate:
        print(json.dumps(calibrate(), indent=1))
        return
    load = os.getloadavg()[0]
    rows = list(measure(arguments.data, arguments.households, tune=arguments.tune))
    seed = SEEDS["tune" if arguments.tune else "figures"][0]
    homes = homes_of(arguments.data, arguments.households, seed, tune=arguments.tune)
    rates = list(alarm_rates(homes))
    print(json.dumps({"load": round(load, 2), "figures": rows, "alarms_in_28_days": rates}))
    print("scope        kind      method            AP    precision  recall")
    for row in rows:
        print(
            f"{row['scope']!s:12} {row['kind']!s:9} {row['method']!s:17} "
            f"{row['ap']:.3f} {row['precision']:9.3f} {row['recall']:9.3f}"
        )


if __name__ == "__main__":
    main()
