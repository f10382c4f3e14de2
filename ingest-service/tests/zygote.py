"""A process that has everything imported and no database open: it forks the service's processes.

Starting Python anew for each of a hundred killed processes would take longer than all of their
work. Every line on stdin is an order, every line on stdout its answer.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import json
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import gunicorn.app.base  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt.algorithms import OKPAlgorithm

import ingest_service.usecases.run_import  # noqa: F401 - imported here once, for all workers
from ingest_service.app import create_app, create_worker
from ingest_service.config import Config, use_temporary_dir
from ingest_service.domain.profiles import all_profiles
from ingest_service.domain.reading.documents import all_documents
from servicekit import gunicorn_conf
from servicekit.logs import configure_logs
from servicekit.testing import StaticKeys

_SUBREAPER = 36  # prctl: the orphans of killed processes come to us, and none stays a zombie
Order = dict[str, Any]


class _Gunicorn(gunicorn.app.base.BaseApplication):  # type: ignore[misc] # ships no types
    """gunicorn with the kit's settings on an address of the test."""

    def __init__(self, order: Order, config: Config) -> None:
        self._order = order
        self._config = config
        super().__init__()

    def load_config(self) -> None:
        for name in self.cfg.settings:
            if hasattr(gunicorn_conf, name):
                self.cfg.set(name, getattr(gunicorn_conf, name))
        # The port of a process that was killed this moment is taken over without a pause.
        self.cfg.set("reuse_port", True)
        self.cfg.set("bind", f"127.0.0.1:{self._order['port']}")
        self.cfg.set("threads", 4)

    def load(self) -> Any:
        jwk = self._order["jwk"]
        key = cast("Ed25519PublicKey", OKPAlgorithm.from_jwk(json.dumps(jwk)))
        return create_app(self._config, jwks=StaticKeys({jwk["kid"]: key}))


def _run(order: Order) -> None:
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if order["memory_mib"]:
        _limit_memory(order["memory_mib"] << 20)
    configure_logs(service=f"ingest-{order['role']}", level="WARNING")
    config = Config(data_dir=Path(order["data_dir"]), auth_url="http://auth.invalid")
    use_temporary_dir(config)
    if order["role"] == "web":
        _Gunicorn(order, config).run()
        return
    ahead = dt.timedelta(seconds=order["ahead_s"])
    worker = create_worker(config, clock=lambda: dt.datetime.now(tz=dt.UTC) + ahead, poll_s=0.01)
    worker.run_forever()


def _limit_memory(more_bytes: int) -> None:
    """Let this process and its children have so much on top of what is there."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmData:"):
            limit = (int(line.split()[1]) << 10) + more_bytes
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _start(order: Order) -> Order:
    pid = os.fork()
    if pid == 0:
        os.setsid()
        status = 1
        with suppress(SystemExit):
            _run(order)
            status = 0
        os._exit(status)
    return {"pid": pid}


def _kill(order: Order) -> Order:
    """Kill a process as the kernel does; with only_child, what it started and not itself."""
    pid = order["pid"]
    if order.get("only_child"):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        for child in children[:1]:
            os.kill(int(child), signal.SIGKILL)
        return {"killed": len(children[:1])}
    os.killpg(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-pid, 0)
    return {"killed": 1}


def main() -> None:
    """Obey until stdin ends."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    all_profiles()
    all_documents()
    for line in sys.stdin:
        order = json.loads(line)
        answer = _start(order) if order["do"] == "start" else _kill(order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


if __name__ == "__main__":
    main()
