"""The REST protocol over the standard library's HTTP server.

A thread per connection (callers are few and keep theirs open), a fixed number of requests computed
at the same time, HTTP/1.1 with keep-alive and chunked bodies. README.md says why this server.
"""

import json
import logging
import re
import socket
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from google.protobuf.json_format import MessageToDict

from model_server import inference
from model_server.catalogue import Catalogue, Choice
from model_server.errors import HTTP_STATUS, Code, ServingError, invalid_argument
from model_server.metrics import Metrics
from model_server.protocol import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
)
from model_server.tensor_json import parse_request, request_inputs, response_body

logger = logging.getLogger(__name__)
API_ROOT = "/v1/"
LARGEST_BODY_BYTES = 512 * 1024 * 1024
MOST_CONNECTIONS = 256
IDLE_TIMEOUT_S = 75.0
_NAME = r"/v1/models/(?P<name>[^/:]+)(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
_CALL = re.compile(_NAME + r":(?P<verb>predict|classify|regress)", re.IGNORECASE)
_READ = re.compile(_NAME + r"(?P<metadata>/metadata)?", re.IGNORECASE)


class Answer(NamedTuple):
    """Status, body and its type."""

    status: int
    body: bytes
    content_type: str = "application/json"


class RestApi:
    """Requests to answers, without any HTTP machinery."""

    def __init__(self, catalogue: Catalogue, metrics: Metrics, *, metrics_path: str | None) -> None:
        self._catalogue = catalogue
        self._metrics = metrics
        self._metrics_path = metrics_path

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """The answer to a request; never raises."""
        if self._metrics_path is not None and path == self._metrics_path:
            return Answer(200, self._metrics.text().encode(), "text/plain; charset=utf-8")
        if not path.startswith(API_ROOT):
            return Answer(404, b"Not Found\n", "text/plain; charset=utf-8")
        try:
            return Answer(200, self._respond(method, path, body))
        except ServingError as error:
            return error_answer(error)
        # The edge of the server: what nobody foresaw becomes a 500, its reason goes to the log.
        except Exception:
            logger.exception("a request failed")
            return error_answer(ServingError(Code.INTERNAL, "Internal error"))

    def _respond(self, method: str, path: str, body: bytes) -> bytes:
        call = _CALL.fullmatch(path) if method == "POST" else None
        if call is not None:
            if call["verb"].lower() == "predict":
                return self._predict(_choice(call), body)
            spec = _spec(_choice(call))
            raise inference.refuse_examples(self._catalogue, spec, method=call["verb"].lower())
        if method == "GET" and path.rstrip("/") == "/v1/models":
            raise invalid_argument("Missing model name in request.")
        read = _READ.fullmatch(path) if method == "GET" else None
        if read is None:
            raise invalid_argument(f"Malformed request: {method} {path}")
        if read["metadata"]:
            return self._metadata(_choice(read))
        return self._status(_choice(read))

    def _predict(self, choice: Choice, body: bytes) -> bytes:
        started = time.perf_counter_ns()
        status = Code.OK
        try:
            with self._catalogue.using(choice) as (_, servable):
                request = parse_request(body)
                signature = servable.signature(request.signature_name)
                outputs = servable.predict(signature, request_inputs(request, signature))
                return response_body(outputs, rows=request.rows)
        except ServingError as error:
            status = error.code
            raise
        finally:
            self._metrics.observe(
                model=choice.model,
                entrypoint="REST",
                status=status.name,
                latency_us=(time.perf_counter_ns() - started) // 1000,
            )

    def _status(self, choice: Choice) -> bytes:
        request = get_model_status_pb2.GetModelStatusRequest(model_spec=_spec(choice))
        message = inference.model_status(self._catalogue, request)
        return _to_json(
            MessageToDict(
                message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
            )
        )

    def _metadata(self, choice: Choice) -> bytes:
        request = get_model_metadata_pb2.GetModelMetadataRequest(
            model_spec=_spec(choice), metadata_field=[inference.SIGNATURE_FIELD]
        )
        message = inference.metadata(self._catalogue, request)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        message.metadata[inference.SIGNATURE_FIELD].Unpack(signatures)
        described = MessageToDict(
            signatures, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
        spec = {
            "name": message.model_spec.name,
            "signature_name": "",
            "version": str(message.model_spec.version.value),
        }
        return _to_json({"model_spec": spec, "metadata": {inference.SIGNATURE_FIELD: described}})


def _choice(match: re.Match[str]) -> Choice:
    version = match["version"]
    return Choice(match["name"], int(version) if version else None, match["label"])


def _spec(choice: Choice) -> model_pb2.ModelSpec:
    spec = model_pb2.ModelSpec(name=choice.model)
    if choice.version is not None:
        spec.version.value = choice.version
    if choice.label is not None:
        spec.version_label = choice.label
    return spec


def _to_json(document: object) -> bytes:
    return json.dumps(document, indent=1).encode() + b"\n"


def error_answer(error: ServingError) -> Answer:
    """The protocol's error body with the status of its code."""
    return Answer(HTTP_STATUS[error.code], _to_json({"error": error.message}))


class RestServer(ThreadingHTTPServer):
    """Listens, and lets at most `threads` requests compute at the same time."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], api: RestApi, *, threads: int) -> None:
        super().__init__(address, _Handler)
        self.api = api
        self.computing = threading.BoundedSemaphore(threads)
        self._connections = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._busy = 0
        self._idle = threading.Condition()
        self.draining = False

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Hand the connection to a thread, or wait for one to end if there are too many."""
        self._connections.acquire()
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        """Close a connection and make room for another."""
        super().shutdown_request(request)
        self._connections.release()

    def begin_request(self) -> None:
        """Count a request as being answered."""
        with self._idle:
            self._busy += 1

    def end_request(self) -> None:
        """Count it as answered."""
        with self._idle:
            self._busy -= 1
            self._idle.notify_all()

    def drain(self, timeout_s: float) -> bool:
        """Accept no more and wait for the requests under way; whether all were answered."""
        self.draining = True
        self.shutdown()
        with self._idle:
            return self._idle.wait_for(lambda: self._busy == 0, timeout_s)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "model-server"
    sys_version = ""
    timeout = IDLE_TIMEOUT_S
    disable_nagle_algorithm = True
    wbufsize = -1  # header and body leave together
    server: RestServer

    def _serve(self) -> None:
        self.server.begin_request()
        try:
            try:
                body = self._read_body()
            except ServingError as error:
                self.close_connection = True
                self._send(error_answer(error))
                return
            path = self.path.partition("?")[0]
            with self.server.computing:
                answer = self.server.api.answer(self.command, path, body)
            self._send(answer)
        finally:
            self.server.end_request()

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _serve  # noqa: N815 - the library's names

    def handle_expect_100(self) -> bool:
        """Send the interim answer at once: the caller holds its body back until it comes."""
        expected = super().handle_expect_100()
        self.wfile.flush()
        return expected

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            raw = self._read_chunks()
        else:
            length = self.headers.get("Content-Length", "0")
            if not length.isdigit() or int(length) > LARGEST_BODY_BYTES:
                raise invalid_argument("Content-Length is not usable")
            raw = self.rfile.read(int(length))
        if self.headers.get("Content-Encoding", "").lower() != "gzip":
            return raw
        return _unzipped(raw)

    def _read_chunks(self) -> bytes:
        parts: list[bytes] = []
        total = 0
        while True:
            size_text = self.rfile.readline(64).partition(b";")[0].strip()
            try:
                size = int(size_text, 16)
            except ValueError as error:
                raise invalid_argument("Malformed chunk") from error
            total += size
            if size < 0 or total > LARGEST_BODY_BYTES:
                raise invalid_argument("The body is too large")
            if size == 0:
                while self.rfile.readline(8192).strip():
                    pass  # trailers carry nothing that is used here
                return b"".join(parts)
            parts.append(self.rfile.read(size))
            self.rfile.readline(8)

    def _send(self, answer: Answer) -> None:
        self.close_connection = self.close_connection or self.server.draining
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
        logger.debug(format, *arguments)


def _unzipped(raw: bytes) -> bytes:
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        body = decompressor.decompress(raw, LARGEST_BODY_BYTES)
    except zlib.error as error:
        raise invalid_argument("The body is not gzip") from error
    if decompressor.unconsumed_tail:
        raise invalid_argument("The body is too large")
    return body
