"""Insertion of an import's new rows: many to a statement, what is equal in all of them bound once.

A statement a row costs a fifth more: AUTOINCREMENT alone writes its counter at the end of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from ingest_service.domain.ports import StoreOrder

ROWS_PER_STATEMENT = 50
# Left to the table's defaults where a whole batch has nothing else.
_USUAL = {
    "stated_refund_minor": 0, "merchant": "", "place": "", "note": "", "account": "",
    "external_id": "", "order_ref": "", "closed": 0, "pending": 0, "occurrence": 0,
    "lat": None, "lon": None, "category_confidence": None,
}  # fmt: skip
_DISTINCT = frozenset({"fingerprint", "content"})
Columns = Mapping[str, Any]


def insert_new(raw: Any, order: StoreOrder, *, first_seq: int, columns: Columns) -> int:
    """How many rows were inserted, from columns that are pyarrow arrays or lists, all of a length.

    Args:
        raw: the driver's connection, in a write transaction.
        order: whose rows, of which import, made when.
        first_seq: the change number of the first row; the others follow.
        columns: by their names in the table of expenses.
    """
    size = len(next(iter(columns.values())))
    fixed, varying = _parted(columns)
    rows = list(zip(*varying.values(), strict=True))
    whole = size - size % ROWS_PER_STATEMENT
    statement = _statement(order, list(fixed), list(varying), rows=ROWS_PER_STATEMENT)
    raw.executemany(statement, _parameters(rows[:whole], first_seq, list(fixed.values())))
    if whole < size:
        last = _statement(order, list(fixed), list(varying), rows=size - whole)
        for parameters in _parameters(rows[whole:], first_seq + whole, list(fixed.values())):
            raw.execute(last, parameters)
    return size


def _parted(columns: Columns) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """What is equal in all rows and is no default, and the values of the other columns."""
    fixed: dict[str, Any] = {}
    varying: dict[str, list[Any]] = {}
    for name, values in columns.items():
        is_list = isinstance(values, list)
        if name in _DISTINCT or not (_is_one(values) if is_list else _is_one_array(values)):
            varying[name] = values if is_list else values.to_pylist()
            continue
        first = values[0] if is_list else values[0].as_py()
        if name not in _USUAL or first != _USUAL[name]:
            fixed[name] = first
    return fixed, varying


def _is_one(values: list[Any]) -> bool:
    return values.count(values[0]) == len(values)


def _is_one_array(values: Any) -> bool:
    import pyarrow.compute as pc

    if values.null_count:
        return bool(values.null_count == len(values))
    return bool(pc.all(pc.equal(values, values[0])).as_py())


def _statement(
    order: StoreOrder, fixed: Sequence[str], varying: Sequence[str], *, rows: int
) -> str:
    """The insertion of some rows: ?1 is the first seq, then what is fixed, then row by row."""
    record = order.record
    shared = {name: f"?{at}" for at, name in enumerate(fixed, start=2)}
    position = len(fixed) + 2
    tuples = []
    for row in range(rows):
        own = {name: f"?{position + at}" for at, name in enumerate(varying)}
        position += len(varying)
        marks = shared | own
        refunded = marks.get("stated_refund_minor", "0")
        tuples.append(
            f"({int(record.user_id)}, {int(record.id)}, {int(order.now)}, {refunded},"
            f" ?1 + {row}, {', '.join(marks.values())})"
        )
    names = ", ".join((*fixed, *varying))
    return (
        "INSERT INTO expenses (user_id, import_id, created_at, refunded_minor, seq,"  # noqa: S608 - our own names
        f" {names}) VALUES {', '.join(tuples)}"
    )


def _parameters(
    rows: Sequence[tuple[Any, ...]], first_seq: int, fixed: list[Any]
) -> Iterator[list[Any]]:
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        part = rows[start : start + ROWS_PER_STATEMENT]
        yield [first_seq + start, *fixed, *chain.from_iterable(part)]
