"""Sums that insights rest on: what is usual, how it divides, and why a sum has changed."""

import statistics
from collections.abc import Mapping, Sequence

from analytics_service.domain.categories import Tally

SCALED_MAD = 1.4826
"""Makes the median deviation of normally distributed values their standard deviation."""


def usual_of(amounts: Sequence[int]) -> int:
    """The median in whole minor units, of an even number the mean of the middle two."""
    ordered = sorted(amounts)
    middle = len(ordered) // 2
    if not ordered:
        return 0
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) // 2


def noise_of(amounts: Sequence[int]) -> float:
    """How far the amounts usually lie from their median: the scaled median deviation."""
    if not amounts:
        return 0.0
    middle = statistics.median(amounts)
    return SCALED_MAD * statistics.median(abs(amount - middle) for amount in amounts)


def divide(whole: int, weights: Mapping[int, int]) -> dict[int, int]:
    """The whole among keys in proportion to their weights; the parts sum to it exactly.

    Rounded by largest remainder. Weights below 0 count as 0; without any weight nothing is given,
    and the whole is left to whoever has no key.
    """
    positive = {key: max(weight, 0) for key, weight in weights.items()}
    total = sum(positive.values())
    if total == 0:
        return dict.fromkeys(weights, 0)
    shares = {key: divmod(whole * weight, total) for key, weight in positive.items()}
    parts = {key: quotient for key, (quotient, _) in shares.items()}
    missing = whole - sum(parts.values())
    by_remainder = sorted(shares, key=lambda key: -shares[key][1])
    for key in by_remainder[:missing]:
        parts[key] += 1
    return parts


def effects(now: Tally, usual_count: float, usual_minor: int) -> tuple[int, int]:
    """What of a change comes of frequency and what of price, in minor units; they sum to it.

    The change of a product n * a divides into (n1 - n0) * (a0 + a1) / 2 and (a1 - a0) * (n0 + n1)
    / 2: the mean of both orders in which the two may be taken to have changed (J. W. Sun, 1998,
    Energy Economics 20, 85-100, where it is the complete decomposition of two factors).
    """
    change = now.amount_minor - usual_minor
    if now.count == 0 or usual_count <= 0:
        return change, 0
    average = now.amount_minor / now.count + usual_minor / usual_count
    frequency = round((now.count - usual_count) * average / 2)
    return frequency, change - frequency
