"""Pages of the change feed: what has changed in expenses and categories, by one seq."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from ingest_service.store.rows import last_seq
from servicekit.sqlite import read_transaction

EXPENSE_COLUMNS = (
    "seq", "id", "user_id", "deleted", "time", "local_day", "local_hour", "local_weekday",
    "amount_minor", "refunded_minor", "currency", "direction", "category_id", "merchant", "place",
    "lat", "lon", "note", "source", "account", "import_id", "created_at",
)  # fmt: skip
CATEGORY_COLUMNS = ("seq", "id", "user_id", "deleted", "name", "code", "parent_id")
BATCH_ROWS = 5_000
_CUT = """
SELECT seq FROM (
    SELECT seq FROM (SELECT seq FROM expenses WHERE seq > :after ORDER BY seq LIMIT :fetch)
    UNION ALL
    SELECT seq FROM (SELECT seq FROM categories WHERE seq > :after ORDER BY seq LIMIT :fetch)
) ORDER BY seq LIMIT 1 OFFSET :skip
"""


@dataclass(frozen=True, slots=True)
class FeedHead:
    """Where a page of the feed begins and ends, and the categories in it, as columns."""

    epoch: str
    after: int
    next: int
    has_more: bool
    categories: Mapping[str, Sequence[Any]]


class Feed:
    """The change feed of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, *, after: int, limit: int) -> Iterator[FeedHead | list[Sequence[Any]]]:
        """First the head, then batches of expense rows (EXPENSE_COLUMNS as columns).

        All of it is read in one transaction, so that rows and head agree.
        """
        with read_transaction(self._engine) as connection:
            head = _head(connection, after=after, limit=limit)
            yield head
            query = text(
                f"SELECT {', '.join(EXPENSE_COLUMNS)} FROM expenses"  # noqa: S608 - our own names
                " WHERE seq > :after AND seq <= :next ORDER BY seq"
            ).execution_options(stream_results=True, yield_per=BATCH_ROWS)
            result = connection.execute(query, {"after": after, "next": head.next})
            for batch in result.partitions(BATCH_ROWS):
                yield [list(column) for column in zip(*batch, strict=True)]


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
