"""The same rows imported by this service, loaded by beancount and imported by Actual, in one run.

    .venv/bin/python ingest-service/bench/peers_bench.py --rows 10000 100000

Prints one line of JSON for each number of rows. ours_s: from the first byte of the upload until
the import is stored, by the live web process and worker. beancount_s: its loader on the same rows
as a ledger, without its cache. actual_s: importTransactions of all rows, in parts of 5,000, into a
new budget without a server. The second figure of each: the same rows once more (beancount loads
again). The peers are installed into a temporary folder; one that cannot be is told as null, with
the reason. So is what Actual does not finish within --actual-limit-s, with the rows it had done.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import requests
from live_service import running
from statement_files import alipay_rows, write_csv

from servicekit.testing import TokenMint

_BEANCOUNT = "beancount==3.2.3"
_ACTUAL = "@actual-app/api@26.9.0"
_TIMEOUT_S = 900.0
_BUSY = {"queued", "running"}
_ACTUAL_SCRIPT = Path(__file__).with_name("peers_actual.mjs")
_LOAD = """
import sys, time
from beancount import loader
started = time.perf_counter()
entries, errors, _ = loader.load_file(sys.argv[1])
print(time.perf_counter() - started, len(entries), len(errors))
"""
_OPEN = "2019-01-01 open Assets:Bank\n2019-01-01 open Expenses:Food\n"


class PeerMissingError(Exception):
    """A peer could not be installed or did not end."""


class _NotDoneError(PeerMissingError):
    """A peer did not end within its time.

    Attributes:
        told: what it had told until then.
    """

    def __init__(self, limit_s: float, told: str) -> None:
        super().__init__(f"not finished within {limit_s:.0f} s")
        self.told = told


def payments(rows: int) -> Iterator[tuple[str, str, str, str, str]]:
    """Day, payee, note, amount in yuan and order number of each row."""
    for cells in alipay_rows(rows):
        yield cells[0][:10], cells[2], cells[4], cells[6], cells[9].strip()


def ours(folder: Path, rows: int) -> dict[str, Any]:
    """Seconds of the import and of the same rows again."""
    mint = TokenMint()
    with running(folder, mint) as (address, _):
        timed = []
        for user, name, count in (("9", "warm-up", 1_000), ("1", "one", rows), ("1", "two", rows)):
            path = folder / f"{name}.csv"
            write_csv(path, count, name=name)
            timed.append(_upload(address, path, mint.headers(user)))
    (_, _), (first_s, added), (again_s, added_again) = timed
    if (added, added_again) != (rows, 0):
        raise RuntimeError(f"of {rows} rows {added} were added, then {added_again}")
    return {"ours_s": round(first_s, 2), "ours_again_s": round(again_s, 2)}


def _upload(address: str, path: Path, headers: dict[str, str]) -> tuple[float, int]:
    started = time.perf_counter()
    with path.open("rb") as file:
        sent = requests.post(
            f"{address}/data/import", files={"file": file}, headers=headers, timeout=600
        )
    sent.raise_for_status()
    location = address + sent.json()["location"]
    while (record := requests.get(location, headers=headers, timeout=60).json())["status"] in _BUSY:
        time.sleep(0.02)
    return time.perf_counter() - started, int(record["rows_success"])


def install_beancount(folder: Path) -> Path:
    """The interpreter of an environment with beancount.

    Raises:
        PeerMissingError: it cannot be installed.
    """
    venv.create(folder / "beancount", with_pip=True)
    python = folder / "beancount" / "bin" / "python"
    _run([str(python), "-m", "pip", "install", "-q", _BEANCOUNT], folder)
    return python


def beancount(python: Path, folder: Path, rows: int) -> dict[str, Any]:
    """Seconds of two loads of the rows as a ledger."""
    ledger = folder / "ledger.beancount"
    with ledger.open("w", encoding="utf-8") as file:
        file.write(_OPEN)
        for day, payee, note, yuan, number in payments(rows):
            file.write(
                f'{day} * "{payee}" "{note}"\n  order: "{number}"\n'
                f"  Assets:Bank  -{yuan} CNY\n  Expenses:Food\n"
            )
    timed = []
    for _ in range(2):
        told = _run([str(python), "-c", _LOAD, str(ledger)], folder).split()
        if told[1:] != [str(rows + 2), "0"]:
            raise RuntimeError(f"beancount read {told[1]} entries with {told[2]} errors")
        timed.append(round(float(told[0]), 2))
    return {"beancount_s": timed[0], "beancount_again_s": timed[1]}


def install_actual(folder: Path) -> Path:
    """The folder in which Actual's module stands.

    Raises:
        PeerMissingError: it cannot be installed.
    """
    home = folder / "actual"
    home.mkdir()
    _run(["npm", "install", "--no-audit", "--no-fund", "--prefix", str(home), _ACTUAL], home)
    return home


def actual(home: Path, folder: Path, rows: int, *, limit_s: float) -> dict[str, Any]:
    """Seconds of importTransactions and of the same rows again; null with the rows done."""
    given = folder / "rows.json"
    told = [
        {
            "date": day,
            "payee_name": payee,
            "notes": note,
            "amount": -round(float(yuan) * 100),
            "imported_id": number,
        }
        for day, payee, note, yuan, number in payments(rows)
    ]
    given.write_text(json.dumps(told), encoding="utf-8")
    lines, reason = _run_bounded(["node", str(_ACTUAL_SCRIPT), str(given)], home, limit_s)
    figures: dict[str, Any] = {}
    for time_, key in (("first", "actual"), ("again", "actual_again")):
        parts = [part for part in map(json.loads, lines) if part["time"] == time_]
        done = parts[-1] if parts else {"rows": 0, "added": 0}
        if done["added"] != (done["rows"] if time_ == "first" else 0):
            raise RuntimeError(f"Actual added {done['added']} of {done['rows']} rows ({time_})")
        if done["rows"] == rows:
            figures[f"{key}_s"] = round(done["seconds"], 2)
        else:
            figures |= {f"{key}_s": None, f"{key}_rows_done": done["rows"]}
    return figures | ({"actual_reason": reason} if reason else {})


def _run_bounded(command: list[str], folder: Path, limit_s: float) -> tuple[list[str], str]:
    """The lines of JSON that a command told, and why it was ended; nothing where it was not."""
    try:
        told, reason = _run(command, folder, limit_s=limit_s), ""
    except _NotDoneError as error:
        told, reason = error.told, str(error)
    return [line for line in told.splitlines() if line.startswith("{") and line[-1] == "}"], reason


def _run(command: list[str], folder: Path, *, limit_s: float = _TIMEOUT_S) -> str:
    env = os.environ | {"BEANCOUNT_DISABLE_LOAD_CACHE": "1", "TMPDIR": str(folder)}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            check=True,
            timeout=limit_s,
        )
    except subprocess.TimeoutExpired as error:
        told = error.stdout or b""
        raise _NotDoneError(limit_s, told if isinstance(told, str) else told.decode()) from error
    except (subprocess.CalledProcessError, OSError) as error:
        reason = getattr(error, "stderr", "") or str(error)
        raise PeerMissingError(reason.strip().splitlines()[-1]) from error
    return done.stdout


class Peers:
    """The peers that could be installed, and why others could not."""

    def __init__(self, folder: Path, *, actual_limit_s: float) -> None:
        self._folder = folder
        self._measures: dict[str, Any] = {}
        self.missing: dict[str, str] = {}
        for name, install, measure in (
            ("beancount", install_beancount, beancount),
            ("actual", install_actual, partial(actual, limit_s=actual_limit_s)),
        ):
            try:
                self._measures[name] = (measure, install(folder))
            except PeerMissingError as error:
                self.missing[name] = str(error)

    def timed(self, rows: int) -> dict[str, Any]:
        """What each peer takes; null and the reason where it does not end."""
        told: dict[str, Any] = {f"{name}_s": None for name in self.missing}
        for name, (measure, place) in self._measures.items():
            try:
                told |= measure(place, self._folder, rows)
            except PeerMissingError as error:
                told |= {f"{name}_s": None, f"{name}_reason": str(error)}
        return told | {f"{name}_reason": reason for name, reason in self.missing.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--actual-limit-s", type=float, default=_TIMEOUT_S)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peers = Peers(folder, actual_limit_s=arguments.actual_limit_s)
        for rows in arguments.rows:
            place = folder / f"ours-{rows}"
            place.mkdir()
            told = {"rows": rows, **ours(place, rows), **peers.timed(rows)}
            for peer in ("beancount", "actual"):
                if told.get(f"{peer}_s"):
                    told[f"{peer}_ratio"] = round(told[f"{peer}_s"] / told["ours_s"], 1)
            print(json.dumps(told | {"load": round(os.getloadavg()[0], 1)}))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
