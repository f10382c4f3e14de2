"""The change feed: which columns it has, and how a page of it is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

EXPENSE_COLUMNS = (
    "seq", "id", "user_id", "deleted", "time", "local_day", "local_hour", "local_weekday",
    "amount_minor", "refunded_minor", "currency", "direction", "category_id", "merchant", "place",
    "lat", "lon", "city", "note", "source", "account", "import_id", "created_at",
)  # fmt: skip
TEXT_COLUMNS = (
    "currency", "direction", "merchant", "place", "city", "note", "source", "account",
)  # fmt: skip
WIRE_NAMES = tuple("local_date" if name == "local_day" else name for name in EXPENSE_COLUMNS)
CITY_COLUMNS = ("seq", "code", "name", "name_en", "lat", "lon")
CATEGORY_COLUMNS = ("seq", "id", "user_id", "deleted", "name", "code", "parent_id")


@dataclass(frozen=True, slots=True)
class FeedHead:
    """Where a page of the feed begins and ends; the categories and cities in it, as columns."""

    epoch: str
    after: int
    next: int
    has_more: bool
    categories: Mapping[str, Sequence[Any]]
    cities: Mapping[str, Sequence[Any]]


FeedPages = Iterator[FeedHead | list[Sequence[Any]]]
"""First the head, then batches of expense rows, each a list of EXPENSE_COLUMNS' values."""


class FeedStream(Protocol):
    """A page of the feed as one Arrow IPC stream, in blocks."""

    def __iter__(self) -> Self:
        """Itself."""
        ...

    def __next__(self) -> bytes:
        """The next block."""
        ...

    def close(self) -> None:
        """Stop, whether or not all was read."""
        ...
