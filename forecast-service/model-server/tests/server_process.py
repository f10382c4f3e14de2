"""The real server as a process on loopback ports."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import grpc
import requests

START_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class ServerProcess:
    process: subprocess.Popen[bytes]
    rest: str
    grpc_address: str
    log: Path

    def channel(self) -> grpc.Channel:
        return grpc.insecure_channel(self.grpc_address)

    def get(self, path: str) -> requests.Response:
        return requests.get(self.rest + path, timeout=30)

    def post(self, path: str, body: object = None, **request: object) -> requests.Response:
        return requests.post(self.rest + path, json=body, timeout=30, **request)

    def predict(self, body: object, path: str = "/v1/models/hp:predict") -> requests.Response:
        return self.post(path, body)

    def states(self, model: str = "hp") -> dict[str, str]:
        answer = self.get(f"/v1/models/{model}").json()
        return {entry["version"]: entry["state"] for entry in answer["model_version_status"]}

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=30)


def start_server(log: Path, *flags: str) -> ServerProcess:
    """Start and wait until the REST port answers."""
    rest_port, grpc_port = _free_port(), _free_port()
    command = [
        sys.executable,
        "-m",
        "model_server",
        f"--port={grpc_port}",
        f"--rest_api_port={rest_port}",
        "--bind_address=127.0.0.1",
        "--file_system_poll_wait_seconds=0.1",
        *flags,
    ]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    server = ServerProcess(process, f"http://127.0.0.1:{rest_port}", f"127.0.0.1:{grpc_port}", log)
    wait_until(lambda: process.poll() is not None or _listens(rest_port))
    assert process.poll() is None, log.read_text()
    return server


def wait_until(condition: Callable[[], bool], *, limit_s: float = START_LIMIT_S) -> None:
    """Ask again until it holds; fails after the limit, which is generous on purpose."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)  # between two questions to another process, never instead of one


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
