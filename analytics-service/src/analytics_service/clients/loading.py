"""The child process that loads many changes."""

import os
import subprocess
import sys
from collections.abc import Callable

from analytics_service.domain.errors import LoadFailed
from analytics_service.lean import ENVIRONMENT

LOOK_EVERY_S = 0.05


class LoadProcess:
    """Runs `analytics_service.load` to its end.

    Args:
        wait: waits so many seconds, and tells whether the process is to stop.
    """

    def __init__(self, wait: Callable[[float], bool]) -> None:
        self._wait = wait

    def __call__(self) -> None:
        """Return once nothing is waiting, or this process is to stop: then the child is ended.

        Raises:
            LoadFailed: the child failed; what it had not committed is as before.
        """
        process = subprocess.Popen(
            [sys.executable, "-m", "analytics_service.load"], env={**os.environ, **ENVIRONMENT}
        )
        while process.poll() is None:
            if self._wait(LOOK_EVERY_S):
                process.terminate()
                process.wait()
                return
        if process.returncode != 0:
            raise LoadFailed("many changes wait and could not be loaded")
