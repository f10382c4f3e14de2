"""A neighbour on the loopback interface, so that real HTTP is tested."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Answer = tuple[int, Any]


class FakeNeighbour:
    """Answers every request by a function, and remembers what was asked."""

    def __init__(self, answer: Callable[["FakeNeighbour"], Answer]) -> None:
        self.answer = answer
        self.requests: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        neighbour = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                neighbour.bodies.append(self.rfile.read(length))
                neighbour.requests.append((self.command, self.path))
                neighbour.headers.append(dict(self.headers))
                status, body = neighbour.answer(neighbour)
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = _serve  # noqa: N815 - the name that http.server calls
            do_POST = _serve  # noqa: N815

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
