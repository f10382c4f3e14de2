"""python -m screenshots URL FOLDER BROWSER: pictures of the running platform's demo household."""

from __future__ import annotations

import argparse

from playwright.sync_api import Browser, sync_playwright

from local.demo_data import DEMO_EMAIL, DEMO_PASSWORD

_PICTURES = (("dashboard-zh", "zh-CN", "light"), ("dashboard-en", "en", "dark"))
_READY = "html[data-ready=true]"
# The line of a chart takes a third of a second to draw itself.
_DRAWN_MS = 600


def main() -> None:
    """Writes one picture of the dashboard for each README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("folder")
    parser.add_argument("browser")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=asked.browser, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, language, theme in _PICTURES:
            opening = f"{asked.url}/?lang={language}&theme={theme}#/login"
            _take(browser, opening, f"{asked.folder}/{name}.png")
        browser.close()


def _take(browser: Browser, opening: str, path: str) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(opening)
    page.wait_for_selector(_READY, state="attached")
    page.fill("input[name=identifier]", DEMO_EMAIL)
    page.fill("input[name=password]", DEMO_PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**#/dashboard**")
    page.wait_for_selector(_READY, state="attached")
    page.wait_for_timeout(_DRAWN_MS)
    page.screenshot(path=path)


if __name__ == "__main__":
    main()
