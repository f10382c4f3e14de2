"""Milliseconds of the list's questions at a million rows of one user, beside plain sqlite3.

Starts the whole platform on folders and ports of its own, imports a demo household's statement
through the gateway, asks each question through the gateway and then of the same database file with
a plain cursor, turn about, and prints JSON and a readable table. At the end all rows are changed,
deleted and brought back, each in one request, beside the plain UPDATE of a copy of the database,
and the charts are waited for.

    .venv/bin/python ingest-service/bench/list_bench.py --rows 1000000 --times 20

p50 and p95 are those of the gateway, plain_p50 is the plain cursor's; ratio is p50 over plain_p50.
The plain question names the same rows in the words that come to mind first, fetches them and makes
no JSON of them. Changes of all rows are made once; changed_s are the gateway's seconds,
visible_s those until the charts tell it, plain_s those of a plain UPDATE with its commit.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from live_platform import ROOT, Platform, running_platform
from servicekit.sqlite import choose_sqlite

_MINE = "FROM expenses WHERE user_id = :user AND deleted = 0"
_PAGE = "ORDER BY time DESC, id DESC LIMIT 100"
_SUMS = "SELECT currency, direction, count(*), sum(amount_minor), sum(refunded_minor)"
_BY_KIND = "GROUP BY currency, direction"
_ENDS = (
    "SELECT time, id FROM (SELECT time, id, row_number() OVER (ORDER BY time DESC, id DESC) AS n"
)
_EVERY_500 = ") WHERE n % 500 = 0"
_HAS_TEXT = " OR ".join(f"{c} LIKE '%' || :q || '%'" for c in ("merchant", "note", "place"))
_MERCHANT = "巷口豆浆铺"
_TEXT = "豆浆"
_MONTH = {"from": "2015-03-01", "to": "2015-04-01"}
_IN_MONTH = "AND local_day >= 16495 AND local_day < 16526"


@dataclass(frozen=True, slots=True)
class Question:
    """One question: as it is asked of the gateway, and in SQL."""

    name: str
    path: str
    sql: str
    query: Mapping[str, Any] = field(default_factory=dict)


def questions(category_id: str, cursor: str) -> Sequence[Question]:
    """What the page of transactions asks, a rare or missing thing among it."""
    tree = "AND category_id IN (SELECT id FROM categories WHERE :category IN (id, parent_id))"
    filters: list[tuple[str, dict[str, Any], str]] = [
        ("all", {}, ""),
        ("date", _MONTH, _IN_MONTH),
        ("category", {"category_id": category_id}, tree),
        ("merchant", {"merchant": _MERCHANT}, "AND merchant = :merchant"),
        ("no merchant", {"merchant": "no such"}, "AND merchant = 'no such'"),
        ("amount", {"min_amount": "1000", "max_amount": "2000"},
         "AND amount_minor BETWEEN 100000 AND 200000"),
        ("text", {"q": _TEXT}, f"AND ({_HAS_TEXT})"),
    ]  # fmt: skip
    found = [
        Question(f"list {name}", "/expenses", f"SELECT * {_MINE} {also} {_PAGE}", given)
        for name, given, also in filters
    ]
    found.append(
        Question("list deep", "/expenses", f"SELECT * {_MINE} {_PAGE} OFFSET 500000",
                 {"cursor": cursor})
    )  # fmt: skip
    by_amount = f"SELECT * {_MINE} ORDER BY amount_minor DESC, id DESC LIMIT 100"
    found.append(Question("list by amount", "/expenses", by_amount, {"sort": "-amount"}))
    for name, given, also in filters:
        if name in {"all", "category", "text"}:
            sql = f"{_ENDS} {_MINE} {also} {_EVERY_500}"
            found.append(Question(f"positions {name}", "/expenses/positions", sql, given))
            sql = f"{_SUMS} {_MINE} {also} {_BY_KIND}"
            found.append(Question(f"count {name}", "/expenses/count", sql, given))
    by_amount = f"{_ENDS} {_MINE} {_EVERY_500}".replace("time", "amount_minor")
    found.append(
        Question("positions by amount", "/expenses/positions", by_amount, {"sort": "-amount"})
    )
    return found


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _fetched(plain: Any, sql: str, told: Mapping[str, Any]) -> list[Any]:
    return list(plain.execute(sql, told))


def asked(platform: Platform, database: Path, *, times: int) -> list[dict[str, Any]]:
    """The figures of every question."""
    categories = platform.get("/categories")["items"]
    category_id = next(c["id"] for c in categories if c["code"] == "food")
    cursors = platform.get("/expenses/positions", every=500)["cursors"]
    plain = choose_sqlite().module.connect(f"file:{database}?mode=ro", uri=True)
    (user,) = plain.execute("SELECT user_id FROM expenses ORDER BY id DESC LIMIT 1").fetchone()
    told = {"user": user, "category": int(category_id), "merchant": _MERCHANT, "q": _TEXT}
    found = []
    for question in questions(category_id, cursors[len(cursors) // 2]):
        limit = {"limit": 100} if question.path == "/expenses" else {}
        given = {**limit, **question.query}
        gateway = partial(platform.get, question.path, **given)
        cursor = partial(_fetched, plain, question.sql, told)
        pairs = [(_ms(gateway), _ms(cursor)) for _ in range(times)]
        ours, theirs = (sorted(column) for column in zip(*pairs, strict=True))
        p50, plain_p50 = statistics.median(ours), statistics.median(theirs)
        found.append(
            {"question": question.name, "p50_ms": round(p50, 1),
             "p95_ms": round(ours[max(0, round(0.95 * times) - 1)], 1),
             "plain_p50_ms": round(plain_p50, 1), "ratio": round(p50 / plain_p50, 1)}
        )  # fmt: skip
    plain.close()
    return found


def changed(platform: Platform, database: Path) -> list[dict[str, Any]]:
    """Seconds of changes of all rows, each in one request."""
    plain_s = _plain_update_s(database)
    categories = platform.get("/categories")["items"]
    category_id = next(c["id"] for c in categories if c["code"] == "food")
    everything: dict[str, Any] = {"filter": {}}
    category = {"category_id": category_id}
    condition = {"field": "merchant", "op": "contains", "value": "店"}
    found = []

    def timed(name: str, path: str, body: Mapping[str, Any]) -> Any:
        started = time.perf_counter()
        answer = platform.post(path, body)
        taken = time.perf_counter() - started
        platform.wait_for(answer["last_seq"])
        visible = time.perf_counter() - started
        figures = {"changed_s": taken, "visible_s": visible, "plain_s": plain_s}
        told = {"change": name, "rows": answer["changed"]}
        found.append(told | {key: round(value, 2) for key, value in figures.items()})
        return answer

    timed("note of all", "/expenses/bulk", {**everything, "changes": {"note": "bench"}})
    platform.post("/rules", {"conditions": [condition], **category})
    timed("rule applied", "/rules/apply", {"only_unset": False})
    timed("category of all", "/expenses/bulk", {**everything, "changes": category})
    deleted = timed("delete all", "/expenses/bulk", {**everything, "delete": True})
    timed("bring back all", f"/expenses/deletions/{deleted['deletion_id']}/restore", {})
    return found


def _plain_update_s(database: Path) -> float:
    """Seconds of a plain UPDATE of all rows, in a copy."""
    copy = database.with_name("copy.sqlite3")
    source = choose_sqlite().module.connect(f"file:{database}?mode=ro", uri=True)
    plain = choose_sqlite().module.connect(copy)
    source.backup(plain)
    source.close()
    started = time.perf_counter()
    plain.execute("UPDATE expenses SET note = 'bench', seq = seq + (SELECT max(seq) FROM expenses)")
    plain.commit()
    taken = time.perf_counter() - started
    plain.close()
    copy.unlink()
    return taken


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        statement = folder / "household.csv"
        made = ["-m", "demo", "--rows", str(arguments.rows), "--years", "20", "--end", "2025-01-01"]
        subprocess.run(
            [sys.executable, *made, "--out", str(statement)],
            cwd=ROOT / "deploy", check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        with running_platform(folder / "data") as url:
            platform = Platform(url, folder / "data")
            platform.upload(statement)
            database = folder / "data" / "ingest" / "ingest.sqlite3"
            found = asked(platform, database, times=arguments.times)
            changes = changed(platform, database)
    load = round(os.getloadavg()[0], 1)
    print(
        json.dumps({"rows": arguments.rows, "load": load, "questions": found, "changes": changes})
    )
    for row in found:
        print(
            f"{row['question']:20} {row['p50_ms']:8} ms  p95 {row['p95_ms']:8} ms"
            f"  plain sqlite3 {row['plain_p50_ms']:8} ms  ratio {row['ratio']}"
        )
    for row in changes:
        print(
            f"{row['change']:20} {row['rows']} rows {row['changed_s']:8} s"
            f"  in the charts {row['visible_s']:8} s  plain UPDATE {row['plain_s']} s"
        )


if __name__ == "__main__":
    main()
