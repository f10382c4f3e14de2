"""python -m servicekit.healthcheck URL | file:PATH MAX_AGE_S: exit 0 where healthy, else 1."""

import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

_TIMEOUT_S = 4.0
_OK = 200
_DEFAULT_MAX_AGE_S = 60.0


def is_url_healthy(url: str) -> bool:
    """Whether the address answers 200."""
    # An empty ProxyHandler: a health check never leaves the machine or its network.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=_TIMEOUT_S) as response:
            return bool(response.status == _OK)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def is_file_fresh(path: Path, *, max_age_s: float, now: float) -> bool:
    """Whether a worker's heartbeat file was touched within max_age_s."""
    try:
        return now - path.stat().st_mtime <= max_age_s
    except OSError:
        return False


def main(arguments: list[str]) -> int:
    """The exit status for these command line arguments."""
    target = arguments[0] if arguments else ""
    if target.startswith("file:"):
        max_age_s = float(arguments[1]) if len(arguments) > 1 else _DEFAULT_MAX_AGE_S
        path = Path(target.removeprefix("file:"))
        return 0 if is_file_fresh(path, max_age_s=max_age_s, now=time.time()) else 1
    return 0 if is_url_healthy(target) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
