"""K-means parts spending levels, names them in words, and keeps a merchant in its group."""

import random

import pytest

from analytics_service.clients.fitting import LevelFitting
from analytics_service.domain.errors import FitFailed
from analytics_service.domain.levels import LevelModel


def crowd(seed: int = 3) -> list[tuple[float, float]]:
    """Coffee (often, little), groceries (weekly, medium), rents (monthly, much)."""
    rng = random.Random(seed)
    groups = ((20, 2_000), (4, 15_000), (1, 400_000))
    return [
        (frequency * rng.uniform(0.8, 1.25), amount * rng.uniform(0.8, 1.25))
        for frequency, amount in groups
        for _ in range(15)
    ]


def test_three_crowds_are_three_groups_with_names() -> None:
    found = LevelFitting().fit(crowd())

    assert found.chosen == 3
    assert sorted(found.models) == [2, 3, 4, 5, 6]
    model = found.models[3]
    assert [model.label(number) for number in range(3)] == [
        "daily-small",
        "weekly-medium",
        "monthly-large",
    ]
    assert [model.nearest(*point) for point in crowd()] == [0] * 15 + [1] * 15 + [2] * 15
    assert model.silhouette is not None
    assert model.silhouette > 0.8
    frequency, average = model.centre(2)
    assert (round(frequency), round(average, -5)) == (1, 400_000)


def test_equal_points_make_no_groups() -> None:
    found = LevelFitting().fit([(1.0, 100.0)] * 9)

    assert (found.models, found.chosen) == ({}, 0)


def test_a_fit_that_fails_says_so() -> None:
    with pytest.raises(FitFailed):
        LevelFitting().fit([(-1.0, 1.0), (2.0, 3.0), (4.0, 5.0), (6.0, 7.0)])


def test_a_point_goes_to_the_nearest_centre() -> None:
    model = LevelModel(
        centres=((-1.0, -1.0), (1.0, 1.0)), shift=(0.0, 5.0), scale=(1.0, 1.0), silhouette=0.5
    )

    assert [model.nearest(0.5, 50.0), model.nearest(3.0, 900.0)] == [0, 1]
