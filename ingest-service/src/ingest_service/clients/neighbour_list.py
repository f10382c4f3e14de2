"""A neighbour's list, read page by page with somebody's token."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ingest_service.domain.errors import NeighbourDownError, NotAllowedError
from ingest_service.domain.messages import both_sentences
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable, ServiceClient

_LIMIT = "500"
_NOT_ALLOWED = frozenset({401, 403})
Json = dict[str, Any]


def pages_of(client: ServiceClient | None, path: str, *, name: str, bearer: str) -> Iterator[Json]:
    """The documents of all pages.

    Raises:
        NeighbourDownError: the neighbour is not configured, does not answer, or answers oddly.
        NotAllowedError: the neighbour does not let the token's holder see the list.
    """
    if client is None:
        raise NeighbourDownError(both_sentences(f"{name}-down"))
    cursor: str | None = None
    while True:
        params = {"limit": _LIMIT} | ({} if cursor is None else {"cursor": cursor})
        try:
            page = client.get_json(path, params=params, bearer=bearer)
            following = page["next_cursor"]
        except NeighbourRefused as error:
            if error.status in _NOT_ALLOWED:
                raise NotAllowedError(both_sentences("list-not-allowed")) from error
            raise NeighbourDownError(both_sentences(f"{name}-down")) from error
        except (NeighbourUnavailable, KeyError, TypeError) as error:
            raise NeighbourDownError(both_sentences(f"{name}-down")) from error
        yield page
        if following is None or following == cursor:
            return
        cursor = str(following)


def seconds(text: str | None) -> int | str:
    """The epoch seconds of an instant; "" for none."""
    return "" if text is None else int(dt.datetime.fromisoformat(text).timestamp())
