"""Loads two years of a generated household for the demo user, through the gateway, once."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.console import say
from local.errors import SetUpError

DEMO_EMAIL = "demo@example.com"
DEMO_PASSWORD = "demo-2024-spending"  # noqa: S105 - published on purpose, for made-up data
_SEED = 20240618
_YEARS = 2
_FORMAT = "platform"
_IMPORT_TIMEOUT_S = 300.0
_DONE = frozenset({"succeeded", "partial", "duplicate_file"})
_FAILED = frozenset({"failed", "undone", "needs_mapping", "needs_password"})
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Mapping[str, object]


class GatewayClient:
    """Speaks JSON with the platform as one user."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._token: str | None = None

    def ask(
        self, method: str, path: str, *, body: bytes | None = None, kind: str = "application/json"
    ) -> _Answer:
        """The answer to one request; error statuses are answers too."""
        headers = {"Content-Type": kind} if body is not None else {}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(  # noqa: S310 - the address is the gateway's own
            self._base_url + path, data=body, method=method, headers=headers
        )
        try:
            with _OPENER.open(request, timeout=120) as answer:
                return _Answer(answer.status, json.loads(answer.read() or b"{}"))
        except urllib.error.HTTPError as error:
            text = error.read()
            try:
                return _Answer(error.code, json.loads(text or b"{}"))
            except ValueError:
                return _Answer(error.code, {"detail": text[:200].decode(errors="replace")})
        except OSError as error:
            message = f"the gateway does not answer at {self._base_url} ({error})"
            raise SetUpError(message) from error

    def sign_in(self) -> None:
        """Signs the demo user in, after registering it where it does not exist.

        Raises:
            SetUpError: neither worked.
        """
        login = json.dumps({"identifier": DEMO_EMAIL, "password": DEMO_PASSWORD}).encode()
        answer = self.ask("POST", "/auth/login", body=login)
        if answer.status == 401:  # noqa: PLR2004 - unauthorized
            person = {"email": DEMO_EMAIL, "password": DEMO_PASSWORD, "locale": "zh-CN"}
            made = self.ask("POST", "/auth/register", body=json.dumps(person).encode())
            if made.status == 409:  # noqa: PLR2004 - conflict
                message = f"the demo user exists with another password; sign in as {DEMO_EMAIL}"
                raise SetUpError(message)
            answer = self.ask("POST", "/auth/login", body=login)
        token = answer.body.get("access_token")
        if not isinstance(token, str):
            message = f"the demo user cannot sign in: {answer.status} {answer.body.get('detail')}"
            raise SetUpError(message)
        self._token = token


def _multipart(path: Path) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    head = (
        f"--{boundary}\r\nContent-Disposition: form-data; name=file; "
        f'filename="{path.name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    )
    body = head.encode() + path.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def make_statement(python: Path, folder: Path) -> Path:
    """A file with the demo household's statement, made by deploy/demo.

    Raises:
        SetUpError: the generator failed.
    """
    out = folder / "演示家庭.csv"
    words = ("--years", str(_YEARS), "--seed", str(_SEED), "--format", _FORMAT, "--out", str(out))
    deploy = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [str(python), "-m", "demo", *words],
        env={**os.environ, "PYTHONPATH": str(deploy)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        message = f"the demo statement could not be made: {done.stderr.strip()[-300:]}"
        raise SetUpError(message)
    return out


def _wait_for_import(client: GatewayClient, import_id: str) -> Mapping[str, object]:
    deadline = time.monotonic() + _IMPORT_TIMEOUT_S
    while time.monotonic() < deadline:
        state = client.ask("GET", f"/data/imports/{import_id}").body
        if state.get("status") in _DONE:
            return state
        if state.get("status") in _FAILED:
            break
        time.sleep(0.3)
    message = f"the demo import ended as {state.get('status')}"
    raise SetUpError(message)


def load_demo(base_url: str, *, python: Path, folder: Path) -> None:
    """Loads the demo where the demo user has no rows yet, and waits until the charts show it.

    Raises:
        SetUpError: a step of it failed.
    """
    client = GatewayClient(base_url)
    client.sign_in()
    if client.ask("GET", "/expenses?limit=1").body.get("items"):
        return
    say("loading two years of the demo household")
    statement = make_statement(python, folder)
    body, kind = _multipart(statement)
    accepted = client.ask("POST", "/data/import", body=body, kind=kind)
    import_id = accepted.body.get("id")
    if not isinstance(import_id, str):
        message = f"the demo import was refused: {accepted.status} {accepted.body.get('detail')}"
        raise SetUpError(message)
    state = _wait_for_import(client, import_id)
    statement.unlink(missing_ok=True)
    client.ask("GET", f"/analytics/overview?min_seq={state.get('last_seq') or 0}")
    say(f"demo loaded: {state.get('rows_success')} rows")
