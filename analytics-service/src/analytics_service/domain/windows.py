"""Sliding windows over a series, and how surprising a value is among earlier ones."""

import math
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Sequence


class SlidingWindow:
    """The latest values in order of size, at most `length` of them."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._arrived: deque[float] = deque()
        self.ordered: list[float] = []

    def push(self, value: float) -> None:
        """Take in the newest value and let the oldest go."""
        self._arrived.append(value)
        insort(self.ordered, value)
        if len(self.ordered) > self._length:
            del self.ordered[bisect_left(self.ordered, self._arrived.popleft())]

    def at_least(self, value: float) -> int:
        """How many of the values are as large or larger."""
        return len(self.ordered) - bisect_left(self.ordered, value)

    def below(self, value: float) -> int:
        """How many of the values are smaller."""
        return bisect_left(self.ordered, value)

    def positive(self) -> list[float]:
        """The values above 0 in order of size."""
        return self.ordered[bisect_right(self.ordered, 0) :]

    def quantile(self, q: float) -> float:
        """The value below which a share q lies, as quantile_of tells it."""
        return quantile_of(self.ordered, q)


def quantile_of(ordered: Sequence[float], q: float) -> float:
    """The value below which a share q lies, between neighbours on a straight line; 0 of nothing."""
    if not ordered:
        return 0.0
    position = q * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (position - low) * (ordered[high] - ordered[low])


class Calibration:
    """How rare a score is: among the user's own latest, drawn towards those of many households.

    One user's 180 days cannot tell a p-value below 1/181 and a sparse user's hardly that, so the
    tail of the population stands in for `weight` days.

    Args:
        length: how many of the user's own scores are looked at.
        tail: of many households, the score that a share of 2**-k of the days reaches, k = 1, 2...
        weight: for how many days of his own the population stands.
    """

    def __init__(self, length: int, tail: Sequence[float], *, weight: float) -> None:
        self._own = SlidingWindow(length)
        self._tail = tail
        self._weight = weight

    def push(self, score: float) -> None:
        """Take in a score."""
        self._own.push(score)

    def p_value(self, score: float) -> float:
        """The share of days that score as high or higher, above 0 and at most 1."""
        count = len(self._own.ordered)
        reached = self._own.at_least(score) + self._weight * tail_share(self._tail, score)
        return min(1.0, reached / (count + self._weight))

    def surprise(self, score: float) -> float:
        """-log10 of the p-value."""
        return -math.log10(self.p_value(score))

    def bound(self, p_value: float) -> float:
        """About the score that this share of the days reaches."""
        weight = len(self._own.ordered) / (len(self._own.ordered) + self._weight)
        own = self._own.quantile(1 - p_value)
        return weight * own + (1 - weight) * tail_score(self._tail, p_value)


def tail_share(tail: Sequence[float], score: float) -> float:
    """The share of a population that reaches a score, on straight lines of its logarithm.

    Beyond the last point the last line goes on.
    """
    if score <= tail[0]:
        return 0.5 if score == tail[0] else 1.0
    place = min(bisect_left(tail, score), len(tail) - 1)
    low, high = tail[place - 1], tail[place]
    step = (score - low) / max(high - low, 1e-9)
    return float(2.0 ** -(place + min(step, 30.0)))


def tail_score(tail: Sequence[float], share: float) -> float:
    """The score that a share of the population, at most a half, reaches."""
    position = min(max(-math.log2(share) - 1, 0.0), len(tail) - 1.0)
    low = min(int(position), len(tail) - 2)
    return tail[low] + (position - low) * (tail[low + 1] - tail[low])
