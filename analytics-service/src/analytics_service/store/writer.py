"""The read model as the consumer of the feed writes it.

A page goes in whole or not at all: facts, rollups, norms and cursor in one transaction. Rollups
move by what leaves and what enters the facts, so that a page costs what it changes.
"""

from dataclasses import asdict

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Table,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.schema import CreateIndex

from analytics_service.domain.feed import CategoryChange, FeedPage, Following
from analytics_service.domain.figures import FeedState
from analytics_service.domain.grid import AREA, FINEST, NO_CELL, WIDTH, parts_of
from analytics_service.store import tables as t
from analytics_service.store.cursor import read_feed_state
from analytics_service.store.derived import EXPENSE, mark_due, renew_norms
from analytics_service.store.staging import clear_staging, delta, incoming, stage, touched
from servicekit.sqlite import read_transaction, write_transaction

FACTS = t.expense_facts
SECONDS_PER_DAY = 86_400


class SqliteReadModelWriter:
    """Stores pages of the feed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def feed_state(self) -> FeedState:
        """How far the read model has come."""
        with read_transaction(self._engine) as connection:
            return read_feed_state(connection)

    def apply(self, page: FeedPage, *, now: int) -> bool:
        """Whether the page was stored; not where another consumer has moved the cursor."""
        with write_transaction(self._engine) as connection:
            state = read_feed_state(connection)
            if (state.epoch, state.seq) != (page.epoch, page.after):
                return False
            if page.expenses:
                _make_index(connection, t.BY_ID)  # after a load it may not be there yet
                _apply_expenses(connection, page)
            _apply_names(connection, page)
            _move_cursor(connection, page, now=now)
            return True

    def load(self, page: FeedPage, following: Following, *, now: int) -> FeedPage | None:
        """The last page of those that were stored in one go, None where none of them can be.

        Rows go in without the staging of others, and the cursor moves once, past all of them.
        """
        if page.table is None:
            return None
        from analytics_service.store.bulk import BulkLoad

        with write_transaction(self._engine) as connection:
            state = read_feed_state(connection)
            load = BulkLoad(connection, expected_rows=page.waiting)
            if (state.epoch, state.seq) != (page.epoch, page.after) or not load.takes(page):
                return None
            last = page
            while True:
                load.add(page)
                _apply_names(connection, page)
                last = page
                if not page.has_more or load.is_full:
                    break
                page = following(last.next)
                if page.epoch != last.epoch or not load.takes(page):
                    break
            load.finish(seq=last.next)
            _move_cursor(connection, last, now=now)
            return last

    def complete_indexes(self) -> bool:
        """Whether an index that a bulk load had left out was made: one at a time."""
        with read_transaction(self._engine) as connection:
            named = connection.exec_driver_sql("PRAGMA index_list(expense_facts)")
            there = {row[1] for row in named}
        missing = sorted(t.LATE_INDEXES - there, key=lambda name: (name != t.BY_ID, name))
        if not missing:
            return False
        with write_transaction(self._engine) as connection:
            _make_index(connection, missing[0])
        return True

    def restart(self, epoch: str, *, replacing: str) -> None:
        """Forget everything and begin the feed's new epoch at 0.

        Nothing happens where another consumer has already left the epoch `replacing`.
        """
        with write_transaction(self._engine) as connection:
            if read_feed_state(connection).epoch != replacing:
                return
            for table in reversed(t.metadata.sorted_tables):
                if table not in t.OWN_TABLES:
                    connection.execute(delete(table))
            connection.execute(
                insert(t.feed_cursor).values(id=1, epoch=epoch, seq=0, pulled_at=None, behind=1)
            )

    def note_pull(self, *, now: int, behind: bool) -> None:
        """Remember that the feed was read just now."""
        with write_transaction(self._engine) as connection:
            connection.execute(update(t.feed_cursor).values(pulled_at=now, behind=int(behind)))


def _make_index(connection: Connection, name: str) -> None:
    """Make an index of the facts where it is missing."""
    for index in FACTS.indexes:
        if index.name == name:
            connection.execute(CreateIndex(index, if_not_exists=True))


def _move_cursor(connection: Connection, page: FeedPage, *, now: int) -> None:
    values = {"seq": page.next, "pulled_at": now, "behind": int(page.has_more)}
    connection.execute(update(t.feed_cursor).values(**values))


def _apply_expenses(connection: Connection, page: FeedPage) -> None:
    clear_staging(connection)
    stage(connection, page.expenses)
    leaving = FACTS.c.id.in_(select(touched.c.id))
    _note_movement(connection, FACTS, sign=-1, condition=leaving)
    connection.execute(delete(FACTS).where(leaving))
    columns = [column.name for column in FACTS.columns]
    connection.execute(
        insert(FACTS).from_select(
            columns,
            select(*(incoming.c[name] for name in columns)).order_by(
                incoming.c.user_id, incoming.c.local_day, incoming.c.id
            ),
        )
    )
    _note_movement(connection, incoming, sign=1)
    for rollup in t.ROLLUPS:
        _move_rollup(connection, rollup)
    _move_import_marks(connection)
    _renew_norms(connection, seq=page.next)
    clear_staging(connection)


def _note_movement(
    connection: Connection,
    table: Table,
    *,
    sign: int,
    condition: ColumnElement[bool] | None = None,
) -> None:
    c = table.c
    instant = c.local_day * SECONDS_PER_DAY
    year = cast(func.strftime("%Y", instant, "unixepoch"), Integer)
    month = cast(func.strftime("%m", instant, "unixepoch"), Integer)
    special = {
        "month": year * 12 + month - 1,
        "area": _area(c.cell),
        "charge_minor": c.amount_minor,
        "count": literal(sign),
        "amount_minor": c.amount_minor * sign,
        "refunded_minor": c.refunded_minor * sign,
    }
    names = [column.name for column in delta.columns]
    rows = select(*(special[name] if name in special else c[name] for name in names))
    if condition is not None:
        rows = rows.where(condition)
    connection.execute(insert(delta).from_select(names, rows))


def _area(cell: ColumnElement[int]) -> ColumnElement[int]:
    """domain.grid.area_of, in SQL."""
    parts = parts_of(AREA, of=FINEST)
    area = cell // WIDTH // parts * WIDTH + cell % WIDTH // parts
    return case((cell == NO_CELL, NO_CELL), else_=area)


def _move_rollup(connection: Connection, rollup: Table) -> None:
    keys = [column.name for column in rollup.primary_key.columns]
    sums = ["count", "amount_minor", "refunded_minor"]
    moved = [func.sum(delta.c[name]) for name in sums]
    rows = (
        select(*(delta.c[key] for key in keys), *moved)
        .group_by(*(delta.c[key] for key in keys))
        .having(or_(*(total != 0 for total in moved)))
    )
    statement = insert(rollup).from_select([*keys, *sums], rows)
    statement = statement.on_conflict_do_update(
        index_elements=keys,
        set_={name: rollup.c[name] + statement.excluded[name] for name in sums},
    )
    connection.execute(statement)
    connection.execute(delete(rollup).where(rollup.c.count == 0))


def _move_import_marks(connection: Connection) -> None:
    marks = t.import_marks
    keys = ["user_id", "created_at", "import_id"]
    rows = (
        select(*(delta.c[key] for key in keys), func.sum(delta.c.count))
        .where(delta.c.import_id.is_not(None))
        .group_by(*(delta.c[key] for key in keys))
        .having(func.sum(delta.c.count) != 0)
    )
    statement = insert(marks).from_select([*keys, "count"], rows)
    statement = statement.on_conflict_do_update(
        index_elements=keys, set_={"count": marks.c.count + statement.excluded["count"]}
    )
    connection.execute(statement)
    connection.execute(delete(marks).where(marks.c.count == 0))


def _renew_norms(connection: Connection, *, seq: int) -> None:
    """Measure anew what purchases usually cost in the categories that the page moved."""
    d = delta.c
    query = select(d.user_id, d.currency, d.category_id).where(d.direction == EXPENSE).distinct()
    moved = [(row[0], row[1], row[2]) for row in connection.execute(query)]
    renew_norms(connection, moved)
    mark_due(connection, sorted({(user_id, currency) for user_id, currency, _ in moved}), seq=seq)


def _apply_names(connection: Connection, page: FeedPage) -> None:
    """Store what the page tells of categories and cities."""
    for category in page.categories:
        _apply_category(connection, category)
    for city in page.cities:
        connection.execute(insert(t.cities).prefix_with("OR REPLACE"), asdict(city))


def _apply_category(connection: Connection, change: CategoryChange) -> None:
    connection.execute(delete(t.categories).where(t.categories.c.id == change.id))
    if not change.deleted:
        connection.execute(
            insert(t.categories).values(
                id=change.id,
                user_id=change.user_id,
                name=change.name,
                code=change.code,
                parent_id=change.parent_id,
            )
        )
