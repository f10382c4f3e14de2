"""Stored rows as the cells of the platform's own table, column by column.

Blocks of rows are turned at once: what differs from row to row is looked up, not computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ingest_service.domain.amounts import format_minor
from ingest_service.domain.export_naming import naming_columns
from ingest_service.domain.export_table import (
    category_check,
    category_source_word,
    direction_word,
    neutralised,
    yes_word,
)
from ingest_service.domain.local_clock import LocalClock
from ingest_service.domain.models import CATEGORY_SOURCES, DIRECTIONS

EXPORTED_FIELDS = (
    "time", "amount_minor", "currency", "direction", "category_id", "merchant", "lat", "lon",
    "place", "note", "source", "external_id", "account", "order_ref", "refunded_minor", "pending",
    "category_source", "category_confidence",
)  # fmt: skip
"""The columns of a stored row that an export shows, in the order of export_table.TABLE_COLUMNS.

One more follows: what export_naming tells of rows that have links or were changed, mostly None."""
Row = tuple[Any, ...]
Column = Sequence[Any]
Block = Sequence[Column]
"""The columns of some rows, one for each column of the table."""
_CENTS = 2


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the cells are: language, clock, names of categories, places of currencies."""

    lang: str
    clock: LocalClock
    paths: Mapping[int, str]
    exponent_of: Callable[[str], int]


def text_blocks(rows: Iterable[Sequence[Row]], reader: Reader) -> Iterator[Block]:
    """Cells of text as a CSV file shows them; no cell can be run by a spreadsheet."""
    for block in rows:
        columns = _common(block, reader)
        columns["time"] = reader.clock.texts(columns["time"])
        columns["lat"] = _floats(columns["lat"])
        columns["lon"] = _floats(columns["lon"])
        yield _safe(columns)


def sheet_blocks(rows: Iterable[Sequence[Row]], reader: Reader) -> Iterator[Block]:
    """Cells of a workbook: times as the numbers of sheets, the other numbers as text."""
    for block in rows:
        columns = _common(block, reader)
        columns["time"] = reader.clock.serials(columns["time"])
        columns["lat"] = _floats(columns["lat"])
        columns["lon"] = _floats(columns["lon"])
        yield _safe(columns)


def value_blocks(rows: Iterable[Sequence[Row]], reader: Reader) -> Iterator[Block]:
    """Values for programs: instants with their offset, English words, None for nothing.

    Amounts are texts, coordinates floats, pending is a boolean; nothing is made harmless.
    """
    english = replace(reader, lang="en")
    for block in rows:
        columns = _common(block, english)
        columns["time"] = reader.clock.instants(columns["time"])
        columns["pending"] = [bool(row[15]) for row in block]
        columns["category_confidence"] = [row[17] for row in block]
        for name in ("refunded", "ref", "stated_direction", "stated_refunded"):
            columns[name] = [cell or None for cell in columns[name]]
        yield list(columns.values())


def _common(block: Sequence[Row], reader: Reader) -> dict[str, Column]:
    """The columns by the keys of the table; time, lat and lon as they are stored."""
    (time, minor, currency, direction, category, merchant, lat, lon, place, note, source,
     external_id, account, order_ref, refunded, pending, category_source, confidence,
     naming) = zip(*block, strict=True)  # fmt: skip
    words = {name: direction_word(name, reader.lang) for name in DIRECTIONS}
    sources = {name: category_source_word(name, reader.lang) for name in CATEGORY_SOURCES}
    paths = reader.paths
    checks = {id_: category_check(paths.get(id_, "")) for id_ in set(category)}
    yes = ("", yes_word(reader.lang))
    return {
        "time": time,
        "amount": _amounts(minor, currency, reader.exponent_of),
        "currency": currency,
        "direction": [words[name] for name in direction],
        "category": [paths.get(id_, "") for id_ in category],
        "merchant": merchant,
        "lat": lat,
        "lon": lon,
        "place": place,
        "note": note,
        "source": source,
        "external_id": external_id,
        "account": account,
        "order_ref": order_ref,
        "refunded": _refunds(refunded, currency, reader.exponent_of),
        "pending": [yes[flag] for flag in pending],
        "category_source": [sources[name] for name in category_source],
        "category_confidence": _floats(confidence),
        **naming_columns(
            naming,
            lambda at: dict(zip(EXPORTED_FIELDS, block[at], strict=False)),
            lang=reader.lang,
            exponent_of=reader.exponent_of,
        ),
        "category_check": [checks[id_] for id_ in category],
    }


_TEXTS = ("category", "merchant", "place", "note", "source", "external_id", "account", "order_ref")


def _safe(columns: dict[str, Column]) -> Block:
    for name in _TEXTS:
        columns[name] = neutralised(columns[name])
    return list(columns.values())


def _amounts(
    minors: Sequence[int], currencies: Sequence[str], exponent_of: Callable[[str], int]
) -> list[str]:
    places = {currency: exponent_of(currency) for currency in set(currencies)}
    if set(places.values()) == {_CENTS}:
        return [f"{minor // 100}.{minor % 100:02d}" for minor in minors]
    return [
        format_minor(minor, places=places[currency])
        for minor, currency in zip(minors, currencies, strict=True)
    ]


def _refunds(
    minors: Sequence[int], currencies: Sequence[str], exponent_of: Callable[[str], int]
) -> list[str]:
    return [
        format_minor(minor, places=exponent_of(currency)) if minor else ""
        for minor, currency in zip(minors, currencies, strict=True)
    ]


def _floats(values: Sequence[float | None]) -> list[str]:
    if not any(value is not None for value in values):
        return [""] * len(values)
    return ["" if value is None else repr(value) for value in values]
