"""make screenshots: the pictures of the READMEs, taken from the running platform."""

from __future__ import annotations

import os
import subprocess

from local.console import say
from local.layout import Layout
from local.suites import ensure_browser


def take(layout: Layout) -> None:
    """Writes docs/images; in the environment's own Python, which alone has Playwright."""
    url = os.environ.get("BASE_URL") or layout.url
    folder = layout.root / "docs" / "images"
    command = [str(layout.python), "-m", "screenshots", url, str(folder), str(ensure_browser())]
    subprocess.run(command, check=True)
    say(f"{folder} is written")
