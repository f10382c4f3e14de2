"""A running platform to travel through: the one at E2E_BASE_URL, else one made by `make up`."""

import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from browsing import CHROMIUM_FLAGS, note_complaint
from platform_client import PlatformClient
from playwright.sync_api import Browser, Page, sync_playwright

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Stack:
    """A platform and, where these tests started it, the environment that drives it."""

    base_url: str
    environment: dict[str, str] | None

    def make(self, target: str, *, must_succeed: bool = True) -> str:
        assert self.environment is not None, "only a stack that these tests started is driven"
        done = subprocess.run(
            ["make", "--no-print-directory", target],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        failed = must_succeed and done.returncode != 0
        assert not failed, f"make {target}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    given = os.environ.get("E2E_BASE_URL")
    if given:
        yield Stack(base_url=given.rstrip("/"), environment=None)
        return
    port = _free_gateway_port()
    own = {"PORT": str(port), "DATA_DIR": str(tmp_path_factory.mktemp("stack")), "DEMO": "0"}
    stack = Stack(base_url=f"http://127.0.0.1:{port}", environment=os.environ | own)
    stack.make("up")
    try:
        yield stack
    finally:
        stack.make("down")


@pytest.fixture(scope="session")
def base_url(stack: Stack) -> str:
    return stack.base_url


def _free_gateway_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def client(base_url: str) -> PlatformClient:
    """A client signed in as a new user."""
    return new_user(base_url)


def new_user(base_url: str) -> PlatformClient:
    email = f"traveller-{uuid.uuid4().hex[:12]}@example.com"
    client = PlatformClient(base_url)
    client.register(email, "journey-2024-password")
    client.sign_in(email, "journey-2024-password")
    return client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    assert executable, "no Chromium found: install Debian's package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*CHROMIUM_FLAGS])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("console", lambda message: note_complaint(page, message))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
    yield page
    context.close()
