"""The change feed of ingest: few changes come in JSON, many in Arrow, which loads pyarrow."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import IO, Any

import requests
from urllib3.exceptions import HTTPError

from forecast_service.domain.feed import CategoryChange, FeedPage, Purchase
from servicekit.outbound import NeighbourUnavailable, ServiceClient
from servicekit.service_tokens import ServiceTokens

ARROW_STREAM = "application/vnd.apache.arrow.stream"
ACCEPTED = f"{ARROW_STREAM}, application/json;q=0.5"
PAGES_AHEAD = 20
"""How many pages one answer may hold: making each anew would cost ingest a process a page."""
_SCOPES = ("changes:read",)
_PATH = "/internal/changes"
_COUNTED_DIRECTION = "expense"
# A first pull of fifty thousand rows takes the neighbour a moment.
_TIMEOUT_S = (2.0, 60.0)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_READ_COLUMNS = (
    "seq", "id", "user_id", "deleted", "local_date", "amount_minor", "refunded_minor", "currency",
    "direction", "category_id", "merchant",
)  # fmt: skip
Columns = Mapping[str, Sequence[Any]]


class FeedClient:
    """Pages of the change feed, read with a service token.

    A long answer is read as far as its pages are asked for; what follows waits in it.
    """

    def __init__(self, base_url: str, *, tokens: ServiceTokens) -> None:
        self._http = ServiceClient(base_url, name="ingest", timeout_s=_TIMEOUT_S)
        self._tokens = tokens
        self._ahead: ArrowPages | None = None

    def page(self, *, after: int, limit: int) -> FeedPage:
        """The changes after a cursor.

        Raises:
            NeighbourUnavailable: ingest or auth does not answer, or breaks off.
            NeighbourRefused: one of them refuses.
        """
        try:
            if self._ahead is None or self._ahead.after != after:
                self._drop()
                response = self._ask(after=after, limit=limit)
                if response.headers.get("Content-Type", "").startswith("application/json"):
                    return read_json(response.content)
                self._ahead = ArrowPages(response.raw, after=after, on_close=response.close)
            page = self._ahead.next(limit)
        except (HTTPError, requests.RequestException) as error:
            self._drop()
            raise NeighbourUnavailable("ingest") from error
        except BaseException:
            self._drop()
            raise
        if self._ahead.is_over:
            self._drop()
        return page

    def _ask(self, *, after: int, limit: int) -> requests.Response:
        return self._http.get(
            _PATH,
            params={"after": after, "limit": limit * PAGES_AHEAD},
            bearer=self._tokens.bearer(_SCOPES),
            accept=ACCEPTED,
            stream=True,
        )

    def _drop(self) -> None:
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None


def read_json(content: bytes) -> FeedPage:
    """The page in an answer of JSON, in which ids are strings."""
    told = json.loads(content)
    columns = dict(told["columns"])
    for name in ("id", "user_id", "category_id"):
        columns[name] = [None if text is None else int(text) for text in columns[name]]
    days = columns["local_date"]
    columns["local_date"] = [date.fromisoformat(day).toordinal() - _EPOCH_ORDINAL for day in days]
    return _page(columns, told, told["categories"])


class ArrowPages:
    """The pages in one Arrow IPC stream, each read when it is asked for.

    Attributes:
        after: the seq that the next page follows.
        is_over: whether the last page was given.
    """

    def __init__(
        self, stream: IO[bytes] | Any, *, after: int, on_close: Callable[[], None] = lambda: None
    ) -> None:
        import pyarrow as pa

        self.after = after
        self.is_over = False
        self.close = on_close
        self._reader = pa.ipc.open_stream(stream)
        about = self._reader.schema.metadata
        self._head = {key.decode(): value.decode() for key, value in about.items()}
        self._categories: Columns = json.loads(self._head["categories"])
        self._waiting = self._batch()

    def next(self, limit: int) -> FeedPage:
        """The next page: whole batches, as many as go into the limit, but at least one."""
        columns: dict[str, list[Any]] = {name: [] for name in _READ_COLUMNS}
        while self._waiting is not None and (
            not columns["seq"] or len(columns["seq"]) + self._waiting.num_rows <= limit
        ):
            _extend(columns, self._waiting)
            self._waiting = self._batch()
        self.is_over = self._waiting is None
        head: dict[str, Any] = dict(self._head)
        head["has_more"] = self._head["has_more"] == "true" or not self.is_over
        if not self.is_over:
            head["next"] = columns["seq"][-1]
        page = _page(columns, head, self._categories)
        # All that the stream has came with its first page: a category is only ever newer.
        self._categories = {name: [] for name in self._categories}
        self.after = page.next_seq
        return page

    def _batch(self) -> Any:
        try:
            return self._reader.read_next_batch()
        except StopIteration:
            return None


def _extend(columns: Mapping[str, list[Any]], batch: Any) -> None:
    import pyarrow as pa

    for name, values in columns.items():
        column = batch.column(name)
        if name == "local_date":
            column = column.cast(pa.date32()).cast(pa.int32())
        values.extend(column.to_pylist())


def _page(columns: Columns, head: Mapping[str, Any], categories: Columns) -> FeedPage:
    changes, seqs = _category_changes(categories)
    for user, seq in zip(columns["user_id"], columns["seq"], strict=True):
        seqs[user] = max(seq, seqs.get(user, 0))
    return FeedPage(
        epoch=head["epoch"],
        next_seq=int(head["next"]),
        has_more=head["has_more"],
        changed_ids=columns["id"],
        purchases=_purchases(columns),
        categories=changes,
        last_seqs=seqs,
    )


def _purchases(columns: Columns) -> Sequence[Purchase]:
    return [
        Purchase(
            id=number,
            user_id=user,
            currency=currency,
            category_id=category,
            local_day=day,
            merchant=merchant or "",
            net_minor=amount - refunded,
        )
        for (
            _seq, number, user, deleted, day, amount, refunded, currency, direction, category,
            merchant,
        ) in zip(*(columns[name] for name in _READ_COLUMNS), strict=True)
        if not deleted and direction == _COUNTED_DIRECTION and amount > refunded
    ]  # fmt: skip


def _category_changes(columns: Columns) -> tuple[list[CategoryChange], dict[int, int]]:
    """The category changes, and the newest change by user. JSON ids are strings."""
    names = ("id", "user_id", "deleted", "name", "code", "parent_id", "seq")
    changes: list[CategoryChange] = []
    seqs: dict[int, int] = {}
    for row in zip(*(columns[name] for name in names), strict=True):
        number, user, deleted, name, code, parent, seq = row
        changes.append(
            CategoryChange(
                id=int(number),
                user_id=int(user),
                deleted=bool(deleted),
                name=name,
                code=code,
                parent_id=None if parent is None else int(parent),
            )
        )
        seqs[int(user)] = max(int(seq), seqs.get(int(user), 0))
    return changes, seqs
