"""The change feed of the ingest service: few changes come in JSON, many in Arrow."""

from collections.abc import Callable, Sequence

import requests

from analytics_service.clients.feed_pages import ArrowPages, read_json
from analytics_service.domain.errors import FeedCorrupt, FeedUnavailable
from analytics_service.domain.feed import FeedPage
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable, ServiceClient

ARROW_STREAM = "application/vnd.apache.arrow.stream"
ACCEPTED = f"{ARROW_STREAM}, application/json;q=0.5"
PATH = "/internal/changes"
SCOPE = "changes:read"
PULL_TIMEOUT_S = (2.0, 60.0)
PAGES_AHEAD = 50
"""How many pages one answer may hold: making each anew would cost ingest a process a page."""


class IngestFeed:
    """Reads pages of the feed with a service token.

    A long answer is read as far as its pages are asked for; what follows waits in it.

    Args:
        client: the ingest service.
        bearer: makes the token for a set of scopes.
    """

    def __init__(self, client: ServiceClient, bearer: Callable[[Sequence[str]], str]) -> None:
        self._client = client
        self._bearer = bearer
        self._ahead: ArrowPages | None = None

    def page(self, *, after: int, limit: int) -> FeedPage:
        """The changes that follow a seq.

        Raises:
            FeedUnavailable: the neighbour cannot be reached, refuses, or breaks off.
            FeedCorrupt: the answer does not have the agreed form.
        """
        try:
            if self._ahead is None or self._ahead.after != after:
                self._drop()
                answer = self._ask(after=after, limit=limit)
                if answer.headers.get("Content-Type", "").startswith("application/json"):
                    return read_json(answer.content, after=after)
                self._ahead = ArrowPages(answer.raw, after=after, on_close=answer.close)
            page = self._ahead.next(limit)
        except (FeedUnavailable, FeedCorrupt):
            self._drop()
            raise
        except (NeighbourUnavailable, NeighbourRefused, requests.RequestException) as error:
            self._drop()
            raise FeedUnavailable(str(error)) from error
        if self._ahead.is_over:
            self._drop()
        return page

    def _ask(self, *, after: int, limit: int) -> requests.Response:
        return self._client.get(
            PATH,
            params={"after": after, "limit": limit * PAGES_AHEAD},
            bearer=self._bearer([SCOPE]),
            accept=ACCEPTED,
            timeout_s=PULL_TIMEOUT_S,
            stream=True,
        )

    def _drop(self) -> None:
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None
