"""Shares of a whole that add up to it."""

from collections.abc import Sequence

MICROS = 1_000_000


def shares_of(parts: Sequence[int], whole: int) -> list[float]:
    """The share of each part, to six decimals; the shares of all parts of a whole sum to 1.

    Rounded by largest remainder, so that the printed figures add up as the amounts do. All are
    zero where there is no positive whole to share.

    Args:
        parts: amounts in minor units; where they do not make up the whole, neither do the shares.
        whole: the amount that counts as 1.
    """
    if whole <= 0:
        return [0.0 for _ in parts]
    scaled = [divmod(part * MICROS, whole) for part in parts]
    micros = [quotient for quotient, _ in scaled]
    missing = round(sum(remainder for _, remainder in scaled) / whole)
    by_remainder = sorted(range(len(parts)), key=lambda index: (-scaled[index][1], index))
    for index in by_remainder[:missing]:
        micros[index] += 1
    return [value / MICROS for value in micros]


def change_ratio(now: int, before: int) -> float | None:
    """The relative change to six decimals, nothing where there is nothing to compare with."""
    if before <= 0:
        return None
    return round((now - before) / before, 6)
