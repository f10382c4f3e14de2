"""What sqlite3 alone takes for the same file: its own .import into one table.

The table has the file's 13 columns as TEXT; once without an index, once with one unique index on
the order number. The file's bytes go in as they are (nothing is decoded, parsed or checked), in
one transaction with SQLite's own defaults (rollback journal, synchronous = FULL). It runs with the
priority of the platform's workers, so that others on the machine slow both alike.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

from statement_files import HEADER, HEADER_LINES, ORDER_NUMBER

_WORKERS_NICE = "5"
_COLUMNS = ", ".join(f"c{number} TEXT" for number in range(len(HEADER)))


def tool() -> str:
    """Which sqlite does it: the command line's .import, or Python's module where it is missing."""
    program = shutil.which("sqlite3")
    if program is None:
        return f"sqlite3 module {sqlite3.sqlite_version}, csv.reader and executemany"
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return f"sqlite3 {told.stdout.split()[0]}, .import"


def import_s(path: Path, folder: Path, *, with_index: bool) -> float:
    """Seconds of the import into a new database."""
    target = folder / "plain.sqlite3"
    target.unlink(missing_ok=True)
    made = sqlite3.connect(target)
    made.execute(f"CREATE TABLE plain ({_COLUMNS})")
    if with_index:
        made.execute(f"CREATE UNIQUE INDEX by_order ON plain (c{ORDER_NUMBER})")
    made.commit()
    made.close()
    run = _by_program if shutil.which("sqlite3") else _by_module
    started = time.perf_counter()
    run(path, target)
    seconds = time.perf_counter() - started
    _check(path, target)
    return seconds


def _by_program(path: Path, target: Path) -> None:
    command = f'.import --csv --skip {HEADER_LINES} "{path}" plain'
    subprocess.run(["nice", "-n", _WORKERS_NICE, "sqlite3", str(target), command], check=True)


def _by_module(path: Path, target: Path) -> None:
    connection = sqlite3.connect(target)
    with path.open(encoding="gb18030", newline="") as file, connection:
        lines = csv.reader(file)
        for _ in range(HEADER_LINES):
            next(lines)
        marks = ",".join("?" * len(HEADER))
        connection.executemany(f"INSERT INTO plain VALUES ({marks})", lines)  # noqa: S608 - marks
    connection.close()


def _check(path: Path, target: Path) -> None:
    connection = sqlite3.connect(target)
    found = connection.execute("SELECT count(*) FROM plain").fetchone()[0]
    connection.close()
    with path.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    if found != lines - HEADER_LINES:
        raise RuntimeError(f"sqlite took {found} of {lines - HEADER_LINES} rows")
