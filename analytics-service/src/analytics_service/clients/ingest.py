"""The change feed of the ingest service, in Arrow. pyarrow is loaded by the first call."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analytics_service.domain.errors import FeedCorrupt, FeedUnavailable
from analytics_service.domain.feed import CategoryChange, ExpenseChange, FeedPage
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable, ServiceClient

ARROW_STREAM = "application/vnd.apache.arrow.stream"
PATH = "/internal/changes"
SCOPE = "changes:read"
PULL_TIMEOUT_S = (2.0, 60.0)


class IngestFeed:
    """Reads pages of the feed with a service token.

    Args:
        client: the ingest service.
        bearer: makes the token for a set of scopes.
    """

    def __init__(self, client: ServiceClient, bearer: Callable[[Sequence[str]], str]) -> None:
        self._client = client
        self._bearer = bearer

    def page(self, *, after: int, limit: int) -> FeedPage:
        """The changes that follow a seq.

        Raises:
            FeedUnavailable: the neighbour cannot be reached or refuses.
            FeedCorrupt: the answer does not have the agreed form.
        """
        try:
            response = self._client.get(
                PATH,
                params={"after": after, "limit": limit},
                bearer=self._bearer([SCOPE]),
                accept=ARROW_STREAM,
                timeout_s=PULL_TIMEOUT_S,
            )
        except (NeighbourUnavailable, NeighbourRefused) as error:
            raise FeedUnavailable(str(error)) from error
        return read_page(response.content, after=after)


def read_page(stream: bytes, *, after: int) -> FeedPage:
    """The page in one Arrow IPC stream.

    Raises:
        FeedCorrupt: the stream does not have the agreed form.
    """
    import pyarrow as pa

    try:
        table = pa.ipc.open_stream(stream).read_all()
        about: Mapping[bytes, bytes] = table.schema.metadata or {}
        return FeedPage(
            epoch=about[b"epoch"].decode(),
            after=after,
            next=int(about[b"next"]),
            has_more=about[b"has_more"] == b"true",
            expenses=_expenses(table),
            categories=_categories(json.loads(about[b"categories"])),
        )
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise FeedCorrupt("a page of the change feed cannot be read") from error


def _expenses(table: Any) -> list[ExpenseChange]:
    import pyarrow as pa

    columns = []
    for name in ExpenseChange._fields:
        source = "local_date" if name == "local_day" else name
        column = table.column(source)
        if pa.types.is_date32(column.type):
            column = column.cast(pa.int32())  # days from 1970-01-01
        columns.append(column.to_pylist())
    return list(map(ExpenseChange._make, zip(*columns, strict=True)))


def _categories(columns: Mapping[str, Sequence[Any]]) -> list[CategoryChange]:
    return [
        CategoryChange(
            id=int(row_id),
            user_id=int(user_id),
            deleted=bool(deleted),
            name=name,
            code=code,
            parent_id=None if parent_id is None else int(parent_id),
        )
        for row_id, user_id, deleted, name, code, parent_id in zip(
            *(columns[key] for key in ("id", "user_id", "deleted", "name", "code", "parent_id")),
            strict=True,
        )
    ]
