"""Cells hold exactly the points that their edges hold."""

import runpy
import sqlite3

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_service.config import MIGRATIONS_DIR
from analytics_service.domain.grid import (
    AREA,
    COARSEST,
    FINEST,
    NO_CELL,
    WIDTH,
    Box,
    area_of,
    cell_of,
    edges_text,
    fitting_decimals,
    parts_of,
)
from analytics_service.store.bulk_cells import areas, cells
from analytics_service.store.tables import AREA_OF_CELL

MIGRATION = runpy.run_path(str(MIGRATIONS_DIR / "versions" / "0004_cities_and_cells.py"))
CLOSE_TO_EDGES = st.integers(-899_999, 899_999).map(lambda n: n / 10_000)
LATITUDES = st.one_of(st.floats(-90, 90), CLOSE_TO_EDGES, st.sampled_from([-90.0, 0.29, 90.0]))
LONGITUDES = st.one_of(st.floats(-180, 180), CLOSE_TO_EDGES.map(lambda n: 2 * n))


def edges(cell: int, decimals: int, *, of: int) -> tuple[float, float, float, float]:
    """West, south, east and north of the coarser cell that holds a cell, as a query reads them."""
    parts, finest = parts_of(decimals, of=of), parts_of(decimals, of=FINEST)
    row, column = cell // WIDTH // parts * finest, cell % WIDTH // parts * finest
    west, south, east, north = map(
        float, edges_text((row, row + finest), (column, column + finest)).split(",")
    )
    return west, south, east, north


def holds(box: tuple[float, float, float, float], lat: float, lon: float) -> bool:
    """As GET /expenses reads a box."""
    west, south, east, north = box
    return (
        south <= lat
        and west <= lon
        and (lat < north or north >= 90)
        and (lon < east or east >= 180)
    )


@given(lat=LATITUDES, lon=LONGITUDES, decimals=st.integers(COARSEST, FINEST))
def test_a_cell_holds_the_points_between_its_edges(lat: float, lon: float, decimals: int) -> None:
    assert holds(edges(cell_of(lat, lon), decimals, of=FINEST), lat, lon)


@given(lat=LATITUDES, lon=LONGITUDES, decimals=st.integers(COARSEST, AREA))
def test_an_area_holds_them_too(lat: float, lon: float, decimals: int) -> None:
    assert holds(edges(area_of(cell_of(lat, lon)), decimals, of=AREA), lat, lon)


@given(
    points=st.lists(
        st.tuples(st.one_of(st.none(), LATITUDES), st.one_of(st.none(), LONGITUDES)), min_size=1
    )
)
def test_many_cells_at_once_equal_one_by_one(
    points: list[tuple[float | None, float | None]],
) -> None:
    lats, lons = (pa.array(list(values), pa.float64()) for values in zip(*points, strict=True))
    found = cells(lats, lons)
    assert found.tolist() == [cell_of(lat, lon) for lat, lon in points]
    assert areas(found).tolist() == [area_of(int(cell)) for cell in found]


@given(lat=LATITUDES, lon=LONGITUDES, corners=st.lists(CLOSE_TO_EDGES, min_size=4, max_size=4))
def test_a_box_holds_the_cells_of_its_points(lat: float, lon: float, corners: list[float]) -> None:
    west, east = sorted((corners[0] * 2, corners[1] * 2))
    south, north = sorted(corners[2:])
    box, cell = Box(west, south, east, north), cell_of(lat, lon)
    is_in = box.rows[0] <= cell // WIDTH < box.rows[1]
    is_in = is_in and box.columns[0] <= cell % WIDTH < box.columns[1]
    assert is_in == holds((west, south, east, north), lat, lon)


def test_the_last_degree_belongs_to_the_box_that_ends_there() -> None:
    box, cell = Box(170, 80, 180, 90), cell_of(90.0, 180.0)
    assert box.rows[0] <= cell // WIDTH < box.rows[1]
    assert box.columns[0] <= cell % WIDTH < box.columns[1]


@given(lat=LATITUDES, lon=LONGITUDES)
def test_the_migration_finds_the_same_cells(lat: float, lon: float) -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE expense_facts (lat, lon, cell)")
        connection.execute("INSERT INTO expense_facts VALUES (?, ?, -1)", (lat, lon))
        connection.execute(MIGRATION["_CELLS"])
        assert connection.execute("SELECT cell FROM expense_facts").fetchone() == (
            cell_of(lat, lon),
        )


@given(lat=LATITUDES, lon=LONGITUDES)
def test_the_index_has_the_areas_of_cells(lat: float, lon: float) -> None:
    cell = cell_of(lat, lon)
    with sqlite3.connect(":memory:") as connection:
        query = f"SELECT {AREA_OF_CELL} FROM (SELECT ? AS cell)"  # noqa: S608 - our own words
        told = connection.execute(query, (cell,))
        assert told.fetchone() == (area_of(cell),)


@pytest.mark.parametrize(
    "text", ["121.47,31.23,121.48,31.24", "-0.01,-0.01,0,0", "-180,-90,180,90", "1.5,2,3.0001,4"]
)
def test_a_box_is_written_as_it_was_read(text: str) -> None:
    assert Box(*map(float, text.split(","))).text == text


@pytest.mark.parametrize(
    ("extent", "decimals"),
    [
        (None, AREA),
        ((-180.0, -90.0, 180.0, 90.0), -1),
        ((100.0, 20.0, 130.0, 45.0), 1),
        ((121.2, 31.0, 121.7, 31.4), 2),
        ((121.4, 31.2, 121.4, 31.2), FINEST),
    ],
)
def test_about_a_hundred_cells_lie_across(
    extent: tuple[float, float, float, float] | None, decimals: int
) -> None:
    assert fitting_decimals(extent) == decimals


def test_a_point_without_a_coordinate_has_no_cell() -> None:
    assert cell_of(None, 1.0) == cell_of(1.0, None) == NO_CELL
    assert area_of(NO_CELL) == NO_CELL
    assert np.array([NO_CELL]).dtype == np.int64


@pytest.mark.parametrize(
    ("box", "whole"),
    [
        (Box(121, 31, 122, 32), True),
        (Box(-180, -90, 180, 90), True),
        (Box(121.47, 31.23, 121.48, 31.24), True),
        (Box(121.47, 31.2304, 121.48, 31.24), False),
        (Box(121.4701, 31.23, 121.48, 31.24), False),
    ],
)
def test_a_box_holds_areas_whole_or_it_does_not(box: Box, whole: bool) -> None:
    assert box.is_of_areas is whole
