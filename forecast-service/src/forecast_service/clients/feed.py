"""The change feed of ingest, in Arrow. The worker's alone: it loads pyarrow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from forecast_service.domain.feed import CategoryChange, FeedPage, Purchase
from servicekit.identity import ServiceTokens
from servicekit.outbound import ServiceClient

ARROW_STREAM = "application/vnd.apache.arrow.stream"
_SCOPES = ("changes:read",)
_PATH = "/internal/changes"
_COUNTED_DIRECTION = "expense"
# A first pull of fifty thousand rows takes the neighbour a moment.
_TIMEOUT_S = (2.0, 60.0)


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
            accept=ARROW_STREAM,
        )
        return read_page(response.content)


def read_page(content: bytes) -> FeedPage:
    """The page in an Arrow IPC stream."""
    import pyarrow as pa

    with pa.ipc.open_stream(content) as stream:
        table = stream.read_all()
    metadata = table.schema.metadata
    categories = _category_changes(json.loads(metadata[b"categories"]))
    return FeedPage(
        epoch=metadata[b"epoch"].decode(),
        next_seq=int(metadata[b"next"]),
        has_more=metadata[b"has_more"] == b"true",
        changed_ids=table["id"].to_pylist(),
        purchases=_purchases(table),
        categories=categories[0],
        last_seqs=_last_seqs(table, categories[1]),
    )


def _purchases(table: Any) -> Sequence[Purchase]:
    import pyarrow as pa
    import pyarrow.compute as pc

    net = pc.subtract(table["amount_minor"], table["refunded_minor"])
    counts = pc.and_(
        pc.and_(pc.invert(table["deleted"]), pc.equal(table["direction"], _COUNTED_DIRECTION)),
        pc.greater(net, 0),
    )
    kept = table.append_column("net_minor", net).filter(counts)
    days = kept["local_date"].cast(pa.date32()).cast(pa.int32())
    columns = ("id", "user_id", "currency", "category_id")
    values = [kept[name].to_pylist() for name in columns]
    values += [days.to_pylist(), kept["merchant"].to_pylist(), kept["net_minor"].to_pylist()]
    return [
        Purchase(
            id=row[0],
            user_id=row[1],
            currency=row[2],
            category_id=row[3],
            local_day=row[4],
            merchant=row[5] or "",
            net_minor=row[6],
        )
        for row in zip(*values, strict=True)
    ]


def _category_changes(
    columns: Mapping[str, Sequence[Any]],
) -> tuple[list[CategoryChange], dict[int, int]]:
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


def _last_seqs(table: Any, from_categories: Mapping[int, int]) -> Mapping[int, int]:
    grouped = table.select(["user_id", "seq"]).group_by("user_id").aggregate([("seq", "max")])
    seqs = dict(from_categories)
    for row in grouped.to_pylist():
        seqs[row["user_id"]] = max(row["seq_max"], seqs.get(row["user_id"], 0))
    return seqs
