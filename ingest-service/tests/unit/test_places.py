"""Which city a place is told to be in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest_service.domain.places import NO_CITY, city_code_of
from ingest_service.domain.sphere import EARTH_RADIUS_KM
from ingest_service.training.gazetteer import make_gazetteer
from ingest_service.training.places import FARTHEST_KM, Places, open_places

GAZETTEER = make_gazetteer()
ROUNDING_KM = 0.3
"""Rows are looked up in steps of 110 m."""


@pytest.fixture(scope="module")
def places() -> Places:
    return Places(GAZETTEER)


def named(places: Places, code: str) -> str:
    return places.cities([code])[0].name if code else ""


def by_words(places: Places, *texts: str) -> list[str]:
    nowhere = np.full(len(texts), np.nan)
    return [named(places, code) for code in places.codes(texts, nowhere, nowhere)]


def by_point(places: Places, *points: tuple[float, float]) -> list[str]:
    lats, lons = np.array(points).T
    return [named(places, code) for code in places.codes([""] * len(points), lats, lons)]


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("上海市黄浦区", "上海"),
        ("杭州", "杭州"),
        ("苏州市吴江区盛泽镇", "苏州"),
        ("重庆市忠县", "重庆"),
        ("济源", "济源"),
        ("湖北仙桃市", "仙桃"),
        ("上海南京西路1266号", "上海"),
        ("香港中环", "香港"),
        ("台湾省台北市", "台北"),
        ("日本大阪", "大阪"),
        ("东京都", "东京"),
        ("Paris, France", "巴黎"),
        ("Portland, US", "Portland"),
        ("SHANGHAI", "上海"),
        ("Tokyo Station", "东京"),
        ("Singapore", "新加坡"),
    ],
)
def test_words_name_a_city(places: Places, text: str, city: str) -> None:
    assert by_words(places, text) == [city]


@pytest.mark.parametrize(
    "text", ["", "家", "公司", "江苏省", "南京西路1266号", "北京路", "Coffee", "Order 12", "中国"]
)
def test_words_that_name_none_are_left_without(places: Places, text: str) -> None:
    assert by_words(places, text) == [""]


def test_a_named_country_decides_between_cities_of_one_name(places: Places) -> None:
    nowhere = np.full(2, np.nan)
    codes = places.codes(["Birmingham, GB", "Birmingham, US"], nowhere, nowhere)
    assert [code[:2] for code in codes] == ["GB", "US"]


def test_coordinates_take_the_nearest_centre(places: Places) -> None:
    points = [(31.23, 121.47), (31.29, 120.58), (22.54, 114.06), (22.28, 114.17), (48.85, 2.35)]
    assert by_point(places, *points) == ["上海", "苏州", "深圳", "香港", "巴黎"]


def test_a_suburb_belongs_to_its_large_neighbour(places: Places) -> None:
    assert by_point(places, (51.54, -0.10), (35.69, 139.70)) == ["伦敦", "东京"]


def test_coordinates_count_for_more_than_words(places: Places) -> None:
    code = places.codes(["北京"], np.array([31.23]), np.array([121.47]))
    assert [named(places, one) for one in code] == ["上海"]


def test_a_point_far_from_every_town_takes_its_words(places: Places) -> None:
    codes = places.codes(["", "杭州"], np.array([0.0, 0.0]), np.array([-30.0, -30.0]))
    assert codes[0] == NO_CITY
    assert named(places, codes[1]) == "杭州"


def test_many_points_agree_with_a_plain_search(places: Places) -> None:
    rng = np.random.default_rng(5)
    lats, lons = rng.uniform(20, 45, 200), rng.uniform(100, 145, 200)
    found = places.codes([""] * 200, lats, lons)
    centres = np.array([(lat, lon) for lat, lon, _ in GAZETTEER["points"]])
    owners = [GAZETTEER["cities"][at][0] for *_, at in GAZETTEER["points"]]
    phi, theta = np.radians(centres.T)
    for lat, lon, code in zip(lats, lons, found, strict=True):
        here, there = np.radians(lat), np.radians(lon)
        cosine = np.sin(phi) * np.sin(here) + np.cos(phi) * np.cos(here) * np.cos(theta - there)
        km = EARTH_RADIUS_KM * np.arccos(np.clip(cosine, -1, 1))
        near = {owners[at] for at in np.flatnonzero(km <= km.min() + ROUNDING_KM)}
        if km.min() > FARTHEST_KM - ROUNDING_KM:
            near.add(NO_CITY)
        assert code in near


@pytest.mark.parametrize(
    ("adcode", "city"),
    [
        ("310101", "CN-310100"),
        ("310000", "CN-310100"),
        ("500233", "CN-500100"),
        ("320000", None),
        ("320509", "CN-320500"),
        ("429004", "CN-429004"),
        ("429000", None),
    ],
)
def test_a_division_has_its_prefecture_as_city(adcode: str, city: str | None) -> None:
    assert city_code_of(adcode) == city


def test_every_city_has_names_in_both_languages_and_a_code_of_its_own() -> None:
    codes = [code for code, *_ in GAZETTEER["cities"]]
    assert len(set(codes)) == len(codes)
    assert all(name and name_en for _, name, name_en, *_ in GAZETTEER["cities"])


def test_the_gazetteer_is_made_once(tmp_path: Path) -> None:
    (tmp_path / "gazetteer-0-old.json").write_text("{}")
    open_places(tmp_path)
    (made,) = tmp_path.iterdir()
    before = made.stat().st_mtime_ns
    open_places(tmp_path)
    assert made.stat().st_mtime_ns == before
