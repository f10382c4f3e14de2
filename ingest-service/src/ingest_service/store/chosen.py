"""Changes of many rows at once, each with a number of its own in the feed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Select, column, insert, table, text, update

from ingest_service.store.rows import take_seq
from ingest_service.store.tables import expenses

CHOSEN = table(
    "chosen", column("n"), column("id"), column("target"), column("confidence"), schema="temp"
)
"""The rows that a change of many is for; made anew by every such change."""
_COLUMNS = ("id", "target", "confidence")


def set_rows(connection: Connection, rows: Select[Any], values: Mapping[str, object]) -> int:
    """Give the rows new values and seqs; how many. Their ids stay in CHOSEN until the next time.

    A second and third column of the select give each row's own category and confidence.
    """
    connection.execute(text("DROP TABLE IF EXISTS temp.chosen"))
    connection.execute(
        text(
            "CREATE TEMP TABLE chosen"
            " (n INTEGER PRIMARY KEY, id INTEGER NOT NULL, target, confidence)"
        )
    )
    names = _COLUMNS[: len(rows.selected_columns)]
    ordered = rows.order_by(rows.selected_columns[0])
    count = connection.execute(insert(CHOSEN).from_select(names, ordered)).rowcount
    if count > 0:
        first = take_seq(connection, count)
        statement = (
            update(expenses)
            .where(expenses.c.id == CHOSEN.c.id)
            .values(**values, seq=first + CHOSEN.c.n - 1)
        )
        connection.execute(statement)
    return count
