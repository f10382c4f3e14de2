"""Cities, and which one a place is told to be in.

A city's code is its country (ISO 3166-1) and its number there: `CN-310100` by GB/T 2260 for the
mainland, `JP-1850147` by GeoNames elsewhere. "" stands for no known city.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypedDict

NO_CITY = ""
ANY_CITY = "any"
"""Stands in filters for every row of a known city."""
MAX_LATITUDE = 90.0
MAX_LONGITUDE = 180.0
_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
_HAN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class City:
    """A city with its name in Chinese and in English, and its centre in degrees."""

    code: str
    name: str
    name_en: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Box:
    """The points with west <= lon < east and south <= lat < north, in degrees.

    North 90 and east 180 belong to the box that ends there.
    """

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A stored row whose city nobody has looked for since its place changed."""

    id: int
    place: str
    lat: float | None
    lon: float | None


class Gazetteer(TypedDict):
    """What is known of places, as JSON holds it.

    cities: [code, name, name_en, lat, lon]; points: [lat, lon, index of the city];
    names: folded name to index of the city; countries: folded name or code to code.
    """

    cities: list[list[Any]]
    points: list[list[float]]
    names: dict[str, int]
    countries: dict[str, str]


class Locator(Protocol):
    """Finds cities, offline."""

    def codes(self, places: Sequence[str], lats: Any, lons: Any) -> list[str]:
        """The city's code of each row, by its coordinates or else its words; NO_CITY: unknown.

        Latitudes and longitudes are arrays of float64 in degrees, NaN where there are none.
        """
        ...

    def cities(self, codes: Sequence[str]) -> list[City]:
        """The cities of these codes."""
        ...


def is_han(word: str) -> bool:
    """Whether a word is of Chinese characters alone."""
    return _HAN.fullmatch(word) is not None


def folded(word: str) -> str:
    """A name without accents, case and doubled blanks."""
    parted = unicodedata.normalize("NFKD", word)
    plain = "".join(letter for letter in parted if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())


def name_in(name: str, country: str) -> str:
    """The key of a folded name among the cities of one country."""
    return f"{name}|{country}"


def city_code_of(adcode: str) -> str | None:
    """The city of a mainland division (six digits); None for a province that is none itself.

    Counties that stand directly below a province (省直辖, 90 in the middle) are cities.
    """
    if adcode[:2] in _MUNICIPALITIES:
        return f"CN-{adcode[:2]}0100"
    if adcode[2:4] == "00":
        return None
    if adcode[2:4] == "90":
        return None if adcode.endswith("00") else f"CN-{adcode}"
    return f"CN-{adcode[:4]}00"
