"""The ingest service alone for a bench: its web process and worker, on a folder of their own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import requests

from servicekit.testing import TokenMint

_SERVICE = Path(__file__).resolve().parents[1]


@contextlib.contextmanager
def running(
    folder: Path, mint: TokenMint
) -> Iterator[tuple[str, dict[str, subprocess.Popen[bytes]]]]:
    """The address of a live service and its two processes."""
    document = json.dumps(mint.jwks_document).encode()

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:  # type: ignore[override] # silent
            pass

    auth = HTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=auth.serve_forever, daemon=True).start()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{probe.getsockname()[1]}"
    env = os.environ | {
        "DATA_DIR": str(folder / "data"),
        "AUTH_URL": f"http://127.0.0.1:{auth.server_port}",
        "BIND": bind,
        "LOG_LEVEL": "WARNING",
    }
    subprocess.run([sys.executable, "-m", "ingest_service.cli", "migrate"], env=env, check=True)
    gunicorn = [
        "-m",
        "gunicorn",
        "-c",
        "python:servicekit.gunicorn_conf",
        "ingest_service.wsgi:app",
    ]
    processes = {
        "web": subprocess.Popen([sys.executable, *gunicorn], env=env, cwd=_SERVICE),
        "worker": subprocess.Popen([sys.executable, "-m", "ingest_service.worker"], env=env),
    }
    try:
        _wait_ready(f"http://{bind}/readyz")
        yield f"http://{bind}", processes
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            process.wait(20)
        auth.shutdown()


def _wait_ready(url: str) -> None:
    for _ in range(200):
        with contextlib.suppress(requests.RequestException):
            if requests.get(url, timeout=2).ok:
                return
        time.sleep(0.1)
    raise RuntimeError("the service did not start")


@contextlib.contextmanager
def largest_descendant(process: subprocess.Popen[bytes]) -> Iterator[list[float]]:
    """The largest resident size in MiB of any process below this one meanwhile, in one place."""
    found, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            for pid in _descendants(process.pid):
                with contextlib.suppress(OSError, StopIteration):
                    status = Path(f"/proc/{pid}/status").read_text().splitlines()
                    line = next(line for line in status if line.startswith("VmHWM"))
                    found[0] = max(found[0], round(int(line.split()[1]) / 1024, 1))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, task.read_text().split()):
                yield child
                yield from _descendants(child)


def peak_mib(process: subprocess.Popen[bytes], *, children: bool) -> float:
    """The largest resident size so far, of the process or the largest of its children."""
    own = [process.pid]
    if children:
        text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        own = [int(pid) for pid in text.split()] or own
    found = 0.0
    for pid in own:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                found = max(found, int(line.split()[1]) / 1024)
    return round(found, 1)
