"""Pages of the feed in Arrow, made by child processes.

pyarrow would stay in the web process for good, some 60 MB, so a process of its own loads it, reads
the database, and ends with its page (feed_child).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Self

from ingest_service.domain.errors import FeedUnavailableError

MAX_CHILDREN = 2
"""As many as read models follow the feed."""
_WAIT_S = 10.0
_BLOCK_BYTES = 1 << 18
_CHILD = "ingest_service.store.feed_child"


class FeedChildren:
    """Starts the children, a few at a time."""

    def __init__(self, database: str, *, wait_s: float = _WAIT_S) -> None:
        self._database = database
        self._wait_s = wait_s
        self._free = BoundedSemaphore(MAX_CHILDREN)

    def open(self, *, after: int, limit: int) -> ChildStream:
        """The stream of one page, of which the first block has come.

        Raises:
            FeedUnavailableError: too many are read at this moment, or it cannot be made.
        """
        if not self._free.acquire(timeout=self._wait_s):
            raise FeedUnavailableError("the change feed is read by as many as it serves at once")
        try:
            command = [sys.executable, "-m", _CHILD, self._database, str(after), str(limit)]
            return ChildStream(command, on_close=self._free.release)
        except BaseException:
            self._free.release()
            raise


class ChildStream:
    """What a child writes, block by block."""

    def __init__(self, command: list[str], *, on_close: Callable[[], None]) -> None:
        self._process: subprocess.Popen[bytes] = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        self._on_close: Callable[[], None] | None = None
        self._first = self._read()
        if not self._first:
            self.close()
            raise FeedUnavailableError("the change feed cannot be read just now")
        self._on_close = on_close

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        """The next block.

        Raises:
            FeedUnavailableError: the child failed on its way; what was sent is no whole page.
        """
        block, self._first = self._first or self._read(), b""
        if block:
            return block
        status = self._process.wait()
        self.close()
        if status != 0:
            raise FeedUnavailableError("the change feed broke off")
        raise StopIteration

    def close(self) -> None:
        """End the child, whatever it does, and give its place to the next."""
        self._process.kill()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()
        if self._on_close is not None:
            self._on_close()
            self._on_close = None

    @property
    def child_status(self) -> int | None:
        """What the child ended with; None while it works."""
        return self._process.poll()

    def _read(self) -> bytes:
        pipe = self._process.stdout
        if pipe is None or pipe.closed:
            return b""
        return pipe.read1(_BLOCK_BYTES)  # type: ignore[attr-defined, no-any-return] # buffered
