"""The change feed of the ingest service: few changes come in JSON, many in Arrow."""

from collections.abc import Callable, Sequence

import requests

from analytics_service.clients.feed_pages import ArrowPages, read_json
from analytics_service.domain.errors import FeedCorrupt, FeedUnavailable, ManyWaiting
from analytics_service.domain.feed import FeedPage
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable, ServiceClient

ARROW_STREAM = "application/vnd.apache.arrow.stream"
ACCEPTED = f"{ARROW_STREAM}, application/json;q=0.5"
JSON = "application/json"
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
        return _get(
            self._client, self._bearer, after=after, limit=limit * PAGES_AHEAD, accept=ACCEPTED
        )

    def _drop(self) -> None:
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None


class SmallPages:
    """The feed as long as little of it waits: pages of JSON, for which pyarrow is not loaded.

    Args:
        client: the ingest service.
        bearer: makes the token for a set of scopes.
        many: how many changes are too many.
    """

    def __init__(
        self, client: ServiceClient, bearer: Callable[[Sequence[str]], str], *, many: int
    ) -> None:
        self._client = client
        self._bearer = bearer
        self._many = many

    def page(self, *, after: int, limit: int) -> FeedPage:
        """The changes that follow a seq, or as many as ingest tells at once.

        Raises:
            ManyWaiting: at least `many` changes follow.
            FeedUnavailable: the neighbour cannot be reached or refuses.
            FeedCorrupt: the answer does not have the agreed form.
        """
        page = self._read(after=after, limit=limit)
        if page.has_more:
            beyond = self._read(after=after + self._many, limit=1)
            if beyond.expenses or beyond.categories:
                raise ManyWaiting("more waits than goes in page by page")
        return page

    def _read(self, *, after: int, limit: int) -> FeedPage:
        try:
            answer = _get(self._client, self._bearer, after=after, limit=limit, accept=JSON)
            return read_json(answer.content, after=after)
        except (NeighbourUnavailable, NeighbourRefused, requests.RequestException) as error:
            raise FeedUnavailable(str(error)) from error


def _get(
    client: ServiceClient,
    bearer: Callable[[Sequence[str]], str],
    *,
    after: int,
    limit: int,
    accept: str,
) -> requests.Response:
    return client.get(
        PATH,
        params={"after": after, "limit": limit},
        bearer=bearer([SCOPE]),
        accept=accept,
        timeout_s=PULL_TIMEOUT_S,
        stream=True,
    )
