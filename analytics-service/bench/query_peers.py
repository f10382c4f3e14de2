"""The peers of the query bench, each in an environment of its own: DuckDB, and fava."""

import contextlib
import csv
import json
import os
import socket
import subprocess
import time
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import requests

from servicekit.sqlite import choose_sqlite

_DUCKDB = "duckdb==2.0.1"
_FAVA = ("fava==1.30.16", "beancount==3.2.3")
_COLUMNS = (
    "day", "hour", "currency", "direction", "category_id", "root_id", "amount", "net", "merchant",
    "place", "note", "source", "account", "lat", "lon",
)  # fmt: skip
_ROWS = """
SELECT date(local_day * 86400, 'unixepoch'), local_hour, currency, direction, category_id,
  coalesce(c.parent_id, c.id, 0), amount_minor, amount_minor - refunded_minor, coalesce(m.text, ''),
  coalesce(p.text, ''), coalesce(n.text, ''), coalesce(s.text, ''), coalesce(a.text, ''), lat, lon
FROM expense_facts AS f LEFT JOIN categories AS c ON c.id = f.category_id
LEFT JOIN labels AS m ON m.id = merchant_id LEFT JOIN labels AS p ON p.id = place_id
LEFT JOIN labels AS n ON n.id = note_id LEFT JOIN labels AS s ON s.id = source_id
LEFT JOIN labels AS a ON a.id = account_id
WHERE f.user_id = ?
"""
_STARTS_WITHIN_S = 120


def environment(folder: Path, *packages: str) -> Path:
    """The interpreter of a new environment with these packages."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "-q", *packages], check=True)
    return python


def write_rows(database: Path, user_id: int, path: Path) -> int:
    """The number of rows of a user, written as the table that DuckDB reads."""
    connection = choose_sqlite().module.connect(f"file:{database}?mode=ro", uri=True)
    with contextlib.closing(connection), path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        count = 0
        for count, row in enumerate(connection.execute(_ROWS, [user_id]), start=1):  # noqa: B007
            writer.writerow(row)
    return count


class DuckDb:
    """DuckDB with the rows loaded, asked turn about with the gateway."""

    def __init__(self, folder: Path, rows: Path) -> None:
        python = environment(folder, _DUCKDB)
        script = Path(__file__).with_name("duckdb_peer.py")
        self._process = subprocess.Popen(
            [str(python), str(script), str(rows)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.told = self._line()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)

    def ms(self, statements: Sequence[str], *, times: int) -> float:
        """The median milliseconds of the statements together."""
        assert self._process.stdin is not None  # noqa: S101 - opened above
        self._process.stdin.write(json.dumps({"statements": statements, "times": times}) + "\n")
        self._process.stdin.flush()
        return float(self._line()["ms"])

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 - opened above
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("DuckDB ended: see its message above")
        found: dict[str, Any] = json.loads(line)
        return found


def fava_ms(folder: Path, statement: Path, *, rows: int, times: int) -> float:
    """The median milliseconds of fava's income statement over the first rows of a statement."""
    python = environment(folder / "fava", *_FAVA)
    ledger = folder / "ledger.beancount"
    _write_ledger(statement, ledger, rows)
    with _fava(python, ledger) as url, requests.Session() as session:
        session.trust_env = False
        address = f"{url}/ledger/income_statement/"
        data = f"{url}/ledger/api/income_statement"
        told = session.get(data, timeout=_STARTS_WITHIN_S)
        path = data if told.ok else address
        taken = []
        for _ in range(times):
            started = time.perf_counter()
            session.get(path, timeout=_STARTS_WITHIN_S).raise_for_status()
            taken.append((time.perf_counter() - started) * 1000)
    return round(sorted(taken)[len(taken) // 2], 1)


def _write_ledger(statement: Path, ledger: Path, rows: int) -> None:
    with statement.open(encoding="utf-8-sig", newline="") as source:
        lines = csv.DictReader(source)
        chosen = [line for _, line in zip(range(rows), lines, strict=False)]
    accounts = sorted({_account(line["分类"]) for line in chosen})
    with ledger.open("w", encoding="utf-8") as file:
        file.write('option "title" "ledger"\noption "operating_currency" "CNY"\n')
        file.writelines(f"2000-01-01 open {name}\n" for name in ["Assets:Bank", *accounts])
        for line in chosen:
            payee = line["商户"].replace('"', "")
            file.write(
                f'{line["时间"][:10]} * "{payee}" "{line["备注"]}"\n'
                f"  Assets:Bank  -{line['金额']} CNY\n  {_account(line['分类'])}\n"
            )


def _account(category: str) -> str:
    parts = [part for part in category.split("/") if part] or ["无"]
    return "Expenses:" + ":".join(f"C{part}" for part in parts)


@contextlib.contextmanager
def _fava(python: Path, ledger: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [str(python.with_name("fava")), "--host", "127.0.0.1", "-p", str(port), str(ledger)],
        env=os.environ | {"BEANCOUNT_DISABLE_LOAD_CACHE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(port: int) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise RuntimeError("fava did not start")
