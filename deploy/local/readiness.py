"""Waits until every program answers that it is ready."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from local.console import say
from local.errors import SetUpError
from local.layout import Layout
from local.programs import Program
from local.supervision import states

_POLL_S = 0.2
_OK = 200
# Never through a proxy: these addresses are this machine's own.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch_json(url: str, *, timeout_s: float = 5.0) -> tuple[int, object]:
    """The status and the JSON body of a GET; status 0 where nobody answers."""
    try:
        with _OPENER.open(url, timeout=timeout_s) as answer:
            return answer.status, _parsed(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, _parsed(error.read())
    except (OSError, ValueError):
        return 0, None


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def is_ready(program: Program) -> bool:
    """Whether a program with an address of its own says that it is ready."""
    if program.ready_url is None:
        return True
    status, body = fetch_json(program.ready_url)
    if program.name == "serving":
        return status == _OK and "AVAILABLE" in json.dumps(body)
    return status == _OK


def _wait_for(program: Program, *, deadline: float, failed: threading.Event) -> bool:
    while time.monotonic() < deadline and not failed.is_set():
        if is_ready(program):
            say(f"ready: {program.name}")
            return True
        time.sleep(_POLL_S)
    return False


def wait_until_ready(layout: Layout, programs: Sequence[Program], *, timeout_s: float) -> None:
    """Returns when all programs are ready, telling of each.

    Raises:
        SetUpError: some are not after `timeout_s`; the message names them and their logs.
    """
    asked = [program for program in programs if program.ready_url]
    deadline = time.monotonic() + timeout_s
    failed = threading.Event()
    try:
        with ThreadPoolExecutor(len(asked)) as pool:
            results = list(
                pool.map(lambda one: _wait_for(one, deadline=deadline, failed=failed), asked)
            )
    except BaseException:
        failed.set()
        raise
    late = [one.name for one, ready in zip(asked, results, strict=True) if not ready]
    quiet = [state.name for state in states(layout) if state.state not in {"RUNNING", "STARTING"}]
    bad = list(dict.fromkeys([*late, *quiet]))
    if bad:
        raise SetUpError(_explanation(layout, bad))


def _explanation(layout: Layout, names: Sequence[str]) -> str:
    log = layout.log_dir / f"{names[0]}.log"
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1][:300] if lines else "its log is empty"
    return f"not ready: {', '.join(names)}; {names[0]} says: {last} (logs: {layout.log_dir})"
