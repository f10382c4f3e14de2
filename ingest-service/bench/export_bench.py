"""Rows per second of exports, beside sqlite3's own CSV output of the same rows.

Fills a database with made-up rows, starts the real web process (gunicorn) on it, downloads every
format and prints one line of JSON for each: {format, rows, seconds, rows_per_s, first_byte_s,
peak_mb (of the largest process so far: web, or the child that writes a workbook), sqlite_s (the
command sqlite3 -csv writing the same columns in the same order, in this run), ratio}.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import requests
from live_service import largest_descendant, running
from sqlalchemy import text

from ingest_service.domain.export_cells import EXPORTED_FIELDS
from ingest_service.store.categories import SqliteCategories
from servicekit.sqlite import open_engine, write_transaction
from servicekit.testing import TokenMint

_ROWS = """
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :rows)
INSERT INTO expenses (user_id, time, local_day, local_hour, local_weekday, amount_minor,
    refunded_minor, currency, direction, category_id, category_source, merchant, note, place, lat,
    lon, source, account, external_id, order_ref, fingerprint, seq, created_at)
SELECT 1, t, t / 86400, t % 86400 / 3600, 0, 100 + i * 7919 % 99901,
       CASE WHEN i % 50 = 0 THEN 50 ELSE 0 END, 'CNY', 'expense',
       (SELECT min(id) FROM categories) + i % 40, 'rule', '兰州拉面' || i % 500 || '号店',
       '商品' || i % 9999, CASE WHEN i % 4 = 0 THEN '北京市朝阳区' ELSE '' END,
       CASE WHEN i % 4 = 0 THEN 39.9 + i % 1000 / 10000.0 END,
       CASE WHEN i % 4 = 0 THEN 116.4 + i % 1000 / 10000.0 END, 'alipay', '招商银行(1234)',
       printf('%028d', i), printf('M%020d', i), randomblob(12), 1000 + i, 1
FROM (SELECT i, 1577836800 + i * 60 AS t FROM n)
"""


def fill(database: Path, rows: int) -> None:
    """Store the made-up rows of user 1."""
    engine = open_engine(database)
    with write_transaction(engine) as connection:
        SqliteCategories(connection).plant_defaults(1)
        connection.execute(text(_ROWS), {"rows": rows})
        connection.execute(text("UPDATE change_counter SET value = :n"), {"n": rows + 1000})
    engine.dispose()


def link(database: Path, every: int) -> None:
    """Tie every nth row to the one after it."""
    engine = open_engine(database)
    with write_transaction(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO links (user_id, kind, from_id, to_id, amount_minor)"
                " SELECT 1, 'same_payment', id, id + 1, amount_minor FROM expenses"
                " WHERE id % :every = 0 AND id < (SELECT max(id) FROM expenses)"
            ),
            {"every": every},
        )
    engine.dispose()


def sqlite_csv_s(database: Path, target: Path) -> float:
    """Seconds of the command sqlite3 for the same columns, one joined with its category's name."""
    columns = ", ".join(
        "c.name" if name == "category_id" else f"e.{name}" for name in EXPORTED_FIELDS
    )
    query = (
        f"SELECT {columns} FROM expenses e LEFT JOIN categories c ON c.id = e.category_id"  # noqa: S608 - our own names
        " WHERE e.user_id = 1 AND e.deleted = 0 ORDER BY e.time, e.id"
    )
    started = time.perf_counter()
    with target.open("wb") as file:
        subprocess.run(
            ["sqlite3", "-csv", "-header", str(database), query], stdout=file, check=True
        )
    return time.perf_counter() - started


def download_s(url: str, headers: dict[str, str], target: Path) -> tuple[float, float]:
    """Seconds to the first byte and to the last."""
    started = time.perf_counter()
    with (
        requests.get(url, headers=headers, timeout=900, stream=True) as answer,
        target.open("wb") as file,
    ):
        answer.raise_for_status()
        first = 0.0
        for block in answer.iter_content(1 << 18):
            first = first or time.perf_counter() - started
            file.write(block)
    return first, time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--formats", default="csv,ndjson,xlsx")
    parser.add_argument("--link-every", type=int, default=0, help="link every nth row to the next")
    options = parser.parse_args()
    mint = TokenMint()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running(folder, mint) as (address, processes):
            database = folder / "data" / "ingest.sqlite3"
            fill(database, options.rows)
            if options.link_every:
                link(database, options.link_every)
            for file_format in options.formats.split(","):
                plain_s = sqlite_csv_s(database, folder / "plain.csv")
                url = f"{address}/data/export?format={file_format}"
                with largest_descendant(processes["web"]) as peak:
                    first, seconds = download_s(url, mint.headers("1"), folder / f"e.{file_format}")
                result = {
                    "format": file_format,
                    "rows": options.rows,
                    "seconds": round(seconds, 2),
                    "rows_per_s": round(options.rows / seconds),
                    "first_byte_s": round(first, 3),
                    "bytes": (folder / f"e.{file_format}").stat().st_size,
                    "peak_mb": peak[0],
                    "sqlite_s": round(plain_s, 2),
                    "ratio": round(seconds / plain_s, 1),
                }
                print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
