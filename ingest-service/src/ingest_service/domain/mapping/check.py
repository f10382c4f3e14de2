"""Whether a mapping can be used for a table, and what is wrong with it where it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ingest_service.domain.errors import FieldProblem
from ingest_service.domain.mapping.model import ColumnMapping
from ingest_service.domain.messages import sentence
from ingest_service.domain.profiles.base import clean_header, header_names

_ALONE = frozenset({"time", "amount", "amount_out", "amount_in", "direction", "currency"})


def problems_of(
    mapping: ColumnMapping, names: Sequence[str] | None, *, locale: str
) -> list[FieldProblem]:
    """What is wrong with the mapping, each with its place; names are the table's columns.

    Without names, only what is wrong whatever the table.
    """
    return [
        FieldProblem(
            code, sentence(code, locale=locale, params={"value": value}), f"/mapping/{place}"
        )
        for code, place, value in _found(mapping, names)
    ]


def _found(
    mapping: ColumnMapping, names: Sequence[str] | None
) -> Iterator[tuple[str, str, object]]:
    columns = mapping.columns
    if "time" not in columns:
        yield "mapping-time-missing", "columns/time", ""
    two = "amount_out" in columns or "amount_in" in columns
    if "amount" in columns and two:
        yield "mapping-amount-twice", "columns/amount", ""
    if "amount" not in columns and not two:
        yield "mapping-amount-missing", "columns/amount", ""
    if mapping.sign == "two_columns" and "amount" in columns and not two:
        yield "mapping-sign-two-columns", "sign", ""
    if mapping.sign == "by_direction" and "direction" not in columns:
        yield "mapping-direction-missing", "columns/direction", ""
    if names is not None:
        for role, column in (*columns.items(), *(("note", note) for note in mapping.notes)):
            if not _is_there(column, names):
                place = f"columns/{role}" if columns.get(role) == column else "notes"
                yield "mapping-column-unknown", place, column
    yield from _twice(mapping)


def _is_there(column: int | str, names: Sequence[str]) -> bool:
    if isinstance(column, int):
        return 0 <= column < len(names)
    return clean_header(column) in header_names(names)


def _twice(mapping: ColumnMapping) -> Iterator[tuple[str, str, object]]:
    """A column of times or money cannot mean a second thing."""
    alone = sorted(
        ((str(at), role) for role, at in mapping.columns.items() if role in _ALONE),
    )
    for column, same in groupby(alone, key=lambda pair: pair[0]):
        for _, role in list(same)[1:]:
            yield "mapping-column-twice", f"columns/{role}", column
