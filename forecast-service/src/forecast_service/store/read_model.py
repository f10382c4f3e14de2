"""The read model's writing side: pages of the change feed, applied whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from forecast_service.domain.feed import CategoryChange, FeedCursor, FeedPage, Purchase
from forecast_service.store.tables import (
    IS_EMPTY,
    answers,
    categories,
    daily_totals,
    feed_cursor,
    owners,
    purchases,
)
from servicekit.sqlite import read_transaction, write_transaction

NO_CATEGORY = 0
_STALE_SEQ = -1
_INSERT_PURCHASE = (
    "INSERT INTO purchases (id, user_id, currency, category_id, local_day, merchant, net_minor)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_GROUP = ("user_id", "currency", "local_day", "category_id")


class SqlReadModelStore:
    """The read model in SQLite."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cursor(self) -> FeedCursor:
        """How far the read model has come."""
        with read_transaction(self._engine) as connection:
            return _cursor(connection)

    @contextmanager
    def updating(self) -> Iterator[SqlReadModel]:
        """A write transaction on the read model; commits at the end."""
        with write_transaction(self._engine) as connection:
            yield SqlReadModel(connection)


class SqlReadModel:
    """The read model inside one write transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def cursor(self) -> FeedCursor:
        """How far the read model has come."""
        return _cursor(self._connection)

    def clear(self) -> None:
        """Empty the read model; numbers start anew, so no kept answer may pass for current."""
        for table in (daily_totals, purchases, categories, owners, feed_cursor):
            self._connection.execute(delete(table))
        self._connection.execute(update(answers).values(as_of_seq=_STALE_SEQ))

    def apply(self, page: FeedPage) -> None:
        """Take over a page's changes and move the cursor to its end."""
        if page.changed_ids:
            self._replace_purchases(page.changed_ids, page.purchases)
        for change in page.categories:
            self._apply_category(change)
        self._note_owners(page)
        cursor = {"epoch": page.epoch, "seq": page.next_seq}
        statement = upsert(feed_cursor).values(id=1, **cursor)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=cursor)
        )

    def _replace_purchases(self, ids: Sequence[int], rows: Iterable[Purchase]) -> None:
        """Out with what was kept of these ids, in with what they are now; totals follow both."""
        run = self._connection.exec_driver_sql
        run("CREATE TEMP TABLE IF NOT EXISTS changed (id INTEGER PRIMARY KEY)")
        run("DELETE FROM temp.changed")
        run("INSERT OR IGNORE INTO temp.changed VALUES (?)", [(number,) for number in ids])
        self._add_to_totals(sign=-1)
        self._connection.execute(
            delete(purchases).where(purchases.c.id.in_(text("SELECT id FROM temp.changed")))
        )
        values = [_purchase_values(row) for row in rows]
        if values:
            # As tuples to the driver: a dict a row took as long as all the rest.
            run(_INSERT_PURCHASE, values)
        self._add_to_totals(sign=1)
        self._connection.execute(delete(daily_totals).where(IS_EMPTY))

    def _add_to_totals(self, *, sign: int) -> None:
        keys = [purchases.c[name] for name in _GROUP]
        changes = (
            select(
                *keys,
                (sign * func.sum(purchases.c.net_minor)).label("net_minor"),
                (sign * func.count()).label("purchases"),
            )
            .where(purchases.c.id.in_(text("SELECT id FROM temp.changed")))
            .group_by(*keys)
        )
        statement = upsert(daily_totals).from_select([*_GROUP, "net_minor", "purchases"], changes)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=list(_GROUP),
                set_={
                    name: daily_totals.c[name] + statement.excluded[name]
                    for name in ("net_minor", "purchases")
                },
            )
        )

    def _apply_category(self, change: CategoryChange) -> None:
        self._connection.execute(delete(categories).where(categories.c.id == change.id))
        if change.deleted:
            return
        self._connection.execute(
            insert(categories).values(
                id=change.id,
                user_id=change.user_id,
                name=change.name,
                code=change.code,
                parent_id=change.parent_id,
            )
        )

    def _note_owners(self, page: FeedPage) -> None:
        values = [{"user_id": user, "seq": seq} for user, seq in page.last_seqs.items()]
        if not values:
            return
        statement = upsert(owners)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["user_id"],
                set_={"seq": func.max(owners.c.seq, statement.excluded.seq)},
            ),
            values,
        )


def _cursor(connection: Connection) -> FeedCursor:
    row = connection.execute(select(feed_cursor)).first()
    return FeedCursor("", 0) if row is None else FeedCursor(row.epoch, row.seq)


def _purchase_values(row: Purchase) -> tuple[object, ...]:
    """The values of _INSERT_PURCHASE."""
    return (
        row.id,
        row.user_id,
        row.currency,
        NO_CATEGORY if row.category_id is None else row.category_id,
        row.local_day,
        row.merchant,
        row.net_minor,
    )
