"""Insertion of many rows: some to a statement, with what is equal in all of them bound once."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

ROWS_PER_STATEMENT = 50


def insert_many(
    raw: Any,
    table: str,
    *,
    shared: Mapping[str, Any],
    columns: Mapping[str, Sequence[Any]],
    rows: int,
) -> None:
    """Insert rows through the driver's connection.

    Args:
        raw: in a write transaction.
        table: a table of our own.
        shared: values that all rows have, by column.
        columns: the values of the other columns, all of the length `rows`.
        rows: how many.
    """
    tuples = list(zip(*columns.values(), strict=True)) if columns else [()] * rows
    whole = rows - rows % ROWS_PER_STATEMENT
    statement = _statement(table, list(shared), list(columns), rows=ROWS_PER_STATEMENT)
    raw.executemany(statement, _parameters(tuples[:whole], list(shared.values())))
    if whole < rows:
        last = _statement(table, list(shared), list(columns), rows=rows - whole)
        raw.execute(last, [*shared.values(), *chain.from_iterable(tuples[whole:])])


def _statement(table: str, shared: Sequence[str], columns: Sequence[str], *, rows: int) -> str:
    same = [f"?{at}" for at in range(1, len(shared) + 1)]
    position = len(shared) + 1
    values = []
    for _ in range(rows):
        own = [f"?{position + at}" for at in range(len(columns))]
        position += len(columns)
        values.append(f"({', '.join((*same, *own))})")
    names = ", ".join((*shared, *columns))
    return f"INSERT INTO {table} ({names}) VALUES {', '.join(values)}"  # noqa: S608 - our own names


def _parameters(tuples: Sequence[tuple[Any, ...]], shared: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(tuples), ROWS_PER_STATEMENT):
        yield [*shared, *chain.from_iterable(tuples[start : start + ROWS_PER_STATEMENT])]
