"""Neighbours for the tests: a real HTTP server that answers with the golden contracts."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from servicekit.contracts import contract_example

ANSWERS = {"/forecast/forecasts": "forecast/forecasts", "/reports": "report/reports"}


class Neighbours:
    """What the neighbours say (each list has two pages), and what they were asked."""

    def __init__(self) -> None:
        self.status = 200
        self.asked: list[tuple[str, dict[str, str], str]] = []
        self.url = ""

    def answer(self, path: str, query: dict[str, str], bearer: str) -> tuple[int, Any]:
        self.asked.append((path, query, bearer))
        if self.status != 200:
            return self.status, {"type": "/problems/x", "title": "t", "detail": "No."}
        if path == "/auth/token":
            return 200, {"access_token": "made", "token_type": "Bearer", "expires_in": 300}
        page: dict[str, Any] = contract_example(ANSWERS[path])
        return 200, page | {"next_cursor": None if "cursor" in query else "further"}


@contextmanager
def serving(neighbours: Neighbours) -> Iterator[Neighbours]:
    """The neighbours on a loopback port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            bearer = self.headers.get("Authorization", "")
            self._send(*neighbours.answer(parts.path, dict(parse_qsl(parts.query)), bearer))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            form = dict(parse_qsl(self.rfile.read(length).decode()))
            self._send(*neighbours.answer(self.path, form, ""))

        def _send(self, status: int, body: Any) -> None:
            document = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:  # type: ignore[override] # silent
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    neighbours.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield neighbours
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
