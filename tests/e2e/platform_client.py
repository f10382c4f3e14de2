"""What an internal tool does: plain HTTP with a bearer token."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import requests

T = TypeVar("T")
PATIENCE_S = 90.0


class PlatformClient:
    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.http = requests.Session()

    def register(self, email: str, password: str) -> None:
        answer = self.call("POST", "/auth/register", json={"email": email, "password": password})
        assert answer.status_code == 201, answer.text

    def sign_in(self, identifier: str, password: str) -> None:
        self.identifier, self.password = identifier, password
        answer = self.call(
            "POST", "/auth/login", json={"identifier": identifier, "password": password}
        )
        assert answer.status_code == 200, answer.text
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """The answer, at the pace that the gateway allows; an upload is never sent twice."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            answer = self.http.request(method, self.base_url + path, timeout=60, **options)
            is_too_early = answer.status_code == 429 and "files" not in options
            if not is_too_early or time.monotonic() > deadline:
                return answer
            time.sleep(float(answer.headers["Retry-After"]))

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, params=query)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def upload(self, path: Path, **form: str) -> requests.Response:
        with path.open("rb") as file:
            return self.call("POST", "/data/import", files={"file": (path.name, file)}, data=form)

    def import_statement(self, path: Path) -> Any:
        answer = self.upload(path)
        assert answer.status_code == 202, answer.text
        return self.finished(f"/data/imports/{answer.json()['id']}", {"queued", "running"})

    def finished(self, path: str, unfinished: set[str]) -> Any:
        return wait_for(lambda: self.get(path), lambda state: state["status"] not in unfinished)


def wait_for(read: Callable[[], T], done: Callable[[T], bool]) -> T:
    """The first value that is done; fails when patience runs out."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        value = read()
        if done(value):
            return value
        assert time.monotonic() < deadline, f"not done in {PATIENCE_S} s: {value}"
        time.sleep(0.2)
