"""Rows by the hundred thousand, new or changed: added up in Arrow, not in SQL.

Where the rows are many beside those that are there, the indexes of the facts are made anew once the
rows are visible, since they take longer than all the rest. Loads pyarrow and NumPy, for the worker
only.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Table
from sqlalchemy.schema import DropIndex

from analytics_service.domain.amounts import BINS_PER_OCTAVE, NO_BIN
from analytics_service.domain.categories import NO_CATEGORY
from analytics_service.domain.feed import FeedPage
from analytics_service.store import tables as t
from analytics_service.store.arrow_numbers import Integers, arrow_integers, integers
from analytics_service.store.bulk_cells import areas, cells
from analytics_service.store.bulk_insert import insert_many
from analytics_service.store.bulk_known import KnownRows
from analytics_service.store.bulk_labels import BulkLabels
from analytics_service.store.bulk_sums import BulkSums
from analytics_service.store.derived import EXPENSE, mark_due, renew_norms

MAX_ROWS = 1_000_000
"""In one transaction, so that the worker shows that it is alive in between."""
SLICE_ROWS = 5_000
"""So many rows at once stand in memory as Python's own numbers."""
REBUILD_SHARE = 0.5
"""Indexes are made anew from this share of the rows that are there on."""
_LABELLED = ("merchant", "place", "note", "source", "account", "city")
_OWNER = ("user_id", "currency", "direction")
_SUMS = ("count", "amount_minor", "refunded_minor")
_MONTHS_TO_1970 = 1970 * 12
_NORMED = """
SELECT category_id FROM amount_bins
WHERE user_id = :user_id AND currency = :currency AND direction = 'expense'
UNION SELECT category_id FROM amount_norms WHERE user_id = :user_id AND currency = :currency
"""


