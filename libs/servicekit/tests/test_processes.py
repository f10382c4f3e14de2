"""The kit as real processes: gunicorn, health checks, memory, metrics of several workers."""

import os
import re
import socket
import subprocess
import sys
import textwrap
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from servicekit.healthcheck import is_file_fresh, main

pytestmark = pytest.mark.integration

APP = """
import gc

from servicekit.testing import AUDIENCE, ISSUER, TokenMint
from servicekit.web import create_base_app

app, _api = create_base_app(
    "bare", service="bare", mapping={}, jwks=TokenMint().jwks, issuer=ISSUER, audience=AUDIENCE,
    readiness={}, title="Bare",
)


@app.get("/frozen")
def frozen():
    return str(gc.get_freeze_count())
"""

HEAVY = ("pandas", "numpy", "pyarrow", "sklearn", "tensorflow", "matplotlib", "alembic")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def gunicorn(folder: Path, *, workers: int) -> Iterator[str]:
    (folder / "bare_app.py").write_text(textwrap.dedent(APP))
    port = free_port()
    env = {**os.environ, "BIND": f"127.0.0.1:{port}", "WEB_CONCURRENCY": str(workers),
           "DATA_DIR": str(folder), "PYTHONPATH": str(folder)}  # fmt: skip
    env.pop("PROMETHEUS_MULTIPROC_DIR", None)
    command = [sys.executable, "-m", "gunicorn", "-c", "python:servicekit.gunicorn_conf",
               "bare_app:app"]  # fmt: skip
    with subprocess.Popen(
        command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        booted = 0
        while booted < workers:
            line = server.stderr.readline()
            assert line, "gunicorn ended"
            booted += "Booting worker" in line
        try:
            get(f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.stderr.read()
            assert server.wait(30) == 0


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310
        return str(answer.read().decode())


def test_the_metrics_of_all_workers_are_one_count(tmp_path: Path) -> None:
    with gunicorn(tmp_path, workers=2) as url:
        for _ in range(30):
            get(f"{url}/readyz")
        text = get(f"{url}/metrics")

    found = re.search(r'http_requests_total\{[^}]*route="/readyz"[^}]*\} ([0-9.]+)', text)
    assert found is not None
    assert float(found.group(1)) == 30


def test_the_collector_passes_over_what_loading_has_made(tmp_path: Path) -> None:
    with gunicorn(tmp_path, workers=1) as url:
        assert int(get(f"{url}/frozen")) > 10_000


def test_the_health_check_sees_a_live_and_a_dead_server(tmp_path: Path) -> None:
    with gunicorn(tmp_path, workers=1) as url:
        assert main([f"{url}/readyz"]) == 0
        assert main([f"{url}/nowhere"]) == 1
    assert main([f"{url}/readyz"]) == 1


def test_the_health_check_reads_heartbeat_files(tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    assert main([f"file:{beat}", "60"]) == 1
    beat.touch()
    assert main([f"file:{beat}", "60"]) == 0
    assert not is_file_fresh(beat, max_age_s=60, now=beat.stat().st_mtime + 61)


def test_a_bare_app_imports_nothing_heavy() -> None:
    code = "import sys; import servicekit.web, servicekit.jobs, servicekit.idempotency; "
    code += f"print([name for name in {HEAVY!r} if name in sys.modules])"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)

    assert found.stdout.strip() == "[]"
