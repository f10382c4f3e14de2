"""Neighbours for the tests: a real HTTP server that answers with the golden contracts."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from servicekit.contracts import contract_example

ANSWERS = {
    "/analytics/overview": "analytics/overview",
    "/analytics/trend": "analytics/trend",
    "/analytics/category-share": "analytics/category_share",
    "/analytics/rank": "analytics/rank",
    "/forecast/predict": "forecast/predict",
}


class Neighbours:
    """What the neighbours say, and what they were asked."""

    def __init__(self) -> None:
        self.analytics_status = 200
        self.forecast_status = 200
        self.forecast_problem = "model-unavailable"
        self.asked: list[tuple[str, dict[str, str], str]] = []
        self.url = ""

    def answer(self, path: str, query: dict[str, str], bearer: str) -> tuple[int, Any]:
        self.asked.append((path, query, bearer))
        if path == "/auth/token":
            return 200, {"access_token": "made", "token_type": "Bearer", "expires_in": 300}
        is_forecast = path.startswith("/forecast")
        status = self.forecast_status if is_forecast else self.analytics_status
        if status != 200:
            slug = self.forecast_problem if is_forecast else "internal-error"
            return status, {"type": f"/problems/{slug}", "title": "t", "detail": "No."}
        return 200, contract_example(ANSWERS[path])

    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]


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
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    neighbours.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield neighbours
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
