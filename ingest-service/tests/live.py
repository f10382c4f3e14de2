"""The service as real processes that can be killed, and a client that does not give up."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import requests

from ingest_service.app import MIGRATIONS
from servicekit.sqlite import choose_sqlite, migrate
from servicekit.testing import TokenMint

Role = Literal["web", "worker"]
PATIENCE_S = 120.0
# Longer than a worker's lease: a restarted worker's clock goes ahead by it instead of waiting.
LEASE_S = 31.0
_PAUSE_S = 0.02
# The image's own setting: threads share their arenas.
_AS_IN_IMAGE = os.environ | {"MALLOC_ARENA_MAX": "2"}
_PIECE_BYTES = 32 << 10
_AGAIN = {409, 500, 502, 503}
_SETTLED = {"succeeded", "partial", "failed", "undone", "needs_password", "needs_mapping"}


def wait_until(is_true: Callable[[], Any], what: str) -> Any:
    """The first true answer."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = is_true()
        if found:
            return found
        time.sleep(_PAUSE_S)
    raise AssertionError(f"waited in vain: {what}")


@dataclass
class Live:
    """A service folder with a web process and a worker over it."""

    folder: Path
    mint: TokenMint
    zygote: subprocess.Popen[str]
    port: int
    memory_mib: int = 0
    ahead_s: float = 0.0
    pids: dict[Role, int] = field(default_factory=dict)
    killed: set[Role] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "ingest.sqlite3"

    def start(self, role: Role) -> None:
        jwk = self.mint.jwks_document["keys"][0]
        order = {"do": "start", "role": role, "data_dir": str(self.folder), "port": self.port,
                 "jwk": jwk, "ahead_s": self.ahead_s, "log": f"{self.folder}.log",
                 "memory_mib": self.memory_mib}  # fmt: skip
        self.pids[role] = self._order(order)["pid"]
        self.killed.discard(role)

    def kill(self, role: Role, *, only_child: bool = False) -> None:
        self.killed.add(role)
        order = {"do": "kill", "pid": self.pids[role], "only_child": only_child}
        self._order(order)

    def processes(self) -> list[int]:
        """Which processes serve: the worker, and gunicorn's own."""
        web = self.pids["web"]
        text = Path(f"/proc/{web}/task/{web}/children").read_text(encoding="ascii")
        return [self.pids["worker"], web, *map(int, text.split())]

    def is_alive(self, role: Role) -> bool:
        """Whether the process runs, or was killed by us and will be there again."""
        pid = self.pids[role]
        with suppress(OSError):
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
            if text.rpartition(")")[2].split()[0] not in "ZX":
                return True
        # The thread that kills may have started the next one since: it does so before it says so.
        return role in self.killed or self.pids[role] != pid

    def restart(self, role: Role) -> None:
        """Start a killed process again; a worker as if the lease of the killed one had run out."""
        if role == "worker":
            self.ahead_s += LEASE_S
        self.start(role)

    def _order(self, order: Mapping[str, Any]) -> Any:
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        self.zygote.stdin.write(json.dumps(order) + "\n")
        self.zygote.stdin.flush()
        line = self.zygote.stdout.readline()
        assert line, "the zygote ended"
        return json.loads(line)

    def log(self) -> str:
        """What the processes had to say."""
        path = Path(f"{self.folder}.log")
        return path.read_text() if path.exists() else ""


@dataclass
class Caller:
    """One user's client: asks again where the answer is lost or the service asks it to."""

    live: Live
    user_id: int

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """The first answer that is one."""
        return wait_until(lambda: self.once(method, path, **options), f"{method} {path}")  # type: ignore[no-any-return]

    def once(self, method: str, path: str, **options: Any) -> requests.Response | None:
        headers = self.live.mint.headers(str(self.user_id)) | options.pop("headers", {})
        make = options.pop("make", None)
        with suppress(
            requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError
        ):
            answer = requests.request(
                method, self.live.url + path, headers=headers, timeout=30,
                data=make() if make else None, **options,
            )  # fmt: skip
            if answer.status_code not in _AGAIN:
                return answer
        return None

    def upload(self, data: bytes, *, key: str, name: str = "statement.csv") -> str:
        """The address of the import; the body goes out in pieces, as over a slow line."""
        edge = "statement-edge"
        head = (
            f'--{edge}\r\nContent-Disposition: form-data; name="force"\r\n\r\ntrue\r\n--{edge}\r\n'
            f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        ).encode()
        whole = head + data + f"\r\n--{edge}--\r\n".encode()

        def pieces() -> Iterator[bytes]:
            for start in range(0, len(whole), _PIECE_BYTES):
                yield whole[start : start + _PIECE_BYTES]
                time.sleep(_PAUSE_S / 4)

        headers = {
            "Idempotency-Key": key,
            "Content-Type": f"multipart/form-data; boundary={edge}",
        }
        answer = self.call("POST", "/data/import", make=pieces, headers=headers)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["location"])

    def undo(self, location: str) -> str:
        """Ask for the undoing of an import."""
        answer = self.call("DELETE", location)
        assert answer.status_code == 202, answer.text
        return location

    def settled(self, location: str, *, undone: bool = False) -> Any:
        """The import when nothing more will happen to it."""
        wanted = {"undone"} if undone else _SETTLED

        def look() -> Any:
            assert self.live.is_alive("worker"), f"the worker died\n{self.live.log()[-4_000:]}"
            answer = self.call("GET", location)
            assert answer.status_code == 200, answer.text
            record = answer.json()
            return record if record["status"] in wanted else None

        return wait_until(look, f"{location} settled")


def rows_of(live: Live, query: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(choose_sqlite().module.connect(live.database, timeout=60)) as connection:
        found: list[tuple[Any, ...]] = connection.execute(query, values).fetchall()
    return found


@contextmanager
def running(folder: Path, mint: TokenMint, *, memory_mib: int = 0) -> Iterator[Live]:
    """A migrated service with both processes up; memory_mib is all that each may take on top."""
    data_dir = folder / "data"
    migrate(database_path=data_dir / "ingest.sqlite3", migrations_dir=MIGRATIONS)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, str(Path(__file__).with_name("zygote.py"))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_AS_IN_IMAGE
    ) as zygote:
        live = Live(data_dir, mint, zygote, port, memory_mib)
        live.start("web")
        live.start("worker")
        try:
            Caller(live, 0).call("GET", "/healthz")
            yield live
        finally:
            for role in live.pids:
                live.kill(role)
            assert zygote.stdin is not None
            zygote.stdin.close()
            zygote.wait(30)
