"""What purchases usually cost: robust norms of the logarithm of their amounts."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAD_TO_SIGMA = 1.4826
BINS_PER_OCTAVE = 32
BIN_LOG = math.log(2) / BINS_PER_OCTAVE
NO_BIN = -1


@dataclass(frozen=True, slots=True)
class AmountNorm:
    """The usual amount of a purchase: median and robust spread of its natural logarithm."""

    count: int
    median_log: float
    spread_log: float


def amount_bin(amount_minor: int) -> int:
    """The logarithmic bin of an amount, 1/32 of an octave (2 %) wide; NO_BIN for zero."""
    return round(BINS_PER_OCTAVE * math.log2(amount_minor)) if amount_minor > 0 else NO_BIN


def amount_norm(bins: Iterable[tuple[int, int]]) -> AmountNorm | None:
    """The norm of purchases given as (amount bin, how many), in order of bins."""
    logs = [(number * BIN_LOG, count) for number, count in bins if number != NO_BIN]
    total = sum(count for _, count in logs)
    if total == 0:
        return None
    median = _weighted_median(logs, total)
    deviations = sorted((abs(value - median), count) for value, count in logs)
    return AmountNorm(
        count=total,
        median_log=median,
        spread_log=MAD_TO_SIGMA * _weighted_median(deviations, total),
    )


def _weighted_median(ordered: Sequence[tuple[float, int]], total: int) -> float:
    passed = 0
    for value, count in ordered:
        passed += count
        if passed * 2 >= total:
            return value
    return ordered[-1][0]
