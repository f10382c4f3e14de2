"""Milliseconds of every chart through the gateway, beside DuckDB in-process on the same rows.

Starts the whole platform on folders and ports of its own, imports a demo household's statement of
that many rows as one user, asks each chart under each filter, and asks DuckDB the same in SQL over
the rows that analytics holds, turn about. No answer comes from a cache: no ETag is sent back.

    .venv/bin/python analytics-service/bench/query_bench.py --rows 1000000
    .venv/bin/python analytics-service/bench/query_bench.py --rows 10000000 --users 100 --clients 16

Prints a readable line per question and then JSON: {endpoint, filter, p50_ms, p95_ms, duckdb_ms,
ratio, bytes}. The milliseconds are those of the client, from its request to the last byte; bytes
are those of the body on the wire (gzip where the gateway does so); ratio is p50_ms over duckdb_ms
(all processors, rows in memory, median of 20; null where SQL alone cannot say it). load_s is the
time from stored to visible: analytics' first pull. With --fava its income statement is asked over
the first 100,000 rows of the statement. With more than one user the rows are shared out, and that
many clients ask random charts of random users at once instead; any answer but 200 ends the run.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from query_peers import DuckDb, fava_ms, write_rows
from query_questions import CHARTS, Chart, Narrowing, narrowings

from live_platform import ROOT, MemoryWatch, Platform, running_platform

OK = 200
_FAVA_ROWS = 100_000
_DUCKDB_TIMES = 20
_PROGRAMS = ("analytics", "analytics-worker")
_SECONDS_AT_ONCE = 60


class Browser:
    """One person's connection, from a loopback address of its own: the gateway limits each."""

    _number = 0

    def __init__(self, url: str, token: str) -> None:
        Browser._number += 1
        place = f"127.1.{Browser._number // 250}.{1 + Browser._number % 250}"
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(
            str(parts.hostname), parts.port, timeout=300, source_address=(place, 0)
        )
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}

    def get(self, path: str) -> tuple[float, int]:
        """(milliseconds, bytes of the body on the wire).

        Raises:
            RuntimeError: the answer was not 200.
        """
        started = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        taken = (time.perf_counter() - started) * 1000
        if answer.status != OK:
            packed = answer.headers.get("Content-Encoding") == "gzip"
            told = gzip.decompress(body) if packed else body
            raise RuntimeError(f"{path}: {answer.status} {told[:300].decode()}")
        return taken, len(body)


def _path(chart: Chart, narrowing: Narrowing) -> str:
    query = {**chart.query, **narrowing.query}
    return f"/analytics/{chart.endpoint}?{urlencode(query)}"


def _p95(taken: Sequence[float]) -> float:
    return round(sorted(taken)[max(0, round(0.95 * len(taken)) - 1)], 1)


def _where(narrowing: Narrowing) -> str:
    return f"currency = 'CNY' AND direction = 'expense' AND {narrowing.sql}"


def one_user(
    platform: Platform, url: str, duckdb: DuckDb, *, times: int, only: str
) -> list[dict[str, Any]]:
    """The figures of every chart under every filter."""
    found = []
    food = next(c["id"] for c in platform.get("/categories")["items"] if c["code"] == "food")
    for narrowing in narrowings(int(food)):
        token = platform.token()
        for chart in CHARTS:
            if only not in f"{chart.name} {narrowing.name}":
                continue
            browser = Browser(url, token)
            path = _path(chart, narrowing)
            for _ in range(3):
                browser.get(path)
            taken, sizes = zip(*(browser.get(path) for _ in range(times)), strict=True)
            asked = [s.format(where=_where(narrowing)) for s in chart.statements]
            theirs = duckdb.ms(asked, times=_DUCKDB_TIMES) if asked else None
            p50 = round(statistics.median(taken), 1)
            found.append(
                {
                    "endpoint": chart.name,
                    "filter": narrowing.name,
                    "p50_ms": p50,
                    "p95_ms": _p95(taken),
                    "duckdb_ms": theirs,
                    "ratio": round(p50 / theirs, 2) if theirs else None,
                    "bytes": sizes[-1],
                }
            )
            print(
                f"{narrowing.name:9} {chart.name:32} p50 {p50:8} ms  p95 {_p95(taken):8} ms"
                f"  duckdb {theirs or '-':>8}  ratio {found[-1]['ratio'] or '-':>6}"
                f"  {sizes[-1]} B",
                flush=True,
            )
    return found


