"""Progress lines."""

from __future__ import annotations

import sys
import time

_STARTED = time.monotonic()


def say(message: str) -> None:
    """Prints one progress line with the seconds since the start."""
    # one write, because threads tell of their progress too
    sys.stdout.write(f"[{time.monotonic() - _STARTED:5.1f}s] {message}\n")
    sys.stdout.flush()


def complain(message: str) -> None:
    """Prints the one line that says what is wrong."""
    print(f"error: {message}", file=sys.stderr, flush=True)
