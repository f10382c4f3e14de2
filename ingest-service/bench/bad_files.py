"""Time and memory of the worst files: each goes through the real upload and the real worker.

    make badfiles                 # the made corpus
    make badfiles DATA=FOLDER     # and every file of its malformed/ and statements/

Prints JSON for the whole and a table of the slowest and the largest; ends with 1 where a file took
longer than 5 s or more than 300 MB on top, gave a 5xx, or left something behind.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from corpus import BadFile, bad_files
from corpus.model import csv_text, good_rows, of_text
from corpus.sending import Result, leftovers, send
from live import running

from servicekit.testing import TokenMint

_LIMIT_S = 5.0
_LIMIT_MB = 300.0
_SHOWN = 12


def found_files(folder: Path) -> Iterator[BadFile]:
    """Every file below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(folder.parent))
            yield BadFile(name, partial(_copy, path))


def _copy(path: Path, target: BinaryIO) -> None:
    target.write(path.read_bytes())


def table(results: list[Result]) -> str:
    """Some results for people."""
    heads = f"{'bytes':>11} {'s':>6} {'cpu s':>6} {'MB':>6}  outcome"
    lines = [f"{'file':44} {heads}"]
    lines += [
        f"{r.name[-44:]:44} {r.size_bytes:>11} {r.seconds:>6.2f} "
        f"{r.cpu_seconds:>6.2f} {r.memory_mb:>6.1f}  "
        f"{r.verdict} {r.code} ({r.stored} stored, {r.failed} failed)"
        for r in results
    ]
    return "\n".join(lines)


def main() -> None:
    """Send all, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, action="append", default=[])
    parser.add_argument("--only", default="", help="files whose name holds this")
    parser.add_argument("--all", action="store_true", help="list every file")
    parser.add_argument("--verbose", action="store_true", help="tell each as it is done")
    parser.add_argument("--out", type=Path, help="write every result there as JSON")
    options = parser.parse_args()
    results: list[Result] = []
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as name, running(Path(name), TokenMint()) as live:
        folder = Path(name)
        good = of_text("good.csv", csv_text(good_rows()))
        # What both processes load once is no file's fault.
        send(live, good, user_id=1, folder=folder)
        everything = [bad_files(), *(found_files(folder) for folder in options.data)]
        for user_id, file in enumerate((f for part in everything for f in part), start=2):
            if options.only not in file.name:
                continue
            results.append(send(live, file, user_id=user_id, folder=folder))
            if options.verbose:
                print(table(results[-1:]).splitlines()[1], flush=True)
            left = list(leftovers(live))
            if left:
                problems.append(f"{file.name} left {left}")
        if "fault" in live.log() or "Traceback" in live.log():
            problems.append(live.log()[-20_000:])
        after = send(live, good, user_id=9_999_999, folder=folder)
        if after.stored != len(good_rows()):
            problems.append("a good file was not imported afterwards")
    problems += [
        f"{r.name}: {r.seconds} s, {r.memory_mb} MB, HTTP {r.http_status}"
        for r in results
        if r.seconds > _LIMIT_S or r.memory_mb > _LIMIT_MB or r.http_status >= 500  # noqa: PLR2004
    ]
    report(results, problems, options)
    sys.exit(bool(problems))


def report(results: list[Result], problems: list[str], options: argparse.Namespace) -> None:
    """Print what was measured."""
    if options.out:
        told = {"results": [result.as_json() for result in results], "problems": problems}
        options.out.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    slowest = sorted(results, key=lambda r: r.seconds, reverse=True)
    largest = sorted(results, key=lambda r: r.memory_mb, reverse=True)
    print(table(results if options.all else slowest[:_SHOWN]))
    print("\n" + table(largest[:_SHOWN]))
    print("\n" + "\n".join(problems))
    print(
        json.dumps(
            {
                "files": len(results),
                "slowest_s": slowest[0].seconds,
                "slowest": slowest[0].name,
                "most_cpu_s": max(result.cpu_seconds for result in results),
                "largest_mb": largest[0].memory_mb,
                "largest": largest[0].name,
                "outcomes": dict(Counter(result.verdict for result in results)),
                "problems": len(problems),
            },
            ensure_ascii=False,
        )
    )


if __name__ == "__main__":
    main()
