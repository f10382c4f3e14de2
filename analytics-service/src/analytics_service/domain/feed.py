"""The change feed's rows as this service reads them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class ExpenseChange(NamedTuple):
    """The state of one expense after a change; a tombstone where `deleted`.

    A tuple, because a first pull makes millions of them and hands them on as database rows.
    `local_day` counts days from 1970-01-01, `time` and `created_at` are epoch seconds; `city` is a
    city's code, empty where none is known.
    """

    id: int
    user_id: int
    deleted: bool
    seq: int
    time: int
    local_day: int
    local_hour: int
    amount_minor: int
    refunded_minor: int
    currency: str
    direction: str
    category_id: int | None
    merchant: str
    place: str
    lat: float | None
    lon: float | None
    city: str
    note: str
    source: str
    account: str
    import_id: int | None
    created_at: int


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """The state of one category after a change; a tombstone where `deleted`."""

    id: int
    user_id: int
    deleted: bool
    name: str
    code: str | None
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class CityChange:
    """A city in which rows are: its code, its names in Chinese and English, its centre."""

    code: str
    name: str
    name_en: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Every change with `after < seq <= next`, under one epoch of the feed."""

    epoch: str
    after: int
    next: int
    has_more: bool
    expenses: Sequence[ExpenseChange]
    categories: Sequence[CategoryChange]
    cities: Sequence[CityChange] = ()
    table: Any = None
    """The expenses as a pyarrow table in the feed's own columns, where they came as one."""
    waiting: int = 0
    """How many changes at most the answer that the page is of holds, from this page on."""


Following = Callable[[int], FeedPage]
"""The page that follows a seq."""
