"""The features of one window in plain loops, written apart from the TensorFlow operations."""

import math

import numpy as np

LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


def reference_features(history: list[float], mask: list[float]) -> dict[str, object]:
    known = [day for day in range(112) if mask[day] == 1]
    mean = sum(history[day] for day in known) / max(len(known), 1)
    divisor = mean if mean > 0 else 1.0
    relative = {day: history[day] / divisor for day in known}
    return {
        "scale": mean,
        "days": [math.asinh(relative.get(day, 0.0)) for day in range(112)],
        "statistics": _statistics(relative),
        "lags": [_lags(relative, ahead) for ahead in range(28)],
        "climatology": [_climatology(relative, ahead % 7) for ahead in range(28)],
    }


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _statistics(relative: dict[int, float]) -> list[float]:
    values = list(relative.values())
    bought = [day for day, value in relative.items() if value > 0]
    gap = 111 - max(bought) if bought else 112
    recent = [_mean([relative[d] for d in relative if d >= 112 - n]) for n in (7, 14, 28, 56)]
    ordered = sorted(values)
    upper = [
        ordered[max(math.ceil(level * len(ordered)) - 1, 0)] if ordered else 0.0
        for level in (0.7, 0.8, 0.9, 0.95, 1.0)
    ]
    weeks = [_mean([relative[d] for d in relative if d // 7 == week]) for week in range(16)]
    return [
        len(bought) / max(len(values), 1),
        len(values) / 112,
        math.log1p(math.sqrt(_mean([(value - 1) ** 2 for value in values]))),
        *recent,
        math.log1p(gap) / 4,
        len([day for day in bought if day >= 84]) / 28,
        *(math.asinh(min(value, 30.0)) for value in upper),
        *(min(week, 6.0) for week in weeks),
    ]


def _lags(relative: dict[int, float], ahead: int) -> list[float]:
    capped = {day: min(value, 30.0) for day, value in relative.items()}
    same = [day for day in capped if day % 7 == ahead % 7]
    return [
        *(_mean([capped[d] for d in same if d >= 112 - 7 * weeks]) for weeks in (4, 8, 16)),
        _mean([float(capped[day] > 0) for day in same]),
        capped.get(84 + ahead, 0.0),
        capped.get(28 + ahead, 0.0),
    ]


def _climatology(relative: dict[int, float], weekday: int) -> list[float]:
    pairs = sorted((value, 5.0 if day % 7 == weekday else 1.0) for day, value in relative.items())
    total = sum(weight for _, weight in pairs)
    quantiles = []
    for level in LEVELS:
        reached = 0.0
        for value, weight in pairs:
            reached += weight
            if reached / total >= level - 1e-5:
                quantiles.append(value)
                break
    return quantiles


def as_arrays(features: dict[str, object]) -> dict[str, np.ndarray]:
    return {name: np.asarray(value, np.float64) for name, value in features.items()}
