"""From upload to committed and visible in analytics, beside sqlite3's own .import of the same file.

Starts the whole platform on folders and ports of its own, uploads a made-up Alipay statement
through the gateway as a new user, waits until analytics has it, uploads the same rows under
another name (other bytes; 0 may be added), and prints JSON and a readable line. Another user's
small import goes before, so that the workers have their libraries loaded.

    .venv/bin/python ingest-service/bench/import_bench.py --rows 1000000
    .venv/bin/python ingest-service/bench/import_bench.py --rows 100000 --xlsx

seconds counts from the first byte of the upload until analytics answers with the new rows;
stored_s until the import is told as done. ratio is seconds over sqlite_import_s, the .import into
one table with one unique index on the order number (median of three, taken before and after);
ratio_bare the same without any index.
peak_mb is the import worker's largest memory with its children; what processes share is told once
(live_platform.MemoryWatch).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import zipfile
from pathlib import Path
from statistics import median
from typing import Any

import plain_sqlite
from statement_files import write_csv, write_xlsx

from live_platform import MemoryWatch, Platform, Timing, running_platform

_WATCHED = ("ingest-worker", "ingest", "analytics-worker", "forecast-worker")
_WARM_UP_ROWS = 10_000
# The gateway takes no more in one upload; a larger statement goes zipped.
_MAX_UPLOAD_BYTES = 250 << 20


def measured(platform: Platform, files: tuple[Path, Path], *, rows: int) -> dict[str, Any]:
    """The figures of two uploads of the same rows."""
    with MemoryWatch(platform, _WATCHED) as memory:
        first = platform.upload(files[0])
        again = platform.upload(files[1])
    _expect(platform, rows=rows, first=first, again=again)
    return {
        "rows": rows,
        "seconds": round(first.visible_s, 2),
        "rows_per_s": round(rows / first.visible_s),
        "stored_s": round(first.stored_s, 2),
        "stored_rows_per_s": round(rows / first.stored_s),
        "again_s": round(again.visible_s, 2),
        "again_added": again.record["rows_success"],
        "peak_mb": memory.peak_mb["ingest-worker"],
        "peaks_mb": memory.peak_mb,
    }


def _expect(platform: Platform, *, rows: int, first: Timing, again: Timing) -> None:
    told = {
        "stored": first.record["rows_success"],
        "known again": again.record["rows_duplicate"],
        "seen by analytics": platform.counted(),
    }
    wrong = {what: count for what, count in told.items() if count != rows}
    if wrong or again.record["rows_success"]:
        raise RuntimeError(f"of {rows} rows: {told}, added again {again.record['rows_success']}")


class Baseline:
    """sqlite3's own times for a file, taken before and after: others may load the machine."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._path = path
        self._folder = folder
        self._indexed: list[float] = []
        self._bare: list[float] = []

    def measure(self) -> None:
        """Take both times once more."""
        self._indexed.append(plain_sqlite.import_s(self._path, self._folder, with_index=True))
        self._bare.append(plain_sqlite.import_s(self._path, self._folder, with_index=False))

    def beside(self, told: dict[str, Any]) -> dict[str, Any]:
        """The figures with those of sqlite3 (medians) and the ratios."""
        indexed, bare = median(self._indexed), median(self._bare)
        return told | {
            "sqlite": plain_sqlite.tool(),
            "sqlite_import_s": round(indexed, 2),
            "sqlite_bare_s": round(bare, 2),
            "ratio": round(told["seconds"] / indexed, 1),
            "ratio_stored": round(told["stored_s"] / indexed, 1),
            "ratio_again": round(told["again_s"] / indexed, 1),
            "ratio_bare": round(told["seconds"] / bare, 1),
            "ratio_again_bare": round(told["again_s"] / bare, 1),
        }


def _warm_up(platform: Platform, folder: Path) -> None:
    """Another user's small import: the workers load their libraries at their first."""
    path = folder / "warm-up.csv"
    write_csv(path, _WARM_UP_ROWS, name=path.stem)
    platform.upload(path)


def _files(folder: Path, rows: int, *, xlsx: bool) -> tuple[Path, Path]:
    write, ending = (write_xlsx, "xlsx") if xlsx else (write_csv, "csv")
    paths = folder / f"one.{ending}", folder / f"two.{ending}"
    for path in paths:
        write(path, rows, name=path.stem)
    return paths


def _sendable(path: Path) -> Path:
    """The file, or a zip of it where the gateway would not take it."""
    if path.stat().st_size <= _MAX_UPLOAD_BYTES:
        return path
    packed = path.with_suffix(".zip")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(path, path.name)
    return packed


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--xlsx", action="store_true", help="as a workbook; without sqlite3")
    arguments = parser.parse_args()
    # A bench that is ended from outside still stops its platform.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = _files(folder, arguments.rows, xlsx=arguments.xlsx)
        sent = _sendable(files[0]), _sendable(files[1])
        baseline = None if arguments.xlsx else Baseline(files[0], folder)
        with running_platform(folder / "data") as url:
            _warm_up(Platform(url, folder / "data"), folder)
            if baseline:
                baseline.measure()
            told = measured(Platform(url, folder / "data"), sent, rows=arguments.rows)
            if baseline:
                baseline.measure()
        told["file_mb"] = round(files[0].stat().st_size / 1e6, 1)
        told["load"] = round(os.getloadavg()[0], 1)
        if baseline:
            baseline.measure()
            told = baseline.beside(told)
    print(json.dumps(told))
    print(
        f"{told['rows']} rows: {told['seconds']} s to see them ({told['rows_per_s']}/s),"
        f" {told['again_s']} s again with {told['again_added']} added,"
        f" {told.get('ratio', '-')} times sqlite3's .import, {told['peak_mb']} MB"
    )


if __name__ == "__main__":
    main()
