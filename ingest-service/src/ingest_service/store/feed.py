"""Pages of the change feed: what has changed in expenses and categories, by one seq."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine

from ingest_service.domain.feed import FeedPages
from ingest_service.store.feed_head import READ_COLUMNS, read_head
from ingest_service.store.feed_stream import ChildStream, FeedChildren
from ingest_service.store.rows import last_seq
from servicekit.sqlite import read_transaction

BATCH_ROWS = 2_000


class Feed:
    """The change feed of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
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
            raw: Any = connection.connection.driver_connection
            head = read_head(
                lambda query, values: list(raw.execute(query, values)), after=after, limit=limit
            )
            yield head
            # The driver's own rows: SQLAlchemy's cost as much as reading them.
            cursor = raw.execute(
                f"SELECT {', '.join(READ_COLUMNS)} FROM expenses"  # noqa: S608 - our own names
                " WHERE seq > ? AND seq <= ? ORDER BY seq",
                (after, head.next),
            )
            while batch := cursor.fetchmany(BATCH_ROWS):
                yield list(zip(*batch, strict=True))
