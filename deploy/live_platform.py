"""The whole platform for a bench, on folders and ports of its own, used through the gateway."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests

ROOT = Path(__file__).resolve().parents[1]
_PASSWORD = "bench-" + secrets.token_hex(8)
_BUSY = {"queued", "running"}
_POLL_S = 0.05
_SAMPLE_S = 0.1
_GROWN = 1.02


@contextlib.contextmanager
def running_platform(folder: Path) -> Iterator[str]:
    """The address of a platform without the demo, stopped at the end; the folder holds its data."""
    port = _free_port()
    env = os.environ | {
        "PORT": str(port),
        "DATA_DIR": str(folder),
        "DEMO": "0",
        "LISTEN": "127.0.0.1",
        "LOG_LEVEL": "WARNING",
    }
    made = ["make", "-s", "-C", str(ROOT)]
    try:
        subprocess.run([*made, "up"], env=env, check=True, stdout=subprocess.DEVNULL)
        yield f"http://127.0.0.1:{port}"
    finally:
        subprocess.run([*made, "down"], env=env, check=False, stdout=subprocess.DEVNULL)


def _free_port() -> int:
    """A port that nobody listens on, away from the usual ones: all other ports follow from it."""
    while True:
        port = 18_300 + secrets.randbelow(800)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass(frozen=True, slots=True)
class Timing:
    """What an upload took, in seconds from its first byte, and the import it made."""

    stored_s: float
    visible_s: float
    record: dict[str, Any]


class Platform:
    """A new user's view of the platform."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._session = requests.Session()
        self._session.trust_env = False
        email = f"bench-{secrets.token_hex(4)}@example.com"
        self._credentials = {"identifier": email, "password": _PASSWORD}
        self._call("POST", "/auth/register", json={"email": email, "password": _PASSWORD})
        self._sign_in()

    def upload(self, path: Path) -> Timing:
        """The file on its whole way: sent, stored, and visible in analytics."""
        self._sign_in()
        started = time.perf_counter()
        with path.open("rb") as file:
            location = self._call("POST", "/data/import", files={"file": file})["location"]
        while (record := self._call("GET", location))["status"] in _BUSY:
            time.sleep(_POLL_S)
        if record["last_seq"] is None:
            raise RuntimeError(f"the import ended as {record['status']}: {record.get('error')}")
        stored = time.perf_counter() - started
        self.wait_for(record["last_seq"])
        return Timing(stored, time.perf_counter() - started, record)

    def wait_for(self, seq: int) -> None:
        """Until analytics has this change."""
        while self._seen(seq) < seq:
            pass  # analytics itself waits a bounded time for min_seq

    def get(self, path: str, **query: Any) -> Any:
        """The answer to a question, as JSON tells it."""
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer to an order, as JSON tells it."""
        self._sign_in()
        return self._call("POST", path, json=body)

    def token(self) -> str:
        """A fresh access token of the user."""
        self._sign_in()
        return str(self._session.headers["Authorization"]).removeprefix("Bearer ")

    def counted(self) -> int:
        """How many expenses analytics knows."""
        return int(self._call("GET", "/analytics/overview")["count"])

    def processes(self, program: str) -> list[int]:
        """The processes of a program and their children: they all work in its folder."""
        work = str(self._folder / "run" / "work" / program)
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdecimal() and str((entry / "cwd").readlink()) == work:
                    found.append(int(entry.name))
        return found

    def _seen(self, seq: int) -> int:
        return int(self._call("GET", "/analytics/overview", params={"min_seq": seq})["as_of_seq"])

    def _sign_in(self) -> None:
        answer = self._call("POST", "/auth/login", json=self._credentials)
        self._session.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def _call(self, method: str, path: str, **options: Any) -> Any:
        answer = self._ask(method, path, **options)
        if answer.status_code == requests.codes.unauthorized and "json" not in options:
            self._sign_in()
            answer = self._ask(method, path, **options)
        answer.raise_for_status()
        return answer.json()

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """The answer, at the gateway's pace: many users sign in from one address."""
        while True:
            answer = self._session.request(method, self._url + path, timeout=900, **options)
            if answer.status_code != requests.codes.too_many_requests or "files" in options:
                return answer
            time.sleep(float(answer.headers.get("Retry-After", 1)))


class MemoryWatch:
    """The largest memory of programs with their children, in MB, while it is entered.

    Of a page that several processes share each counts its part (PSS), so that a sum over a worker
    and its children, or over the whole platform, tells no page twice, as resident memory would.
    To tell it takes the system 8 ms for 300 MB and holds the process up, which a bench would feel:
    it is asked for only where the resident memory is higher than ever.
    """

    def __init__(self, platform: Platform, programs: Sequence[str]) -> None:
        self._platform = platform
        self.peak_mb = dict.fromkeys(programs, 0.0)
        self._highest = dict.fromkeys(programs, 0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(_SAMPLE_S):
            for program, peak in self.peak_mb.items():
                pids = self._platform.processes(program)
                resident = sum(map(_resident_pages, pids))
                if resident > self._highest[program] * _GROWN:
                    self._highest[program] = resident
                    now = sum(map(_memory_kb, pids)) / 1000
                    self.peak_mb[program] = max(peak, round(now, 1))


def _resident_pages(pid: int) -> int:
    """The resident pages of a process, 0 where it has ended."""
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return 0


def _memory_kb(pid: int) -> int:
    """The proportional set size of a process in kB, 0 where it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name == "Pss":
                return int(value.split()[0])
    return 0
