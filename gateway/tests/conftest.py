"""A real Nginx in front of five small servers that tell what reached them."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

RENDER = Path(__file__).resolve().parents[1] / "render.py"
INDEX_HTML = (
    '<!doctype html><script type="importmap">{"imports": {"a": "/src/a.js"}}</script>'
    '<script type="module" src="/src/main.js"></script>'
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the gateway."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header that stands at most once."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) <= 1, f"{name} stands {len(values)} times"
        return values[0] if values else None

    @property
    def json(self) -> dict[str, object]:
        parsed = json.loads(self.body)
        assert isinstance(parsed, dict)
        return parsed


@dataclass(frozen=True, slots=True)
class Gateway:
    """A running gateway and where its parts stand."""

    port: int
    log: Path

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            sent = {"Content-Length": str(len(body))} if body is not None else {}
            for name, value in {**sent, **(headers or {})}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()


def free_port() -> int:
    """A loopback port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def echo_server(name: str) -> ThreadingHTTPServer:
    """A server that answers with what it was asked, as `name`."""

    class Echo(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            received = len(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            told = {
                "service": name,
                "method": self.command,
                "path": self.path,
                "headers": {key.lower(): value for key, value in self.headers.items()},
                "received": received,
            }
            body = json.dumps(told).encode()
            self.send_response(502 if self.path.startswith("/forecast/bad") else 200)
            if self.path.endswith("/download"):
                self.send_header("X-Accel-Redirect", "/_reports/files/1.pdf")
                self.send_header("Content-Disposition", 'attachment; filename="r.pdf"')
                self.send_header("Content-Type", "application/pdf")
            else:
                self.send_header("Content-Type", "application/json")
            self.send_header("X-Request-ID", "from-the-service")
            self.send_header("X-Frame-Options", "SAMEORIGIN")
            if "cached" in self.path:
                self.send_header("Cache-Control", "private, max-age=5")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _answer  # noqa: N815 - http.server's names

        def log_message(self, *args: object) -> None:
            pass

    return ThreadingHTTPServer(("127.0.0.1", 0), Echo)


def _front_end(folder: Path) -> Path:
    for name in ("src", "tests", "vendor"):
        (folder / name).mkdir(parents=True)
    (folder / "index.html").write_text(INDEX_HTML)
    (folder / "package.json").write_text("{}")
    (folder / "tests" / "a.js").write_text("")
    (folder / "src" / "main.js").write_text("export const lots = 1;\n" * 200)
    (folder / "vendor" / "chart-0123abcd.js").write_text("")
    return folder


def _wait_until_answering(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 15
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            threading.Event().wait(0.05)
        else:
            return
    pytest.fail("nginx did not start")


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Nginx on the rendered local target; the report folder holds one file, forecast is down."""
    nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    base = tmp_path_factory.mktemp("a gateway")  # a folder with a space in its path
    (base / "run").mkdir()
    (base / "reports" / "files").mkdir(parents=True)
    (base / "reports" / "files" / "1.pdf").write_bytes(b"%PDF-1.7 report")
    servers = {name: echo_server(name) for name in ("auth", "ingest", "analytics", "report")}
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    ports = {name: server.server_address[1] for name, server in servers.items()}
    ports["forecast"] = free_port()
    port = free_port()
    configuration = subprocess.run(
        [
            *(sys.executable, str(RENDER), "local", "--frontend-dir", _front_end(base / "web")),
            *("--port", str(port), "--run-dir", base / "run", "--reports-dir", base / "reports"),
            *(word for name, at in ports.items() for word in ("--service", f"{name}={at}")),
            *(("--user", getpass.getuser()) if os.geteuid() == 0 else ()),
        ],
        check=True,
        capture_output=True,
    ).stdout
    (base / "nginx.conf").write_bytes(configuration)
    command = [nginx, "-p", str(base), "-e", "stderr", "-c", str(base / "nginx.conf")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    with (base / "access.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    _wait_until_answering(port, process)
    yield Gateway(port, base / "access.log")
    process.terminate()
    process.wait(timeout=10)
    for server in servers.values():
        server.shutdown()
        server.server_close()
