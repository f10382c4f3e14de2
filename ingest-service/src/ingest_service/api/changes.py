"""GET /internal/changes: the change feed for analytics and forecast."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response, jsonify, request, stream_with_context
from flask.views import MethodView

from ingest_service.api import arrow
from ingest_service.api.context import parts
from ingest_service.api.schemas import ChangeArgs, ChangesSchema
from ingest_service.domain.feed import EXPENSE_COLUMNS, FeedHead, FeedPages
from ingest_service.domain.local_time import day_of
from servicekit.identity import service_only
from servicekit.web import Blueprint

blp = Blueprint("changes", "changes", description="What changed, for neighbouring services")
ARROW = "application/vnd.apache.arrow.stream"
_TEXT_IDS = frozenset({"id", "user_id", "category_id", "import_id"})
_WIRE_NAMES = [name if name != "local_day" else "local_date" for name in EXPENSE_COLUMNS]
_BUILDERS = {
    "deleted": arrow.booleans,
    "local_date": arrow.days,
    "lat": arrow.floats,
    "lon": arrow.floats,
    **dict.fromkeys(
        ("currency", "direction", "merchant", "place", "note", "source", "account"), arrow.strings
    ),
}


@blp.route("/internal/changes")
class Changes(MethodView):
    """Expenses and categories of all users, by one seq."""

    @service_only("changes:read")
    @blp.arguments(ChangeArgs, location="query")
    @blp.response(200, ChangesSchema)
    def get(self, args: Mapping[str, int]) -> Response:
        """A page of the feed, as Arrow where Accept asks for it, else as JSON in columns."""
        pages = parts().feed.page(after=args["after"], limit=args["limit"])
        if request.accept_mimetypes.best_match(["application/json", ARROW]) == ARROW:
            return Response(stream_with_context(arrow_blocks(pages)), content_type=ARROW)
        return _json(pages)


def _json(pages: FeedPages) -> Response:
    columns: dict[str, list[Any]] = {name: [] for name in _WIRE_NAMES}
    head: FeedHead | None = None
    for page in pages:
        if isinstance(page, FeedHead):
            head = page
            continue
        for name, values in zip(_WIRE_NAMES, page, strict=True):
            columns[name].extend(_json_values(name, values))
    if head is None:
        raise RuntimeError("the feed gave no head")
    return jsonify(
        {
            "epoch": head.epoch,
            "after": head.after,
            "next": head.next,
            "has_more": head.has_more,
            "columns": columns,
            "categories": head.categories,
        }
    )


def _json_values(name: str, values: Sequence[Any]) -> list[Any]:
    if name in _TEXT_IDS:
        return [None if value is None else str(value) for value in values]
    if name == "deleted":
        return [bool(value) for value in values]
    if name == "local_date":
        return [day_of(value).isoformat() for value in values]
    return list(values)


def arrow_blocks(pages: FeedPages) -> Iterator[bytes]:
    """One Arrow IPC stream in blocks; pyarrow is loaded at the first call only."""
    import pyarrow as pa

    head = next(pages)
    if not isinstance(head, FeedHead):
        raise TypeError("the feed gave no head")
    empty = [_column(pa, name, []) for name in _WIRE_NAMES]
    fields = [(name, column.type) for name, column in zip(_WIRE_NAMES, empty, strict=True)]
    schema = pa.schema(fields, metadata=_metadata(head))
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as writer:
        for page in pages:
            if isinstance(page, FeedHead):
                raise TypeError("only the first page is a head")
            columns = [
                _column(pa, name, values) for name, values in zip(_WIRE_NAMES, page, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
            yield _emptied(sink)
    yield sink.getvalue()


def _metadata(head: FeedHead) -> dict[bytes, bytes]:
    return {
        b"epoch": head.epoch.encode(),
        b"after": str(head.after).encode(),
        b"next": str(head.next).encode(),
        b"has_more": b"true" if head.has_more else b"false",
        b"categories": json.dumps(dict(head.categories), ensure_ascii=False).encode(),
    }


def _column(pa: Any, name: str, values: Sequence[Any]) -> Any:
    return _BUILDERS.get(name, arrow.integers)(pa, values)


def _emptied(sink: io.BytesIO) -> bytes:
    block = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return block
