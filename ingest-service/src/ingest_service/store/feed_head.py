"""Where a page of the change feed begins and ends; asks whoever reads the database.

Loads no SQLAlchemy: the process that makes one Arrow page would wait for it longer than for a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ingest_service.domain.feed import CATEGORY_COLUMNS, CITY_COLUMNS, EXPENSE_COLUMNS, FeedHead

_NEWEST = "SELECT value FROM change_counter"
_CUT = """
SELECT seq FROM (
    SELECT seq FROM (SELECT seq FROM expenses WHERE seq > ?1 ORDER BY seq LIMIT ?2)
    UNION ALL
    SELECT seq FROM (SELECT seq FROM categories WHERE seq > ?1 ORDER BY seq LIMIT ?2)
) ORDER BY seq LIMIT 1 OFFSET ?3
"""
# A city that nobody has looked for is none yet.
READ_COLUMNS = tuple("coalesce(city, '')" if name == "city" else name for name in EXPENSE_COLUMNS)
"""EXPENSE_COLUMNS as they are read from the table."""
Ask = Callable[[str, Sequence[int]], Sequence[Sequence[Any]]]
"""Gives the rows of a query with its parameters, in one transaction for all that is asked."""


def read_head(ask: Ask, *, after: int, limit: int) -> FeedHead:
    """Where the page ends that follows a seq with so many changes at most, and its names."""
    epoch = ask("SELECT value FROM meta WHERE key = 'epoch'", ())[0][0]
    newest = int(ask(_NEWEST, ())[0][0])
    cut = ask(_CUT, (after, limit + 1, limit - 1))
    following = ask(_CUT, (after, limit + 1, limit)) if cut else []
    end = int(cut[0][0]) if following else max(newest, after)
    return FeedHead(
        epoch=str(epoch),
        after=after,
        next=end,
        has_more=bool(following),
        categories=_told(ask, "categories", CATEGORY_COLUMNS, (after, end)),
        cities=_told(ask, "cities", CITY_COLUMNS, (after, end)),
    )


def _told(
    ask: Ask, table: str, names: Sequence[str], window: tuple[int, int]
) -> dict[str, list[Any]]:
    """What changed in a table within a window of seqs, as columns."""
    rows = ask(
        f"SELECT {', '.join(names)} FROM {table}"  # noqa: S608 - our own names
        " WHERE seq > ?1 AND seq <= ?2 ORDER BY seq",
        window,
    )
    return {name: [_wire(name, row[index]) for row in rows] for index, name in enumerate(names)}


def _wire(name: str, value: Any) -> Any:
    if name == "deleted":
        return bool(value)
    if name in {"id", "user_id", "parent_id"}:
        return None if value is None else str(value)
    return value
