"""Invented ledgers and feed pages for tests."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

EXPENSE_DAY = date(2024, 5, 31)
_SCHEMA = pa.schema(
    [
        ("seq", pa.int64()),
        ("id", pa.int64()),
        ("user_id", pa.int64()),
        ("deleted", pa.bool_()),
        ("local_date", pa.date32()),
        ("amount_minor", pa.int64()),
        ("refunded_minor", pa.int64()),
        ("currency", pa.string()),
        ("direction", pa.string()),
        ("category_id", pa.int64()),
        ("merchant", pa.string()),
    ]
)


@dataclass(frozen=True)
class FeedRow:
    """An expense as the feed tells it."""

    seq: int
    id: int
    local_date: date = EXPENSE_DAY
    amount_minor: int = 1000
    user_id: int = 1
    deleted: bool = False
    refunded_minor: int = 0
    currency: str = "CNY"
    direction: str = "expense"
    category_id: int | None = 11
    merchant: str = ""


@dataclass(frozen=True)
class FeedCategory:
    """A category as the feed tells it."""

    seq: int
    id: int
    name: str = "餐饮"
    parent_id: int | None = None
    user_id: int = 1
    deleted: bool = False
    code: str | None = None


def arrow_page(
    rows: Sequence[FeedRow],
    categories: Sequence[FeedCategory],
    *,
    epoch: str,
    next_seq: int,
    has_more: bool,
    batch_rows: int | None = None,
) -> bytes:
    """One page of the feed as an Arrow IPC stream."""
    metadata: Mapping[str, str] = {
        "epoch": epoch,
        "next": str(next_seq),
        "has_more": "true" if has_more else "false",
        "categories": json.dumps(_category_columns(categories), ensure_ascii=False),
    }
    data = {name: [getattr(row, name) for row in rows] for name in _SCHEMA.names}
    table = pa.table(data, schema=_SCHEMA.with_metadata(metadata))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=batch_rows)
    return sink.getvalue().to_pybytes()


def json_page(
    rows: Sequence[FeedRow],
    categories: Sequence[FeedCategory],
    *,
    epoch: str,
    next_seq: int,
    has_more: bool,
) -> bytes:
    """One page of the feed as JSON."""
    columns = {name: [_json_cell(row, name) for row in rows] for name in _SCHEMA.names}
    page = {
        "epoch": epoch,
        "next": next_seq,
        "has_more": has_more,
        "columns": columns,
        "categories": _category_columns(categories),
    }
    return json.dumps(page, ensure_ascii=False).encode()


def _json_cell(row: FeedRow, name: str) -> object:
    value = getattr(row, name)
    if name == "local_date":
        return value.isoformat()
    return str(value) if name in {"id", "user_id", "category_id"} and value is not None else value


def _category_columns(categories: Sequence[FeedCategory]) -> dict[str, list[object]]:
    return {
        "seq": [c.seq for c in categories],
        "id": [str(c.id) for c in categories],
        "user_id": [str(c.user_id) for c in categories],
        "deleted": [c.deleted for c in categories],
        "name": [c.name for c in categories],
        "code": [c.code for c in categories],
        "parent_id": [None if c.parent_id is None else str(c.parent_id) for c in categories],
    }


def daily_rows(
    *, days: int, last: date = EXPENSE_DAY, first_seq: int = 1, seed: int = 7, user_id: int = 1
) -> list[FeedRow]:
    """Meals on most days and dearer weekends, ending on `last`."""
    rng = np.random.default_rng(seed)
    rows = []
    for back in range(days - 1, -1, -1):
        day = last - timedelta(days=back)
        mean = 9000 if day.weekday() >= 5 else 5000
        amount = int(rng.gamma(2.0, mean / 2.0)) + 1
        number = first_seq + len(rows)
        rows.append(
            FeedRow(
                seq=number,
                id=number,
                local_date=day,
                amount_minor=amount,
                user_id=user_id,
                merchant=f"餐馆{rng.integers(40)}",
            )
        )
    return rows


def monthly_rows(
    *, payee: str, day_of_month: int, amount_minor: int, months: Iterable[date], first_seq: int
) -> list[FeedRow]:
    """A bill on the same day of each of these months."""
    return [
        FeedRow(
            seq=first_seq + index,
            id=first_seq + index,
            local_date=month.replace(day=day_of_month),
            amount_minor=amount_minor,
            merchant=payee,
            category_id=31,
        )
        for index, month in enumerate(months)
    ]


def renumbered(row: FeedRow, *, seq: int, **changes: object) -> FeedRow:
    """The row as a later change."""
    return replace(row, seq=seq, **changes)
