"""Columns of an export that most rows leave empty: name, links, what the statement said."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ingest_service.domain.amounts import format_minor
from ingest_service.domain.export_links import RowName, name_text, ties_text
from ingest_service.domain.export_table import direction_word
from ingest_service.domain.fingerprints import fingerprint

NAMING_COLUMNS = ("ref", "links", "stated_direction", "stated_refunded")
_IDENTITY = ("time", "amount_minor", "currency", "source", "external_id", "merchant", "note")


def naming_columns(
    told: Sequence[str | None],
    rows: Callable[[int], dict[str, Any]],
    *,
    lang: str,
    exponent_of: Callable[[str], int],
) -> dict[str, list[str]]:
    """NAMING_COLUMNS of a block of rows.

    Args:
        told: for each row that has links or that its owner changed JSON [fingerprint in
            hexadecimal digits, occurrence, stated direction, stated refund in minor units, links
            that begin there, links that end there (as ties_text() takes them)]; else None.
        rows: the fields of a row by its number.
        lang: of the words.
        exponent_of: decimal places of a currency.
    """
    columns = {name: [""] * len(told) for name in NAMING_COLUMNS}
    if not any(told):
        return columns
    for at, naming in enumerate(told):
        if naming:
            row = rows(at)
            cells = _cells(json.loads(naming), row, lang, exponent_of(row["currency"]))
            for column, cell in zip(columns.values(), cells, strict=True):
                column[at] = cell
    return columns


def _cells(
    naming: Sequence[Any], row: dict[str, Any], lang: str, places: int
) -> tuple[str, str, str, str]:
    known, occurrence, stated, refund, outgoing, incoming = naming
    identity = {name: row[name] for name in _IDENTITY}
    told = fingerprint(**identity, direction=stated or row["direction"])
    has_more = incoming and refund != row["refunded_minor"]
    return (
        name_text(RowName(bytes.fromhex(known), occurrence), told),
        ties_text(outgoing, incoming, lang),
        direction_word(stated, lang) if stated else "",
        format_minor(refund, places=places) if has_more else "",
    )
