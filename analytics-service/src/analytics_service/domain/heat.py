"""What a heat map shows: where money was spent, by cell or by city."""

from dataclasses import dataclass

from analytics_service.domain.categories import Tally
from analytics_service.domain.grid import Box


@dataclass(frozen=True, slots=True)
class City:
    """A city with its names in Chinese and English and its centre in degrees."""

    code: str
    name: str
    name_en: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A cell of the grid; rows and columns count finest cells, and end before their second."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    tally: Tally
    share: float


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells with what was spent in them, the largest sums first.

    `decimals`: of a cell's size; `coarsened`: finer ones were asked for, and were too many.
    """

    decimals: int
    coarsened: bool
    box: Box | None
    total: Tally
    located: Tally
    items: list[HeatCell]


@dataclass(frozen=True, slots=True)
class HeatCity:
    """A city with what was spent in it."""

    city: City
    tally: Tally
    share: float


@dataclass(frozen=True, slots=True)
class CityMap:
    """Cities, the largest sums first; `rest`: those beyond the most that one answer has."""

    total: Tally
    located: Tally
    items: list[HeatCity]
    rest: Tally
