"""Sending one file the way a person's upload goes, and what came of it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from live import Caller, Live, rows_of, wait_until

from corpus.model import BadFile

_EDGE = "bad-file-edge"
_BLOCK_BYTES = 1 << 20
_POLL_S = 0.005


# Processor seconds, seconds, megabytes.
_Cost = tuple[float, float, float]


@dataclass(frozen=True)
class Result:
    """What became of a file; code says why where nothing or not all was stored."""

    name: str
    size_bytes: int
    http_status: int
    verdict: str
    code: str
    stored: int
    failed: int
    ignored: int
    sentence: str
    cpu_seconds: float
    seconds: float
    memory_mb: float

    def outcome(self) -> list[Any]:
        """What may not change."""
        return [self.verdict, self.code, self.stored, self.failed, self.ignored]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def send(live: Live, file: BadFile, *, user_id: int, folder: Path) -> Result:
    """The file's upload and import, from the first byte to the end."""
    path = folder / "sent"
    with path.open("wb") as target:
        file.write(target)
    size = path.stat().st_size
    with Usage(live) as usage:
        began = time.monotonic()
        status, answer = _post(live, path, name=file.name, user_id=user_id)
        record = answer
        if status in {200, 202}:
            record = Caller(live, user_id).settled(answer["location"])
        seconds = time.monotonic() - began
    path.unlink()
    return _result(
        file.name, size, status, record, (usage.cpu_s(), round(seconds, 3), usage.peak_mb())
    )


def _result(name: str, size: int, status: int, record: Any, cost: _Cost) -> Result:
    if status >= 400:
        slug = str(record["type"]).rpartition("/")[2]
        return Result(name, size, status, "refused", slug, 0, 0, 0, record["title"], *cost)
    error = record["error"] or {}
    return Result(
        name, size, status, record["status"], error.get("code", ""), record["rows_success"],
        record["rows_failed"], record["rows_ignored"], error.get("detail", ""), *cost,
    )  # fmt: skip


def _post(live: Live, path: Path, *, name: str, user_id: int) -> tuple[int, Any]:
    """Status and body; a service that refuses need not take the rest of the bytes."""
    quoted = name.replace('"', "%22")
    head = (
        f'--{_EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n'
    ).encode()
    tail = f"\r\n--{_EDGE}--\r\n".encode()
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=120)
    try:
        connection.putrequest("POST", "/data/import")
        for key, value in live.mint.headers(str(user_id)).items():
            connection.putheader(key, value)
        connection.putheader("Content-Type", f"multipart/form-data; boundary={_EDGE}")
        connection.putheader("Content-Length", str(len(head) + path.stat().st_size + len(tail)))
        connection.endheaders()
        # What was answered can be read though the rest could not be sent.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError), path.open("rb") as source:
            connection.send(head)
            while block := source.read(_BLOCK_BYTES):
                connection.send(block)
            connection.send(tail)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


class Usage:
    """What both processes and their children take: memory on top, at most, and processor time."""

    def __init__(self, live: Live) -> None:
        self._roots = [*_children(live.pids["web"]), live.pids["worker"]]
        self._before: dict[int, int] = {}
        self._peak_kb = self._children_kb = 0
        self._cpu_before = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        for pid in self._roots:
            Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
            self._before[pid] = _kb(pid, "VmRSS")
        self._cpu_before = sum(map(_cpu_s, self._roots))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._peak_kb = sum(
            max(0, _kb(pid, "VmHWM") - before) for pid, before in self._before.items()
        )

    def cpu_s(self) -> float:
        """Seconds of processor time since the beginning."""
        return round(sum(map(_cpu_s, self._roots)) - self._cpu_before, 2)

    def peak_mb(self) -> float:
        return round((self._peak_kb + self._children_kb) / 1024, 1)

    def _watch(self) -> None:
        while not self._done.wait(_POLL_S):
            living = [
                pid
                for root in self._roots
                for pid in _children(root)
                # Between fork and exec a child still shows its parent's memory.
                if _command(pid) != _command(root)
            ]
            self._children_kb = max(self._children_kb, sum(_kb(pid, "VmHWM") for pid in living))


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in text.split()]
    return []


def _cpu_s(pid: int) -> float:
    """Processor time of a process and of its children that have ended."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _kb(pid: int, name: str) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0


def leftovers(live: Live) -> Iterator[str]:
    """Files that no import refers to, once the worker is done."""
    unfinished = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"
    wait_until(lambda: rows_of(live, unfinished) == [(0,)], "no job under way")
    known = {row[0] for row in rows_of(live, "SELECT file_path FROM imports")}
    yield from sorted(
        path.name for path in (live.folder / "uploads").iterdir() if path.name not in known
    )
    temporary = live.folder / "tmp"
    yield from sorted(path.name for path in temporary.iterdir()) if temporary.exists() else ()
