"""Pages of the change feed: what has changed in expenses and categories, by one seq."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, text

from ingest_service.domain.feed import (
    CATEGORY_COLUMNS,
    EXPENSE_COLUMNS,
    TEXT_COLUMNS,
    FeedHead,
    FeedPages,
)
from ingest_service.store.feed_stream import ChildStream, FeedChildren
from ingest_service.store.rows import last_seq
from servicekit.sqlite import read_transaction

BATCH_ROWS = 2_000
_CUT = """
SELECT seq FROM (
    SELECT seq FROM (SELECT seq FROM expenses WHERE seq > :after ORDER BY seq LIMIT :fetch)
    UNION ALL
    SELECT seq FROM (SELECT seq FROM categories WHERE seq > :after ORDER BY seq LIMIT :fetch)
) ORDER BY seq LIMIT 1 OFFSET :skip
"""


class Feed:
    """The change feed of one database."""

    def __init__(
        self, engine: Engine, *, batch_rows: int = BATCH_ROWS, texts_as_bytes: bool = False
    ) -> None:
        self._engine = engine
        self._columns = [
            f"CAST({name} AS BLOB)" if texts_as_bytes and name in TEXT_COLUMNS else name
            for name in EXPENSE_COLUMNS
        ]
        self._batch_rows = batch_rows
        self._children = FeedChildren(str(engine.url.database))

    def newest(self) -> int:
        """The seq of the latest change."""
        with read_transaction(self._engine) as connection:
            return last_seq(connection)

    def stream(self, *, after: int, limit: int) -> ChildStream:
        """The page in Arrow, made by a process of its own.

        Raises:
            FeedUnavailableError: too many are read at this moment, or it cannot be made.
        """
        return self._children.open(after=after, limit=limit)

    def page(self, *, after: int, limit: int) -> FeedPages:
        """First the head, then batches of expense rows (EXPENSE_COLUMNS as columns).

        All of it is read in one transaction, so that rows and head agree.
        """
        with read_transaction(self._engine) as connection:
            head = _head(connection, after=after, limit=limit)
            yield head
            raw: Any = connection.connection.driver_connection
            # The driver's own rows: SQLAlchemy's cost as much as reading them.
            cursor = raw.execute(
                f"SELECT {', '.join(self._columns)} FROM expenses"  # noqa: S608 - our own names
                " WHERE seq > ? AND seq <= ? ORDER BY seq",
                (after, head.next),
            )
            while batch := cursor.fetchmany(self._batch_rows):
                yield list(zip(*batch, strict=True))


def _head(connection: Connection, *, after: int, limit: int) -> FeedHead:
    epoch = connection.execute(text("SELECT value FROM meta WHERE key = 'epoch'")).scalar_one()
    newest = last_seq(connection)
    parameters = {"after": after, "fetch": limit + 1, "skip": limit - 1}
    cut = connection.execute(text(_CUT), parameters).scalar()
    following = None
    if cut is not None:
        following = connection.execute(text(_CUT), {**parameters, "skip": limit}).scalar()
    end = int(cut) if cut is not None and following is not None else max(newest, after)
    rows = connection.execute(
        text(
            f"SELECT {', '.join(CATEGORY_COLUMNS)} FROM categories"  # noqa: S608 - our own names
            " WHERE seq > :after AND seq <= :next ORDER BY seq"
        ),
        {"after": after, "next": end},
    ).all()
    columns = {
        name: [_wire(name, row[index]) for row in rows]
        for index, name in enumerate(CATEGORY_COLUMNS)
    }
    return FeedHead(str(epoch), after, end, following is not None, columns)


def _wire(name: str, value: Any) -> Any:
    if name == "deleted":
        return bool(value)
    if name in {"id", "user_id", "parent_id"}:
        return None if value is None else str(value)
    return value
