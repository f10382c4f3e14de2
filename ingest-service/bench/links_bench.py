"""Seconds that the search for links adds to an import: alone, and beside a bank's statement.

Fills a migrated database with made-up rows of one wallet and measures find_links for them: first
with nothing to link, then with a bank's rows that all have their partner among them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from ingest_service.app import MIGRATIONS
from ingest_service.store.link_choice import Occasion, find_links
from servicekit.sqlite import migrate, open_engine, write_transaction

_NOW = 1_700_000_000
_IMPORT = """
INSERT INTO imports (id, user_id, filename, file_path, sha256, size_bytes, time_zone, currency,
                     locale, status, rows_success, created_at)
VALUES (:id, 1, 'x', 'x', 'x', 1, 'UTC', 'CNY', 'zh-CN', 'succeeded', :rows, 1)
"""
_ROWS = """
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :rows)
INSERT INTO expenses (user_id, time, local_day, local_hour, local_weekday, amount_minor, currency,
    direction, category_source, merchant, note, source, account, external_id, order_ref, import_id,
    fingerprint, seq, created_at)
SELECT 1, t, t / 86400, t % 86400 / 3600, 0, 100 + i * :step * 7919 % 99901, 'CNY', 'expense',
       'rule', :merchant || i * :step % 500 || '号店', '商品', :source, '招商银行(1234)',
       printf('%s%024d', :source, i), '', :id, randomblob(12), :first_seq + i, 1
FROM (SELECT i, 1577836800 + i * :step * 60 + :late AS t FROM n)
"""


def fill(connection: Connection, *, id_: int, rows: int, step: int, source: str) -> None:
    """One import's rows; every step-th row of the wallet stands in the bank's statement again."""
    connection.execute(text(_IMPORT), {"id": id_, "rows": rows})
    parameters = {
        "rows": rows,
        "step": step,
        "source": source,
        "id": id_,
        "merchant": "支付宝-兰州拉面" if source == "cmb" else "兰州拉面",
        "late": 9 if source == "cmb" else 0,
        "first_seq": id_ * 10_000_000,
    }
    connection.execute(text(_ROWS), parameters)


def search_s(engine: Engine, import_id: int) -> tuple[float, int]:
    """Seconds of the search within its transaction, and the links that there are then."""
    with write_transaction(engine) as connection:
        started = time.perf_counter()
        find_links(connection, Occasion(1, import_id, _NOW), changed=())
        seconds = time.perf_counter() - started
        links = connection.execute(text("SELECT count(*) FROM links")).scalar_one()
    return round(seconds, 3), int(links)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--candidates", type=int, default=10_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ingest.sqlite3"
        migrate(database_path=path, migrations_dir=MIGRATIONS)
        engine = open_engine(path)
        with write_transaction(engine) as connection:
            fill(connection, id_=1, rows=given.rows, step=1, source="alipay")
        alone_s, _ = search_s(engine, 1)
        step = max(1, given.rows // given.candidates)
        with write_transaction(engine) as connection:
            fill(connection, id_=2, rows=given.candidates, step=step, source="cmb")
        beside_s, links = search_s(engine, 2)
        again_s, _ = search_s(engine, 1)
        engine.dispose()
    result = {
        "rows": given.rows,
        "alone_s": alone_s,
        "candidates": given.candidates,
        "beside_s": beside_s,
        "links": links,
        "large_import_again_s": again_s,
    }
    print(json.dumps(result))
    print(
        f"{given.rows} rows with nothing to link: {alone_s} s; {given.candidates} rows of a bank"
        f" beside them: {links} links in {beside_s} s"
    )


if __name__ == "__main__":
    main()