class BulkLoad:
    """One load within one transaction: pages are added, then it is finished.

    Args:
        connection: in a write transaction.
        expected_rows: how many at most will come.
    """

    def __init__(self, connection: Connection, *, expected_rows: int) -> None:
        self._connection = connection
        raw: Any = connection.connection.driver_connection
        self._raw = raw
        self._known = KnownRows(self._raw)
        self._labels = BulkLabels(self._raw)
        self._owners: dict[tuple[Any, ...], int] = {}
        self._sums = {table.name: BulkSums(["owner", *_keys(table)], _SUMS) for table in t.ROLLUPS}
        self._marks = BulkSums(_primary_key(t.import_marks), ("count",))
        self._expected_rows = expected_rows
        self._rows = 0

    @property
    def is_full(self) -> bool:
        """Whether the transaction should end."""
        return self._rows >= MAX_ROWS

    def takes(self, page: FeedPage) -> bool:
        """Whether the rows of the page can be added."""
        return page.table is not None and self._known.can_mark(page.table)

    def add(self, page: FeedPage) -> None:
        """Let the rows of a page take the place of what the facts say of them; note the sums."""
        if self._rows == 0:
            self._begin(page)
        if not page.table.num_rows:
            return
        for facts in self._known.taken_out(integers(page.table["id"])):
            self._add_up(facts, sign=-1)
        live = page.table.filter(pc.invert(page.table["deleted"]))
        for start in range(0, live.num_rows, SLICE_ROWS):
            facts = self._facts(live.slice(start, SLICE_ROWS))
            self._insert(facts)
            self._add_up(facts, sign=1)
        self._rows += page.table.num_rows

    def finish(self, *, seq: int) -> None:
        """Move the rollups, and note whose anomalies the change moves."""
        for rollup in t.ROLLUPS:
            self._move(rollup)
            self._raw.execute(f"DELETE FROM {rollup.name} WHERE count = 0")  # noqa: S608
        self._move_marks()
        self._renew_norms(seq)

    def _begin(self, page: FeedPage) -> None:
        there = self._raw.execute("SELECT coalesce(sum(count), 0) FROM daily").fetchone()[0]
        if self._expected_rows >= REBUILD_SHARE * there:
            # Rows that are there are found by their ids.
            kept = set() if self._known.are_new(page.table) else {t.BY_ID}
            for index in t.expense_facts.indexes:
                if index.name not in kept:
                    self._connection.execute(DropIndex(index, if_exists=True))

    def _facts(self, live: Any) -> dict[str, Any]:
        """The columns of the facts (NumPy, or pyarrow where values may be missing), by name."""
        users = integers(live["user_id"])
        amounts = integers(live["amount_minor"])
        facts: dict[str, Any] = {
            "user_id": users,
            "local_day": integers(live["local_date"]),
            "category_id": integers(live["category_id"], missing=NO_CATEGORY),
            "amount_minor": amounts,
            "amount_bin": _bins(amounts),
        }
        for name in _LABELLED:
            facts[f"{name}_id"] = self._labels.ids(users, live[name])
        for name in ("currency", "direction", "import_id", "lat", "lon"):
            facts[name] = live[name].combine_chunks()
        for name in ("id", "refunded_minor", "local_hour", "time", "created_at"):
            facts[name] = integers(live[name])
        facts["cell"] = cells(facts["lat"], facts["lon"])
        return facts

    def _insert(self, facts: Mapping[str, Any]) -> None:
        """Facts in the order of their table, so that it grows at its end."""
        order = np.lexsort((facts["id"], facts["local_day"], facts["user_id"]))
        in_order = bool((order[:-1] < order[1:]).all())
        shared: dict[str, Any] = {}
        columns: dict[str, list[Any]] = {}
        for column in t.expense_facts.columns:
            values = facts[column.name]
            taken = values if in_order else values.take(order)
            listed = taken.tolist() if isinstance(taken, np.ndarray) else taken.to_pylist()
            if listed.count(listed[0]) == len(listed):
                shared[column.name] = listed[0]
            else:
                columns[column.name] = listed
        insert_many(self._raw, "expense_facts", shared=shared, columns=columns, rows=len(order))

    def _add_up(self, facts: Mapping[str, Any], *, sign: int) -> None:
        days = facts["local_day"].astype("datetime64[D]")
        moved = {
            "owner": self._owner_codes(facts),
            "month": days.astype("datetime64[M]").astype(np.int64) + _MONTHS_TO_1970,
            "area": areas(facts["cell"]),
            "charge_minor": facts["amount_minor"],
            **{name: facts[name] for name in _moved_columns()},
            "count": np.full(len(days), sign, dtype=np.int64),
            "amount_minor": facts["amount_minor"] * sign,
            "refunded_minor": facts["refunded_minor"] * sign,
        }
        columns = {name: arrow_integers(values) for name, values in moved.items()}
        rows = pa.Table.from_pydict(columns | {"import_id": facts["import_id"]})
        for rollup in t.ROLLUPS:
            self._sums[rollup.name].add(rows)
            if self._sums[rollup.name].are_many:
                self._move(rollup)
        self._marks.add(rows.filter(pc.is_valid(rows["import_id"])))

    def _owner_codes(self, facts: Mapping[str, Any]) -> Integers:
        """A number for each user, currency and direction, the same in all pages."""
        encoded = [facts[name].dictionary_encode() for name in _OWNER[1:]]
        users, mixed = np.unique(facts["user_id"], return_inverse=True)
        values: list[list[Any]] = [users.tolist()]
        for column in encoded:
            values.append(column.dictionary.to_pylist())
            mixed = mixed * len(values[-1]) + integers(column.indices)
        distinct, places = np.unique(mixed, return_inverse=True)
        codes = []
        for number in distinct.tolist():
            rest, direction = divmod(number, len(values[2]))
            user, currency = divmod(rest, len(values[1]))
            owner = (values[0][user], values[1][currency], values[2][direction])
            codes.append(self._owners.setdefault(owner, len(self._owners)))
        return np.array(codes, dtype=np.int64)[places]

    def _move(self, rollup: Table) -> None:
        added = self._sums[rollup.name].take()
        if added is None:
            return
        keys = _keys(rollup)
        added = added.sort_by([(name, "ascending") for name in ("owner", *keys)])
        sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in _SUMS)
        names = (*_OWNER, *keys)
        self._raw.executemany(
            f"INSERT INTO {rollup.name} ({', '.join((*names, *_SUMS))})"  # noqa: S608 - our own names
            f" VALUES ({', '.join('?' * (len(names) + len(_SUMS)))})"
            f" ON CONFLICT ({', '.join(names)}) DO UPDATE SET {sums}",
            self._rows_of(added, [*keys, *_SUMS]),
        )

    def _rows_of(self, added: Any, names: list[str]) -> Iterator[tuple[Any, ...]]:
        """Owner and values of each row, a few thousand of them at a time in memory."""
        owners = list(self._owners)
        for start in range(0, added.num_rows, SLICE_ROWS):
            part = added.slice(start, SLICE_ROWS)
            owned = (owners[code] for code in part["owner"].to_pylist())
            values = zip(*(part[name].to_pylist() for name in names), strict=True)
            yield from ((*owner, *row) for owner, row in zip(owned, values, strict=True))

    def _move_marks(self) -> None:
        added = self._marks.take()
        if added is None:
            return
        keys = _primary_key(t.import_marks)
        rows = [added[name].to_pylist() for name in (*keys, "count")]
        self._raw.executemany(
            f"INSERT INTO import_marks ({', '.join(keys)}, count) VALUES (?, ?, ?, ?)"  # noqa: S608
            f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET count = count + excluded.count",
            zip(*rows, strict=True),
        )
        self._raw.execute("DELETE FROM import_marks WHERE count = 0")

    def _renew_norms(self, seq: int) -> None:
        spending = sorted({owner[:2] for owner in self._owners if owner[2] == EXPENSE})
        moved = set()
        for user_id, currency in spending:
            # What has a norm and no purchase any longer loses it.
            found = self._raw.execute(_NORMED, {"user_id": user_id, "currency": currency})
            moved |= {(user_id, currency, row[0]) for row in found}
        renew_norms(self._connection, sorted(moved))
        mark_due(self._connection, spending, seq=seq)


def _keys(rollup: Table) -> list[str]:
    """What a rollup is keyed by, beside user, currency and direction."""
    return [name for name in _primary_key(rollup) if name not in _OWNER]


def _moved_columns() -> list[str]:
    """The numbers of the facts that rollups are keyed by or add up."""
    keys = {key for rollup in t.ROLLUPS for key in _keys(rollup)}
    named = keys | {"amount_minor", "refunded_minor", "user_id", "created_at"}
    return [column.name for column in t.expense_facts.columns if column.name in named]


def _primary_key(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]


def _bins(amounts: Integers) -> Integers:
    """domain.amounts.amount_bin of many amounts."""
    logs = np.log2(np.maximum(amounts, 1))
    return np.where(amounts > 0, np.rint(BINS_PER_OCTAVE * logs), NO_BIN).astype(np.int64)
