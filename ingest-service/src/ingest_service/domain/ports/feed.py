"""The change feed."""

from __future__ import annotations

from typing import Protocol

from ingest_service.domain.feed import FeedPages, FeedStream


class Feed(Protocol):
    """The change feed."""

    def page(self, *, after: int, limit: int) -> FeedPages:
        """The head of a page and its rows, read in one transaction."""
        ...

    def newest(self) -> int:
        """The seq of the latest change."""
        ...

    def stream(self, *, after: int, limit: int) -> FeedStream:
        """The page in Arrow, made outside this process; its caller closes it.

        Raises:
            FeedUnavailableError: too many are read at this moment, or it cannot be made.
        """
        ...
