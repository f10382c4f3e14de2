"""Spending levels: merchants or categories by how often and how much, in a few named groups.

The groups are found over a user's whole history, so that a merchant keeps its group whatever
range or filter is looked at. Distances are taken between standardised logarithms: both figures
span several powers of ten.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics_service.domain.categories import Category, Tally

DAYS_PER_MONTH = 365.25 / 12
MIN_POINTS = 8
"""Fewer points make no groups."""
MIN_CLUSTERS = 2
MAX_CLUSTERS = 6
MAX_POINTS = 2_000
"""More dots cannot be told apart on a screen; the largest amounts are kept."""
REFIT_SHARE = 0.05
"""The groups are found anew when this share of the rows came or went."""
SIZE_STEP = math.log(1.8)
"""From this factor off the usual average on, an average is small or large."""
RHYTHMS = ((12.0, "daily"), (3.0, "weekly"), (0.8, "monthly"))
"""From how many purchases a month on a rhythm has this name; below the last it is rare."""

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LevelModel:
    """Centres in standardised logarithms of (purchases a month, average in minor units)."""

    centres: tuple[Pair, ...]
    shift: Pair
    scale: Pair
    silhouette: float | None

    def nearest(self, frequency: float, average_minor: float) -> int:
        """The number of the group whose centre is nearest."""
        logs = (math.log(frequency), math.log(average_minor))
        at = [(log - s) / w for log, s, w in zip(logs, self.shift, self.scale, strict=True)]
        gaps = [math.dist(at, centre) for centre in self.centres]
        return gaps.index(min(gaps))

    def centre(self, number: int) -> Pair:
        """Purchases a month and average in minor units at the middle of a group."""
        frequency, average = (
            math.exp(z * w + s)
            for z, s, w in zip(self.centres[number], self.shift, self.scale, strict=True)
        )
        return frequency, average

    def label(self, number: int) -> str:
        """The group in words: how often, and how much against what is usual."""
        frequency, average = self.centre(number)
        rhythm = next((name for least, name in RHYTHMS if frequency >= least), "rare")
        off = math.log(average) - self.shift[1]
        size = "small" if off < -SIZE_STEP else "large" if off > SIZE_STEP else "medium"
        return f"{rhythm}-{size}"


ONE_GROUP = LevelModel(centres=((0.0, 0.0),), shift=(0.0, 0.0), scale=(1.0, 1.0), silhouette=None)


@dataclass(frozen=True, slots=True)
class LevelPoint:
    """A merchant or category on the scatter; `frequency` in purchases a month."""

    key: int
    name: str
    category: Category
    tally: Tally
    frequency: float
    average_minor: float
    cluster: int


@dataclass(frozen=True, slots=True)
class LevelGroup:
    """A group of points that are shown; centre as LevelModel.centre gives it, label in words."""

    cluster: int
    label: str
    centre: Pair
    size: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Scatter:
    """What level-scatter shows; `left_out` points were more than a screen holds."""

    by: str
    months: float
    points: Sequence[LevelPoint]
    groups: Sequence[LevelGroup]
    silhouette: float | None
    left_out: int


@dataclass(frozen=True, slots=True)
class FittedLevels:
    """A model for each number of groups, and the number that parts the points best."""

    models: Mapping[int, LevelModel]
    chosen: int


def months_of(days: int) -> float:
    """A number of days in months, at least one."""
    return max(1.0, days / DAYS_PER_MONTH)


def groups_of(points: Sequence[LevelPoint], model: LevelModel) -> list[LevelGroup]:
    """The groups that have points, in the model's order."""
    found = []
    for number in range(len(model.centres)):
        own = [point for point in points if point.cluster == number]
        if own:
            whole = Tally(
                sum(point.tally.count for point in own),
                sum(point.tally.amount_minor for point in own),
            )
            group = LevelGroup(number, model.label(number), model.centre(number), len(own), whole)
            found.append(group)
    return found


def one_group(points: Sequence[LevelPoint]) -> list[LevelGroup]:
    """All points as one group without a name, in the middle of them."""
    if not points:
        return []
    frequency = math.exp(math.fsum(math.log(point.frequency) for point in points) / len(points))
    average = math.exp(math.fsum(math.log(point.average_minor) for point in points) / len(points))
    whole = Tally(
        sum(point.tally.count for point in points),
        sum(point.tally.amount_minor for point in points),
    )
    return [LevelGroup(0, "all", (frequency, average), len(points), whole)]
