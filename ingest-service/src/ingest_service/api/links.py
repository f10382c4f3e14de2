"""/links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.views import MethodView

from ingest_service.api.context import idempotency_store, owner, parts
from ingest_service.api.representations import Body, expense_body, instant
from ingest_service.api.schemas_links import (
    LinkDecision,
    LinkEntry,
    LinkListArgs,
    LinkPageSchema,
    LinkRecordSchema,
)
from ingest_service.domain.link_records import LinkFilter, LinkRecord, NewLink
from ingest_service.usecases import links as usecases
from servicekit.idempotency import idempotent
from servicekit.identity import signed_in
from servicekit.money import to_decimal_string
from servicekit.paging import decode_cursor, encode_cursor
from servicekit.problems import Problem
from servicekit.web import Blueprint

blp = Blueprint("links", "links", description="Rows that mean the same money")


@blp.route("/links")
class LinkList(MethodView):
    """All links of the caller."""

    @signed_in("expenses:read")
    @blp.arguments(LinkListArgs, location="query")
    @blp.response(200, LinkPageSchema)
    def get(self, args: Mapping[str, Any]) -> Body:
        """One page of links, newest first."""
        where = LinkFilter(
            status=args.get("status"),
            kind=args.get("kind"),
            import_id=int(args["import_id"]) if "import_id" in args else None,
        )
        items, following = usecases.list_links(
            parts().database,
            owner(),
            where,
            before_id=_before(args["cursor"]),
            limit=args["limit"],
        )
        cursor = None if following is None else encode_cursor({"id": following})
        return {"items": [link_body(item) for item in items], "next_cursor": cursor}

    @signed_in()
    @idempotent(idempotency_store)
    @blp.arguments(LinkEntry)
    @blp.response(201, LinkRecordSchema)
    def post(self, body: Mapping[str, Any]) -> Body:
        """Tie two rows by hand."""
        new = NewLink(body["kind"], int(body["from_id"]), int(body["to_id"]), 0)
        return link_body(usecases.make_link(parts().database, owner(), new, now=parts().now()))


@blp.route("/links/<int:link_id>")
class LinkItem(MethodView):
    """One link of the caller."""

    @signed_in("expenses:read")
    @blp.response(200, LinkRecordSchema)
    def get(self, link_id: int) -> Body:
        """The link with both rows."""
        return link_body(usecases.get_link(parts().database, owner(), link_id))

    @signed_in()
    @blp.arguments(LinkDecision)
    @blp.response(200, LinkRecordSchema)
    def patch(self, body: Mapping[str, Any], link_id: int) -> Body:
        """Confirm the link, or reject it: its rows count again as their statements say."""
        decided = usecases.decide_link(parts().database, owner(), link_id, body["status"])
        return link_body(decided)


def link_body(link: LinkRecord) -> Body:
    """One link."""
    return {
        "id": str(link.id),
        "kind": link.kind,
        "status": link.status,
        "score": link.score,
        "reason": {"code": link.code, "params": dict(link.params)},
        "amount": to_decimal_string(link.amount_minor, link.source.currency),
        "currency": link.source.currency,
        "from": expense_body(link.source),
        "to": expense_body(link.target),
        "import_id": None if link.import_id is None else str(link.import_id),
        "created_at": instant(link.created_at),
    }


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    number = decode_cursor(cursor).get("id")
    if not isinstance(number, int):
        raise Problem(400, "invalid-cursor", "The cursor is not valid", "Start again without it.")
    return number
