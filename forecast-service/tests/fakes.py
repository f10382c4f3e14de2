"""Small real servers that speak the neighbours' protocols."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from factories import FeedCategory, FeedRow, arrow_page, json_page

ARROW = "application/vnd.apache.arrow.stream"


class FakeIngest:
    """Serves the change feed from lists that a test may change."""

    def __init__(self) -> None:
        self.epoch = "a1"
        self.rows: list[FeedRow] = []
        self.categories: list[FeedCategory] = []
        self.asked: list[int] = []
        self.page_limit = 1_000_000
        self.in_json = False
        self.batch_rows: int | None = None

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        query = parse_qs(urlsplit(handler.path).query)
        after, limit = int(query["after"][0]), int(query["limit"][0])
        self.asked.append(after)
        assert handler.headers["Accept"] == f"{ARROW}, application/json;q=0.5"
        assert handler.headers["Authorization"] == "Bearer service-token"
        changes = sorted([*self.rows, *self.categories], key=lambda change: change.seq)
        page = [c for c in changes if c.seq > after][: min(limit, self.page_limit)]
        last = page[-1].seq if page else after
        rows = [c for c in page if isinstance(c, FeedRow)]
        categories = [c for c in page if isinstance(c, FeedCategory)]
        has_more = bool(changes) and changes[-1].seq > last
        head: dict[str, Any] = {"epoch": self.epoch, "next_seq": last, "has_more": has_more}
        if self.in_json:
            body = json_page(rows, categories, **head)
        else:
            body = arrow_page(rows, categories, **head, batch_rows=self.batch_rows)
        _send(handler, 200, body, "application/json" if self.in_json else ARROW)


class FakeServing:
    """Speaks TensorFlow Serving's REST protocol; each answer is a plain multiple of the mean."""

    def __init__(self) -> None:
        self.version = "1"
        self.state = "AVAILABLE"
        self.requests: list[dict[str, object]] = []
        self.broken_body: bytes | None = None
        self.factor = 1.0

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.command == "GET":
            status = {"version": self.version, "state": self.state, "status": {}}
            _send_json(handler, 200, {"model_version_status": [status]})
            return
        length = int(handler.headers["Content-Length"])
        body = json.loads(handler.rfile.read(length))
        self.requests.append(body)
        if self.broken_body is not None:
            _send(handler, 200, self.broken_body, "application/json")
            return
        _send_json(handler, 200, {"outputs": _model_outputs(body["inputs"], self.factor)})


def _model_outputs(inputs: dict[str, list[list[float]]], factor: float) -> dict[str, object]:
    history, mask = np.array(inputs["history"]), np.array(inputs["mask"])
    mean = factor * (history * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1)
    levels = np.arange(1, 10) / 5.0
    total = 28 * mean
    return {
        "daily_mean": np.repeat(mean[:, None], 28, axis=1).tolist(),
        "daily_quantiles": np.tile(mean[:, None, None] * levels, (1, 28, 1)).tolist(),
        "total_mean": total.tolist(),
        "total_quantiles": (total[:, None] * (0.75 + levels / 4)).tolist(),
    }


class StaticTokens:
    """A token source that never asks anyone."""

    def bearer(self, _scopes: Sequence[str], **_owner: str | None) -> str:
        return "service-token"


def _send_json(handler: BaseHTTPRequestHandler, status: int, document: object) -> None:
    _send(handler, status, json.dumps(document).encode(), "application/json")


def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes, kind: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serve(part: FakeIngest | FakeServing) -> Iterator[str]:
    """The address of a server that answers with `part` until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            part.answer(self)

        def do_POST(self) -> None:
            part.answer(self)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