def many_at_once(
    people: Sequence[Platform], url: str, *, clients: int, seconds: float
) -> dict[str, Any]:
    """Random charts of random users by so many clients; the first error is raised."""
    tokens = [person.token() for person in people]
    food = [
        int(next(c["id"] for c in p.get("/categories")["items"] if c["code"] == "food"))
        for p in people
    ]
    taken: dict[str, list[float]] = {}
    errors: list[Exception] = []
    until = time.monotonic() + seconds
    lock = threading.Lock()

    def ask(seed: int) -> None:
        chance = random.Random(seed)
        try:
            while time.monotonic() < until and not errors:
                user = chance.randrange(len(people))
                narrowing = chance.choice(narrowings(food[user]))
                browser = Browser(url, tokens[user])
                for _ in range(20):
                    ms, _size = browser.get(_path(chance.choice(CHARTS), narrowing))
                    with lock:
                        taken.setdefault(narrowing.kind, []).append(ms)
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            errors.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return {
        kind: {"asked": len(ms), "p50_ms": round(statistics.median(ms), 1), "p95_ms": _p95(ms)}
        for kind, ms in taken.items()
    } | {"per_s": round(sum(map(len, taken.values())) / seconds, 1)}


def _statement(folder: Path, rows: int, *, seed: int) -> Path:
    path = folder / f"household-{seed}.csv"
    made = ["-m", "demo", "--rows", str(rows), "--years", "10", "--end", "2025-01-01"]
    subprocess.run(
        [sys.executable, *made, "--seed", str(seed), "--out", str(path)],
        cwd=ROOT / "deploy", check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return path


def _sendable(path: Path) -> Path:
    """The statement packed: the gateway takes at most 256 MB in one upload."""
    import zipfile

    packed = path.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(path, path.name)
    return packed


def measure_one(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """One user with all rows."""
    statement = _statement(folder, options.rows, seed=7)
    with running_platform(folder / "data") as url:
        platform = Platform(url, folder / "data")
        with MemoryWatch(platform, _PROGRAMS) as loading:
            timing = platform.upload(_sendable(statement))
        database = folder / "data" / "analytics" / "analytics.sqlite3"
        rows = folder / "rows.csv"
        count = write_rows(database, int(platform.get("/auth/me")["id"]), rows)
        with DuckDb(folder / "duckdb", rows) as duckdb, MemoryWatch(platform, _PROGRAMS) as asking:
            found = one_user(platform, url, duckdb, times=options.times, only=options.only)
            told = duckdb.told
    fava = fava_ms(folder, statement, rows=_FAVA_ROWS, times=5) if options.fava else None
    return {
        "rows": count,
        "load_s": round(timing.visible_s - timing.stored_s, 1),
        "peak_mb_loading": loading.peak_mb,
        "peak_mb_asking": asking.peak_mb,
        "duckdb": told,
        "fava_income_statement_ms": fava,
        "questions": found,
    }


def measure_many(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """The rows shared out among users, who ask at once."""
    share = options.rows // options.users
    with running_platform(folder / "data") as url:
        people = []
        for number in range(options.users):
            statement = _statement(folder, share, seed=number)
            person = Platform(url, folder / "data")
            person.upload(_sendable(statement))
            statement.unlink()
            people.append(person)
            print(f"user {number + 1} of {options.users} is in", file=sys.stderr, flush=True)
        with MemoryWatch(people[0], _PROGRAMS) as memory:
            found = many_at_once(people, url, clients=options.clients, seconds=_SECONDS_AT_ONCE)
    return {"rows": share * options.users, "users": options.users, "clients": options.clients,
            "peak_mb": memory.peak_mb, **found}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--users", type=int, default=1)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--only", default="", help="questions whose 'chart filter' holds this")
    parser.add_argument("--fava", action="store_true", help="fava's income statement as well")
    options = parser.parse_args()
    # A bench that is ended from outside still stops its platform.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as name:
        measure = measure_one if options.users == 1 else measure_many
        told = measure(Path(name), options)
    print(json.dumps(told | {"load": round(os.getloadavg()[0], 1)}))


if __name__ == "__main__":
    main()
