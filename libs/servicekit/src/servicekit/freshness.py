"""Waiting, for a bounded time, until a read model knows of a change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

POLL_S = 0.02
MAX_WAITERS = 4
"""Half of a process's threads: callers that ask for the impossible must not keep others out."""


class Freshness:
    """Holds back answers until the read model has come as far as a caller asks."""

    def __init__(
        self,
        current_seq: Callable[[], int],
        *,
        wait_s: float = 5.0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._current_seq = current_seq
        self._wait_s = wait_s
        self._monotonic = monotonic
        self._sleep = sleep
        self._seats = threading.BoundedSemaphore(MAX_WAITERS)

    def wait_for(self, min_seq: int | None) -> None:
        """Return once the read model is as far as asked, or when the time is over."""
        if min_seq is None or self._current_seq() >= min_seq:
            return
        if not self._seats.acquire(blocking=False):
            return
        try:
            deadline = self._monotonic() + self._wait_s
            while self._current_seq() < min_seq and self._monotonic() < deadline:
                self._sleep(POLL_S)
        finally:
            self._seats.release()
