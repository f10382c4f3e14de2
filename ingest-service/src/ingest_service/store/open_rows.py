"""Rows whose category nobody has decided, grouped by their texts; and proposals applied to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    column,
    func,
    literal,
    or_,
    select,
    table,
    text,
)

from ingest_service.domain.learning import OpenTexts, Proposed
from ingest_service.domain.shipped_rules import MEALS_BY_HOUR
from ingest_service.store.chosen import CHOSEN, set_rows
from ingest_service.store.matching import live_rows
from ingest_service.store.tables import expenses

_OPEN = ("default", "model")
_BLOCK = 20_000
_PROPOSED = table(
    "proposed",
    *map(column, ("merchant", "note", "direction", "meal", "target", "confidence")),
    schema="temp",
)


class SqliteOpenRows:
    """The open rows of all users."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def texts(self, user_id: int) -> Iterator[Sequence[OpenTexts]]:
        """The open rows in blocks, those together that look alike and stand in one category."""
        c = expenses.c
        guessed = c.category_source == "model"
        alike = (c.merchant, c.note, c.direction, _meal(), c.category_id, guessed)
        query = select(*alike, func.count()).where(_open(user_id)).group_by(*alike)
        found = self._connection.execution_options(yield_per=_BLOCK).execute(query)
        for block in found.partitions(_BLOCK):
            yield [
                OpenTexts(
                    merchant=row[0],
                    note=row[1],
                    direction=row[2],
                    meal=row[3],
                    category_id=row[4],
                    guessed=bool(row[5]),
                    count=row[6],
                )
                for row in block
            ]

    def apply(self, user_id: int, proposed: Iterable[Proposed]) -> int:
        """Give rows that are still open what was proposed for their texts; how many changed."""
        self._connection.execute(text("DROP TABLE IF EXISTS temp.proposed"))
        self._connection.execute(
            text(
                "CREATE TEMP TABLE proposed (merchant, note, direction, meal, target, confidence,"
                " PRIMARY KEY (merchant, note, direction, meal)) WITHOUT ROWID"
            )
        )
        rows = [
            (one.merchant, one.note, one.direction, one.meal, one.category_id, one.confidence)
            for one in proposed
        ]
        if not rows:
            return 0
        self._connection.exec_driver_sql(
            "INSERT OR REPLACE INTO temp.proposed VALUES (?, ?, ?, ?, ?, ?)", rows
        )
        return set_rows(
            self._connection,
            _changed(user_id),
            {
                "category_id": CHOSEN.c.target,
                "category_confidence": CHOSEN.c.confidence,
                "category_source": "model",
            },
        )


def _changed(user_id: int) -> Select[tuple[int, int, float]]:
    c, p = expenses.c, _PROPOSED.c
    alike = and_(
        p.merchant == c.merchant, p.note == c.note, p.direction == c.direction, p.meal == _meal()
    )
    differs = or_(c.category_id.is_distinct_from(p.target), c.category_source == "default")
    return (
        select(c.id, p.target, p.confidence)
        .select_from(expenses.join(_PROPOSED, alike))
        .where(_open(user_id), differs)
    )


def _open(user_id: int) -> ColumnElement[bool]:
    c = expenses.c
    return and_(live_rows(user_id), c.category_source.in_(_OPEN), c.direction != "transfer")


def _meal() -> ColumnElement[int]:
    """Which meal the hour would make of plain dining: its place in MEALS_BY_HOUR, -1 for none."""
    hour = expenses.c.local_hour
    whens = [
        (and_(hour >= first, hour < end), literal(at))
        for at, (first, end, _) in enumerate(MEALS_BY_HOUR)
    ]
    return case(*whens, else_=literal(-1))
