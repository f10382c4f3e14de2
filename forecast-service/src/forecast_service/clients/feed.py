"""The change feed of ingest: few changes come in JSON, many in Arrow, which loads pyarrow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from forecast_service.domain.feed import CategoryChange, FeedPage, Purchase
from servicekit.identity import ServiceTokens
from servicekit.outbound import ServiceClient

ARROW_STREAM = "application/vnd.apache.arrow.stream"
ACCEPTED = f"{ARROW_STREAM}, application/json;q=0.5"
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
    """Pages of the change feed, read with a service token."""

    def __init__(self, base_url: str, *, tokens: ServiceTokens) -> None:
        self._http = ServiceClient(base_url, name="ingest", timeout_s=_TIMEOUT_S)
        self._tokens = tokens

    def page(self, *, after: int, limit: int) -> FeedPage:
        """The changes after a cursor.

        Raises:
            NeighbourUnavailable: ingest or auth does not answer.
            NeighbourRefused: one of them refuses.
        """
        response = self._http.get(
            _PATH,
            params={"after": after, "limit": limit},
            bearer=self._tokens.bearer(_SCOPES),
            accept=ACCEPTED,
        )
        if response.headers.get("Content-Type", "").startswith("application/json"):
            return read_json(response.content)
        return read_page(response.content)


def read_json(content: bytes) -> FeedPage:
    """The page in an answer of JSON, in which ids are strings."""
    told = json.loads(content)
    columns = dict(told["columns"])
    for name in ("id", "user_id", "category_id"):
        columns[name] = [None if text is None else int(text) for text in columns[name]]
    days = columns["local_date"]
    columns["local_date"] = [date.fromisoformat(day).toordinal() - _EPOCH_ORDINAL for day in days]
    return _page(columns, told, told["categories"])


def read_page(content: bytes) -> FeedPage:
    """The page in an Arrow IPC stream."""
    import pyarrow as pa

    with pa.ipc.open_stream(content) as stream:
        table = stream.read_all()
    columns = {name: table[name] for name in _READ_COLUMNS}
    columns["local_date"] = columns["local_date"].cast(pa.date32()).cast(pa.int32())
    about = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    head = {**about, "has_more": about["has_more"] == "true"}
    values = {name: column.to_pylist() for name, column in columns.items()}
    return _page(values, head, json.loads(about["categories"]))


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
