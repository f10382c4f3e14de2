"""Rows inserted many to a statement are those that were given."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pysqlite3 import dbapi2

from ingest_service.store.new_rows import ROWS_PER_STATEMENT, insert_new

NAMES = ("time", "merchant", "note", "lat", "stated_refund_minor", "fingerprint", "category_id")


@dataclass
class Record:
    user_id: int = 3
    id: int = 8


@dataclass
class Order:
    record: Record
    now: int = 99


@pytest.fixture
def table(tmp_path: Path) -> Any:
    raw = dbapi2.connect(str(tmp_path / "rows.sqlite3"))
    raw.execute(
        "CREATE TABLE expenses (id INTEGER PRIMARY KEY, user_id, import_id, created_at,"
        " refunded_minor, seq, time, merchant DEFAULT '', note DEFAULT '', lat,"
        " stated_refund_minor DEFAULT 0, fingerprint, category_id)"
    )
    yield raw
    raw.close()


@pytest.mark.parametrize(
    "count", [1, 2, ROWS_PER_STATEMENT - 1, ROWS_PER_STATEMENT, 2 * ROWS_PER_STATEMENT + 7]
)
@pytest.mark.parametrize("all_alike", [True, False])
def test_every_row_is_inserted_once_in_its_order(
    table: Any, count: int, *, all_alike: bool
) -> None:
    number = [0] * count if all_alike else list(range(count))
    columns = {
        "time": pa.array([1_700_000_000 + n for n in number]),
        "merchant": pa.array([f"店{n % 3}" for n in number], pa.large_string()),
        "note": pa.array([""] * count, pa.large_string()),
        "lat": pa.array([None if n % 2 == 0 else n / 2 for n in number], pa.float64()),
        "stated_refund_minor": pa.array([n % 2 for n in number]),
        "fingerprint": pa.array([n.to_bytes(4, "big") for n in range(count)], pa.binary(4)),
        "category_id": [5 + n % 2 for n in number],
    }

    assert insert_new(table, Order(Record()), first_seq=70, columns=columns) == count  # type: ignore[arg-type]

    given = [c if isinstance(c, list) else c.to_pylist() for c in columns.values()]
    query = f"SELECT {', '.join(NAMES)} FROM expenses ORDER BY id"  # noqa: S608 - our own names
    found = table.execute(query).fetchall()
    assert found == list(zip(*given, strict=True))
    own = table.execute(
        "SELECT user_id, import_id, created_at, refunded_minor, seq FROM expenses ORDER BY id"
    ).fetchall()
    assert own == [(3, 8, 99, row[4], 70 + at) for at, row in enumerate(found)]
