"""GET /internal/changes: the change feed for analytics and forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, jsonify, request
from flask.views import MethodView

from ingest_service.api.context import parts
from ingest_service.api.schemas_changes import ChangeArgs, ChangesSchema
from ingest_service.domain.feed import WIRE_NAMES, FeedHead, FeedPages
from ingest_service.domain.local_time import day_of
from servicekit.identity import service_only
from servicekit.web import Blueprint

blp = Blueprint("changes", "changes", description="What changed, for neighbouring services")
ARROW = "application/vnd.apache.arrow.stream"
_TEXT_IDS = frozenset({"id", "user_id", "category_id", "import_id"})
JSON_ROWS = 5_000
"""More in one answer would be a burden for the web process."""


@blp.route("/internal/changes")
class Changes(MethodView):
    """Expenses and categories of all users, by one seq."""

    @service_only("changes:read")
    @blp.arguments(ChangeArgs, location="query")
    @blp.response(200, ChangesSchema)
    def get(self, args: Mapping[str, int]) -> Response:
        """A page of the feed: in columns of JSON with up to 5,000 rows, more in Arrow.

        Who accepts Arrow alone gets it for any number of rows.
        """
        feed, after, limit = parts().feed, args["after"], args["limit"]
        if _prefers_arrow() and (
            min(limit, feed.newest() - after) > JSON_ROWS or not _accepts("application/json")
        ):
            return Response(feed.stream(after=after, limit=limit), content_type=ARROW)
        return _json(feed.page(after=after, limit=min(limit, JSON_ROWS)))


def _accepts(kind: str) -> float:
    """How much the caller wants a kind of answer, 0 to 1."""
    return request.accept_mimetypes.quality(kind)


def _prefers_arrow() -> bool:
    return _accepts(ARROW) > _accepts("application/json")


def _json(pages: FeedPages) -> Response:
    columns: dict[str, list[Any]] = {name: [] for name in WIRE_NAMES}
    head: FeedHead | None = None
    for page in pages:
        if isinstance(page, FeedHead):
            head = page
            continue
        for name, values in zip(WIRE_NAMES, page, strict=True):
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
            "cities": head.cities,
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
