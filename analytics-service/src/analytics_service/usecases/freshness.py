"""Waiting, for a bounded time, until the figures know of a change."""

import threading
from collections.abc import Callable

from analytics_service.domain.figures import FeedState
from analytics_service.domain.ports import ReadModel

POLL_S = 0.02
MAX_WAITERS = 4
"""Half of a process's threads: callers that ask for the impossible must not keep others out."""


class Freshness:
    """Holds back answers until the read model has come as far as a caller asks."""

    def __init__(
        self,
        model: ReadModel,
        *,
        wait_s: float,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._model = model
        self._wait_s = wait_s
        self._monotonic = monotonic
        self._sleep = sleep
        self._seats = threading.BoundedSemaphore(MAX_WAITERS)

    def wait_for(self, min_seq: int | None) -> FeedState:
        """The state that is as far as asked, or else as far as it came in the time."""
        state = self._model.feed_state()
        if min_seq is None or state.seq >= min_seq:
            return state
        if not self._seats.acquire(blocking=False):
            return state
        try:
            return self._poll(min_seq)
        finally:
            self._seats.release()

    def _poll(self, min_seq: int) -> FeedState:
        deadline = self._monotonic() + self._wait_s
        while True:
            state = self._model.feed_state()
            if state.seq >= min_seq or self._monotonic() >= deadline:
                return state
            self._sleep(POLL_S)
