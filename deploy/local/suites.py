"""make test: every suite of the repository, each in a process of its own, two at a time."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from local.commands import install
from local.console import say
from local.errors import SetUpError
from local.layout import Layout
from local.machine import apt_install, ensure_nginx, find_program

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_AT_ONCE = 2
_NOTHING_COLLECTED = 5
_PYTHON_SUITES = (
    "libs/servicekit/tests",
    "auth-service/tests",
    "ingest-service/tests",
    "analytics-service/tests",
    "forecast-service/tests",
    "forecast-service/model-server/tests",
    "report-service/tests",
    "gateway/tests",
    "deploy/tests",
    "tests/contracts",
)
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?)\b")
_NODE_COUNT = re.compile(r"^\S* ?(pass|fail|skipped) (\d+)\s*$", re.MULTILINE)
_NODE_WORDS = {"pass": "passed", "fail": "failed", "skipped": "skipped"}
_PRINTING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Suite:
    """One test process."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a suite ended."""

    name: str
    ok: bool
    counts: Mapping[str, int]


def count_tests(output: str) -> dict[str, int]:
    """Tests passed, failed and skipped, by the closing lines of pytest or of node's runner."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    node = _NODE_COUNT.findall(output)
    if node:
        for word, number in node:
            counts[_NODE_WORDS[word]] += int(number)
        return counts
    closing = [line for line in output.splitlines() if re.search(r" in [\d.]+s", line)]
    for number, word in _COUNT.findall(closing[-1] if closing else ""):
        counts["failed" if word.startswith("error") else word] += int(number)
    return counts


def _python_suite(layout: Layout, folder: str, **environment: str) -> Suite:
    command = [str(layout.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", folder]
    return Suite(folder, command, layout.root, environment)


def _has_tests(folder: Path) -> bool:
    return any(folder.rglob("test_*.py"))


def unit_suites(layout: Layout) -> Iterator[Suite]:
    """The suites that need no running platform."""
    frugal = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}
    for folder in _PYTHON_SUITES:
        if _has_tests(layout.root / folder):
            yield _python_suite(layout, folder, **frugal)
    if any((layout.frontend / "tests").glob("*.test.mjs")):
        command = ["npm", "run", "--silent", "test"]
        yield Suite("frontend/tests", command, layout.frontend, {})


def run_suite(suite: Suite) -> Outcome:
    """Runs one suite and prints its output in one piece when it has ended."""
    say(f"running {suite.name}")
    started = time.monotonic()
    done = subprocess.run(
        suite.command,
        cwd=suite.folder,
        env={**os.environ, **suite.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    ok = done.returncode in {0, _NOTHING_COLLECTED}
    with _PRINTING:
        word = "passed" if ok else "FAILED"
        print(f"\n--- {suite.name}: {word} in {time.monotonic() - started:.0f} s")
        sys.stdout.write(done.stdout if not ok else _closing_lines(done.stdout))
        sys.stdout.flush()
    return Outcome(suite.name, ok, count_tests(done.stdout))


def _closing_lines(output: str) -> str:
    return "\n".join(output.strip().splitlines()[-10:]) + "\n"


def ensure_browser() -> Path:
    """The Chromium of this machine, installed where there is none.

    Raises:
        SetUpError: there is none and it could not be installed.
    """
    missing = []
    if find_program(*_BROWSERS) is None:
        missing += ["chromium", "fonts-wqy-microhei"]
    if not _has_library("libatomic.so.1"):
        missing.append("libatomic1")  # Playwright's driver is linked against it
    if missing:
        apt_install(missing, purpose="the browser")
    browser = find_program(*_BROWSERS)
    if browser is None:
        raise SetUpError("chromium was installed but is not on PATH")
    return Path(browser)


def _has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _summary(outcomes: Sequence[Outcome]) -> str:
    total = {"passed": 0, "failed": 0, "skipped": 0}
    for outcome in outcomes:
        for word, number in outcome.counts.items():
            total[word] += number
        if not outcome.ok and not outcome.counts["failed"]:
            total["failed"] += 1  # it broke before it could count
    print("\n=== suites")
    for outcome in outcomes:
        counts = ", ".join(f"{number} {word}" for word, number in outcome.counts.items())
        print(f"{'passed' if outcome.ok else 'FAILED'}  {outcome.name}: {counts}")
    return ", ".join(f"{number} {word}" for word, number in total.items())


def test(layout: Layout) -> None:
    """Runs every suite, the journeys through a running platform last and alone.

    Raises:
        SetUpError: a suite failed.
    """
    install(layout)
    ensure_nginx()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        outcomes = list(pool.map(run_suite, unit_suites(layout)))
    journeys = layout.root / "tests" / "e2e"
    if os.environ.get("E2E") != "0" and _has_tests(journeys):
        ensure_browser()
        outcomes.append(run_suite(_python_suite(layout, "tests/e2e")))
    print(_summary(outcomes), flush=True)
    failed = [outcome.name for outcome in outcomes if not outcome.ok]
    if failed:
        message = f"make test failed: {', '.join(failed)}"
        raise SetUpError(message)
