"""Temporary tables of one connection, through which a page of the feed passes into the facts."""

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    tuple_,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.sql import select

from analytics_service.domain.amounts import amount_bin
from analytics_service.domain.categories import NO_CATEGORY
from analytics_service.domain.feed import ExpenseChange
from analytics_service.domain.grid import cell_of
from analytics_service.store import tables as t

LABELS_PER_QUERY = 1_000

staging = MetaData()

incoming = Table(
    "incoming",
    staging,
    *(
        Column(
            column.name,
            {"currency": Text, "direction": Text, "lat": Float, "lon": Float}.get(
                column.name, Integer
            ),
        )
        for column in t.expense_facts.columns
    ),
    PrimaryKeyConstraint("id"),
    prefixes=["TEMPORARY"],
)
"""The live rows of the page, as they will stand in the facts."""

touched = Table("touched", staging, Column("id", Integer, primary_key=True), prefixes=["TEMPORARY"])
"""The ids of all expenses that the page speaks of."""

delta = Table(
    "delta",
    staging,
    *(
        Column(name, Text if name in {"currency", "direction"} else Integer)
        for name in (
            "id",
            "user_id",
            "currency",
            "direction",
            "local_day",
            "month",
            "category_id",
            "merchant_id",
            "place_id",
            "local_hour",
            "source_id",
            "city_id",
            "area",
            "charge_minor",
            "amount_bin",
            "time",
            "import_id",
            "created_at",
            "count",
            "amount_minor",
            "refunded_minor",
        )
    ),
    prefixes=["TEMPORARY"],
)
"""What leaves the facts (count -1, amounts negative) and what enters them (count 1)."""


def clear_staging(connection: Connection) -> None:
    """Make the temporary tables where they are missing, and empty them."""
    staging.create_all(connection)
    for table in (incoming, touched, delta):
        connection.execute(table.delete())


def stage(connection: Connection, changes: Sequence[ExpenseChange]) -> None:
    """Put the changes of a page into the temporary tables."""
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO touched VALUES (?)", [(change.id,) for change in changes]
    )
    live = [change for change in changes if not change.deleted]
    if not live:
        return
    ids = _label_ids(connection, live)
    marks = ", ".join("?" for _ in incoming.columns)
    connection.exec_driver_sql(
        f"INSERT OR REPLACE INTO incoming VALUES ({marks})",  # noqa: S608 - only question marks
        [_fact(change, ids) for change in live],
    )


LabelIds = dict[tuple[int, str], int]


def _label_ids(connection: Connection, live: Iterable[ExpenseChange]) -> LabelIds:
    wanted: set[tuple[int, str]] = set()
    for change in live:
        user = change.user_id
        wanted.update(
            (
                (user, change.merchant),
                (user, change.place),
                (user, change.note),
                (user, change.source),
                (user, change.account),
                (user, change.city),
            )
        )
    ordered = sorted(key for key in wanted if key[1])
    ids: LabelIds = {}
    for start in range(0, len(ordered), LABELS_PER_QUERY):
        chunk = ordered[start : start + LABELS_PER_QUERY]
        connection.execute(
            insert(t.labels).on_conflict_do_nothing(),
            [{"user_id": user, "text": text} for user, text in chunk],
        )
        rows = connection.execute(
            select(t.labels).where(tuple_(t.labels.c.user_id, t.labels.c.text).in_(chunk))
        )
        ids.update({(row.user_id, row.text): row.id for row in rows})
    return ids


def _fact(change: ExpenseChange, ids: LabelIds) -> tuple[object, ...]:
    """The row in the order of the columns of the facts."""
    user = change.user_id
    return (
        user,
        change.local_day,
        change.id,
        change.currency,
        change.direction,
        change.category_id or NO_CATEGORY,
        change.amount_minor,
        change.refunded_minor,
        amount_bin(change.amount_minor),
        ids.get((user, change.merchant), t.NO_LABEL),
        ids.get((user, change.place), t.NO_LABEL),
        ids.get((user, change.note), t.NO_LABEL),
        change.local_hour,
        change.time,
        ids.get((user, change.source), t.NO_LABEL),
        ids.get((user, change.account), t.NO_LABEL),
        change.import_id,
        change.created_at,
        change.lat,
        change.lon,
        ids.get((user, change.city), t.NO_LABEL),
        cell_of(change.lat, change.lon),
    )
