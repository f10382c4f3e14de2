"""Rows inserted from the copy of what was staged are those that were staged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pysqlite3 import dbapi2

from ingest_service.domain.staged import CATEGORY_COLUMNS, STAGED_COLUMNS, STATED_COLUMNS
from ingest_service.store.new_rows import insert_new
from ingest_service.store.staged_copy import StagedCopy

COUNT = 7
NAMES = (*STATED_COLUMNS, *CATEGORY_COLUMNS, "city", "fingerprint", "content")
TEXTS = {
    "currency", "direction", "merchant", "place", "note", "source", "account", "external_id",
    "order_ref", "category_source", "city",
}  # fmt: skip


@dataclass
class Record:
    user_id: int = 3
    id: int = 8


@dataclass
class Order:
    record: Record
    now: int = 99


def staged(rows: range) -> pa.Table:
    """Rows that differ in every column."""
    columns: dict[str, Any] = {}
    for name in STAGED_COLUMNS:
        if name in TEXTS:
            columns[name] = pa.array([f"{name} 文{n}" for n in rows], pa.large_string())
        elif name == "category_path":
            paths = [["", "餐饮", "餐饮/早餐"][n % 3] for n in rows]
            columns[name] = pa.array(paths, pa.large_string())
        elif name in ("lat", "lon", "category_confidence"):
            columns[name] = pa.array([None if n % 2 else n / 2 for n in rows], pa.float64())
        elif name in ("fingerprint", "content"):
            width = 12 if name == "fingerprint" else 8
            given = [n.to_bytes(width, "big") for n in rows]
            columns[name] = pa.array(given, pa.binary(width))
        else:
            columns[name] = pa.array([len(name) * 100 + n for n in rows], pa.int64())
    return pa.table(columns)


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Any]:
    """An empty table of expenses, with seven rows staged in two parts beside it."""
    raw = dbapi2.connect(str(tmp_path / "rows.sqlite3"), isolation_level=None)
    raw.execute(
        "CREATE TABLE expenses (id INTEGER PRIMARY KEY, user_id, import_id, created_at,"
        f" refunded_minor, seq, occurrence, {', '.join(NAMES)})"
    )
    copy = StagedCopy(tmp_path / "copy")
    copy.add(staged(range(4)))
    copy.add(staged(range(4, COUNT)))
    copy.attach(raw)
    raw.execute("BEGIN IMMEDIATE")
    yield raw
    raw.close()
    copy.discard()
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("backwards", [True, False])
@pytest.mark.parametrize("known", [[], [0, 3, 6]])
@pytest.mark.parametrize("again", [0, 2])
def test_every_new_row_is_inserted_once_in_its_order(
    table: Any, known: list[int], again: int, *, backwards: bool
) -> None:
    new = np.ones(COUNT, dtype=bool)
    new[known] = False
    occurrence = np.zeros(COUNT, dtype=np.int64)
    occurrence[4] = again

    insert_new(
        table,
        Order(Record()),  # type: ignore[arg-type]
        new=new,
        occurrence=occurrence,
        category_ids={"餐饮": 41},
        backwards=backwards,
        first_seq=70,
    )

    rows = staged(range(COUNT)).to_pylist()
    for n, row in enumerate(rows):
        row["category_id"] = 41 if row["category_path"] == "餐饮" else row["category_id"]
        row["told"] = [3, 8, 99, row["stated_refund_minor"], again if n == 4 else 0]
    inserted = sorted(set(range(COUNT)) - set(known), reverse=backwards)
    wanted = [(*rows[n]["told"], *(rows[n][name] for name in NAMES)) for n in inserted]
    found = table.execute("SELECT * FROM expenses ORDER BY id").fetchall()
    assert [row[1:5] + row[6:] for row in found] == wanted
    assert [row[5] for row in found] == list(range(70, 70 + len(wanted)))
