"""Insertion of an import's new rows from its attached copy: one statement, no value in Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ingest_service.domain.ports import StoreOrder
from ingest_service.domain.staged import CATEGORY_COLUMNS, STATED_COLUMNS

if TYPE_CHECKING:
    from ingest_service.store.identity import Flags, Integers

_COPIED = (*STATED_COLUMNS, *CATEGORY_COLUMNS, "city", "fingerprint", "content")
_PATHS = "CREATE TEMP TABLE named_categories (path TEXT PRIMARY KEY, id INTEGER) WITHOUT ROWID"
_NUMBERS = """
CREATE TEMP TABLE new_rows (number INTEGER PRIMARY KEY, row INTEGER, occurrence INTEGER)
"""
_NUMBERED_ROWS = 100_000
_NAMED = "coalesce((SELECT id FROM named_categories n WHERE n.path = r.category_path), category_id)"


def insert_new(
    raw: Any,
    order: StoreOrder,
    *,
    new: Flags,
    occurrence: Integers,
    category_ids: Mapping[str, int],
    backwards: bool,
    first_seq: int,
) -> None:
    """Insert the rows of `staged.rows` that are new; seq and id grow with their order.

    Args:
        raw: the driver's connection, in a write transaction.
        order: whose rows, of which import, made when.
        new: bool by row, which are new; at least one.
        occurrence: int64 by row, the number among equal rows.
        category_ids: by the paths that rows name.
        backwards: whether the last row is the oldest: it is then inserted first.
        first_seq: the change number of the first row; the others follow.
    """
    raw.execute(_PATHS)
    raw.executemany("INSERT INTO named_categories VALUES (?, ?)", category_ids.items())
    if new.all() and not occurrence.any():
        number = f"{len(new)} - r.rowid" if backwards else "r.rowid - 1"
        found, equals, by = "staged.rows r", "0", f"r.rowid {'DESC' if backwards else 'ASC'}"
    else:
        _number(raw, new, occurrence, backwards=backwards)
        number, equals, by = "w.number", "w.occurrence", "w.number"
        found = "new_rows w CROSS JOIN staged.rows r ON r.rowid = w.row"
    values = [_NAMED if name == "category_id" and category_ids else name for name in _COPIED]
    raw.execute(
        "INSERT INTO expenses (user_id, import_id, created_at, refunded_minor, seq, occurrence,"  # noqa: S608 - our own names
        f" {', '.join(_COPIED)}) SELECT ?1, ?2, ?3, stated_refund_minor, ?4 + {number}, {equals},"
        f" {', '.join(values)} FROM {found} ORDER BY {by}",
        (order.record.user_id, order.record.id, order.now, first_seq),
    )
    raw.execute("DROP TABLE named_categories")
    raw.execute("DROP TABLE IF EXISTS temp.new_rows")


def _number(raw: Any, new: Flags, occurrence: Integers, *, backwards: bool) -> None:
    """The new rows in the order of their insertion, in a temporary table."""
    at = new.nonzero()[0]
    at = at[::-1] if backwards else at
    raw.execute(_NUMBERS)
    for start in range(0, len(at), _NUMBERED_ROWS):
        part = at[start : start + _NUMBERED_ROWS]
        numbers = range(start, start + len(part))
        rows = zip(numbers, (part + 1).tolist(), occurrence[part].tolist(), strict=True)
        raw.executemany("INSERT INTO new_rows VALUES (?, ?, ?)", rows)
