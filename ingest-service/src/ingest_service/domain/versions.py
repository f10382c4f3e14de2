"""One row as several statements tell it: which of them counts, column by column.

A row holds what its statements say together. Each statement's own words are kept where they
differ, so that a row can be put together again without one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Version = Mapping[str, Any]
"""VERSION_COLUMNS of one telling of a row; fingerprint in hexadecimal digits."""

VERSION_COLUMNS = (
    "time", "local_day", "local_hour", "local_weekday", "amount_minor", "stated_refund_minor",
    "direction", "merchant", "place", "lat", "lon", "note", "account", "order_ref", "closed",
    "pending", "category_id", "category_source", "category_confidence", "fingerprint", "occurrence",
)  # fmt: skip
_CATEGORY = ("category_id", "category_source", "category_confidence")
_GROWING = ("merchant", "note", "account")
_FILLED = ("order_ref", "place", "lat", "lon")
# Where a person changed the time, all of these are his.
_TIMES = ("time", "local_day", "local_hour", "local_weekday")


def merged(telling: Version, later: Version) -> Version:
    """The row after a later statement told it once more.

    What is settled stays settled; refunds and texts only grow; where time, amount or state differ,
    the later statement is right.
    """
    if later["pending"] and not telling["pending"]:
        return telling
    if telling["pending"] and not later["pending"]:
        return {name: _or_kept(later[name], telling[name]) for name in VERSION_COLUMNS}
    found = dict(later)
    for name in _GROWING:
        found[name] = _grown(telling[name], later[name])
    for name in _FILLED:
        found[name] = _or_kept(telling[name], later[name])
    found["stated_refund_minor"] = min(
        max(telling["stated_refund_minor"], later["stated_refund_minor"]), later["amount_minor"]
    )
    if not _retold(telling, later, found):
        for name in _CATEGORY:
            found[name] = telling[name]
    return found


def together(tellings: Iterable[Version]) -> Version:
    """The row as all these statements tell it, in the order in which they came."""
    first, *rest = tellings
    for later in rest:
        first = merged(first, later)
    return first


def changed_columns(before: Version, after: Version) -> list[str]:
    """Names of the columns that differ."""
    return [name for name in VERSION_COLUMNS if before[name] != after[name]]


def free_to_change(names: Iterable[str], *, edited: str, category_source: str) -> list[str]:
    """Of these columns those that no person has set."""
    own = set(edited.split())
    if "time" in own:
        own.update(_TIMES)
    if category_source == "user":
        own.update(_CATEGORY)
    return [name for name in names if name not in own]


def _retold(telling: Version, later: Version, found: Version) -> bool:
    """Whether the later statement has a reason to choose the category anew."""
    if later["category_source"] == "file":
        return bool(later["category_id"] != telling["category_id"])
    if telling["category_source"] == "file":
        return False
    return any(found[name] != telling[name] for name in ("merchant", "note", "direction"))


def _grown(before: str, after: str) -> str:
    """The later text where it holds the earlier one."""
    return after if before in after else before


def _or_kept(value: Any, kept: Any) -> Any:
    return kept if value is None or value == "" else value
