"""The grid that coordinates are put into: cells of a power of ten of a degree.

A point lies in the cell whose edges hold it, west and south included, by the very comparisons that
a filter makes: an edge is the number nearest to its decimal, as a reader of "31.23" gets it. The
finest cells are 0.0001 degrees wide (11 m), and every coarser cell is made of whole finer ones.
"""

import math
from dataclasses import dataclass

FINEST = 4
"""Decimals of the finest cells."""
AREA = 2
"""Decimals of the cells that rollups keep, 0.01 degrees (1.1 km)."""
COARSEST = -1
"""Ten degrees."""
NO_CELL = -1
"""Stands for rows without coordinates."""
WIDTH = 4_000_000
"""A cell's number is its row times this, plus its column, both counted from 90 S, 180 W."""
MAX_LATITUDE, MAX_LONGITUDE = 90, 180
STEPS = 10_000
"""Finest cells to a degree."""
LAST_ROW, LAST_COLUMN = 2 * MAX_LATITUDE * STEPS - 1, 2 * MAX_LONGITUDE * STEPS - 1
SCREEN_CELLS = 100
"""So many cells across are what a screen shows."""
Extent = tuple[float, float, float, float]
"""West, south, east and north in degrees."""
MAX_CELLS = 5_000
"""More are put into coarser cells."""


@dataclass(frozen=True, slots=True)
class Box:
    """The points with west <= lon < east and south <= lat < north, in degrees of 4 decimals.

    North 90 and east 180 belong to the box that ends there.
    """

    west: float
    south: float
    east: float
    north: float

    @property
    def rows(self) -> tuple[int, int]:
        """The first row of finest cells, and the one after the last."""
        offset = MAX_LATITUDE * STEPS
        return index_of(self.south) + offset, index_of(self.north) + offset

    @property
    def columns(self) -> tuple[int, int]:
        """The first column of finest cells, and the one after the last."""
        offset = MAX_LONGITUDE * STEPS
        return index_of(self.west) + offset, index_of(self.east) + offset

    @property
    def is_of_areas(self) -> bool:
        """Whether it holds the rollups' cells whole or not at all."""
        parts = parts_of(AREA, of=FINEST)
        return not any(edge % parts for edge in (*self.rows, *self.columns))

    @property
    def text(self) -> str:
        """As a query writes it."""
        return edges_text(self.rows, self.columns)


def index_of(degrees: float) -> int:
    """Which finest step holds a number of degrees, 0 for the one that begins at 0 degrees."""
    index = math.floor(degrees * STEPS)
    if (index + 1) / STEPS <= degrees:
        return index + 1
    return index - 1 if index / STEPS > degrees else index


def cell_of(lat: float | None, lon: float | None) -> int:
    """The finest cell of a point; NO_CELL where a coordinate is missing.

    The last row and column hold the edges at which they end: 90 N and 180 E.
    """
    if lat is None or lon is None:
        return NO_CELL
    row = min(index_of(lat) + MAX_LATITUDE * STEPS, LAST_ROW)
    return row * WIDTH + min(index_of(lon) + MAX_LONGITUDE * STEPS, LAST_COLUMN)


def area_of(cell: int) -> int:
    """The rollups' cell of a finest cell."""
    if cell == NO_CELL:
        return NO_CELL
    parts = parts_of(AREA, of=FINEST)
    return cell // WIDTH // parts * WIDTH + cell % WIDTH // parts


def parts_of(decimals: int, *, of: int) -> int:
    """How many cells of `of` decimals make one of fewer decimals, along one side."""
    parts: int = 10 ** (of - decimals)
    return parts


def edges_text(rows: tuple[int, int], columns: tuple[int, int]) -> str:
    """The box from first row and column of finest cells to those after the last, as a query."""
    south, north = (_degrees(row, MAX_LATITUDE) for row in rows)
    west, east = (_degrees(column, MAX_LONGITUDE) for column in columns)
    return f"{west},{south},{east},{north}"


def _degrees(index: int, offset: int) -> str:
    """Where a finest row or column begins, as a decimal without needless zeros."""
    steps = index - offset * STEPS
    whole, part = divmod(abs(steps), STEPS)
    sign = "-" if steps < 0 else ""
    return f"{sign}{whole}.{part:0{FINEST}}".rstrip("0").rstrip(".")


def size_of(decimals: int) -> float:
    """How wide and high a cell is, in degrees."""
    return float(10**-decimals)


def fitting_decimals(extent: Extent | None) -> int:
    """Cells of which about a hundred lie across an extent."""
    if extent is None:
        return AREA
    west, south, east, north = extent
    widest = max(east - west, north - south, size_of(FINEST))
    return min(FINEST, max(COARSEST, round(math.log10(SCREEN_CELLS / widest))))
