"""What a person does in a browser, in the words of the journeys."""

import uuid
from pathlib import Path

from playwright.sync_api import ConsoleMessage, Page, expect

PASSWORD = "journey-2024-password"
AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
CHROMIUM_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def note_complaint(page: Page, message: ConsoleMessage) -> None:
    # The browser logs every 4xx answer; those that a journey provokes are expected.
    if message.type == "error" and "Failed to load resource" not in message.text:
        page.complaints.append(message.text)  # type: ignore[attr-defined]


def go(page: Page, url: str) -> None:
    page.goto(url)
    wait_until_ready(page)


def wait_until_ready(page: Page) -> None:
    # One turn of the event loop lets a change of the hash reach the router first.
    page.evaluate("new Promise((resolve) => setTimeout(resolve))")
    page.wait_for_selector("html[data-ready=true]", state="attached", timeout=30_000)


def register(page: Page, base_url: str, *, lang: str = "zh-CN") -> str:
    email = f"reader-{uuid.uuid4().hex[:12]}@example.com"
    go(page, f"{base_url}/?lang={lang}#/register")
    page.fill("input[name=identifier]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/*#/dashboard**", timeout=15_000)
    wait_until_ready(page)
    return email


def import_file(page: Page, base_url: str, path: Path, *, lang: str = "zh-CN") -> None:
    go(page, f"{base_url}/?lang={lang}#/import")
    page.set_input_files("input[type=file]", str(path))
    # An import that is over can be undone; counts alone are shown while it still runs.
    expect(page.locator("main [data-action=undo]").first).to_be_visible(timeout=60_000)


def assert_fits_and_is_accessible(page: Page, name: str) -> None:
    """Nothing scrolls sideways, and axe finds nothing against WCAG 2 A and AA."""
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{name} scrolls sideways: {width}"  # type: ignore[index]
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa']})")["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == [], name
