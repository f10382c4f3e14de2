"""/expenses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.views import MethodView

from ingest_service.api.context import author, idempotency_store, owner, parts
from ingest_service.api.filters import filter_of
from ingest_service.api.representations import (
    Body,
    bulk_body,
    deletion_body,
    expense_body,
    suggestion_body,
    totals_body,
)
from ingest_service.api.schemas_expenses import (
    BulkOrder,
    BulkSchema,
    CountSchema,
    DeletionListSchema,
    ExpenseChange,
    ExpenseEntry,
    ExpenseListArgs,
    ExpensePageSchema,
    ExpenseSchema,
    FilterArgs,
    PositionArgs,
    PositionsSchema,
)
from ingest_service.api.schemas_rules import CorrectedSchema
from ingest_service.domain.models import Position
from ingest_service.domain.ports import Chosen
from ingest_service.usecases import deletions
from ingest_service.usecases import expenses as usecases
from servicekit.idempotency import idempotent
from servicekit.identity import signed_in
from servicekit.paging import decode_cursor, encode_cursor
from servicekit.problems import Problem
from servicekit.web import Blueprint

blp = Blueprint("expenses", "expenses", description="Rows of statements and rows by hand")


@blp.route("/expenses")
class ExpenseList(MethodView):
    """All rows of the caller."""

    @signed_in("expenses:read")
    @blp.arguments(ExpenseListArgs, location="query")
    @blp.response(200, ExpensePageSchema)
    def get(self, args: Mapping[str, Any]) -> Body:
        """One page of rows, newest first unless sort says otherwise."""
        page = usecases.list_expenses(
            parts().database,
            owner(),
            filter_of(args),
            sort=args["sort"],
            after=_position(args["cursor"], args["sort"]),
            limit=args["limit"],
        )
        return {
            "items": [expense_body(item) for item in page.items],
            "next_cursor": _cursor(page.next_position, args["sort"]),
        }

    @signed_in()
    @idempotent(idempotency_store)
    @blp.arguments(ExpenseEntry)
    @blp.response(201, ExpenseSchema)
    def post(self, body: Mapping[str, Any]) -> Body:
        """Enter a row by hand."""
        stored = usecases.add_expense(parts().database, author(), _entry(body), now=parts().now())
        return expense_body(stored)


@blp.route("/expenses/count")
class ExpenseCount(MethodView):
    """What the rows of a list come to."""

    @signed_in("expenses:read")
    @blp.arguments(FilterArgs, location="query")
    @blp.response(200, CountSchema)
    def get(self, args: Mapping[str, Any]) -> Body:
        """The number of rows, and their sums by currency, before and less refunds."""
        return totals_body(usecases.count_expenses(parts().database, owner(), filter_of(args)))


@blp.route("/expenses/positions")
class ExpensePositions(MethodView):
    """Where the pages of a long list open."""

    @signed_in("expenses:read")
    @blp.arguments(PositionArgs, location="query")
    @blp.response(200, PositionsSchema)
    def get(self, args: Mapping[str, Any]) -> Body:
        """The cursor of every page, so that a list can jump; the first page needs none."""
        pages = usecases.list_positions(
            parts().database, owner(), filter_of(args), sort=args["sort"], every=args["every"]
        )
        return {
            "count": pages.count,
            "every": args["every"],
            "cursors": [_cursor(position, args["sort"]) for position in pages.opens_after],
            "last_seq": pages.last_seq,
        }


@blp.route("/expenses/bulk")
class ExpenseBulk(MethodView):
    """Many rows at once."""

    @signed_in()
    @idempotent(idempotency_store)
    @blp.arguments(BulkOrder)
    @blp.response(200, BulkSchema)
    def post(self, body: Mapping[str, Any]) -> Body:
        """Change or remove the rows of the ids or of the filter, in one transaction."""
        chosen = Chosen(ids=[int(id_) for id_ in body["ids"]]) if "ids" in body else None
        chosen = chosen or Chosen(where=filter_of(body["filter"]))
        if body["delete"]:
            deleted = deletions.delete_many(parts().database, owner(), chosen, now=parts().now())
            return bulk_body(deleted.changed, deleted.deletion_id)
        changed = usecases.change_many(
            parts().database, owner(), chosen, _bulk_change(body["changes"])
        )
        return bulk_body(changed, None)


@blp.route("/expenses/deletions")
class DeletionList(MethodView):
    """Deletions of many rows."""

    @signed_in("expenses:read")
    @blp.response(200, DeletionListSchema)
    def get(self) -> Body:
        """The newest ones that can be taken back."""
        found = deletions.list_deletions(parts().database, owner())
        return {"items": [deletion_body(one) for one in found], "next_cursor": None}


@blp.route("/expenses/deletions/<int:deletion_id>/restore")
class DeletionRestore(MethodView):
    """The taking back of a deletion."""

    @signed_in()
    @idempotent(idempotency_store)
    @blp.response(200, BulkSchema)
    def post(self, deletion_id: int) -> Body:
        """Let the rows and their links stand again as they were, in one transaction."""
        return bulk_body(deletions.restore(parts().database, owner(), deletion_id), None)


@blp.route("/expenses/<int:expense_id>")
class ExpenseItem(MethodView):
    """One row of the caller."""

    @signed_in("expenses:read")
    @blp.response(200, ExpenseSchema)
    def get(self, expense_id: int) -> Body:
        """The row."""
        return expense_body(usecases.get_expense(parts().database, owner(), expense_id))

    @signed_in()
    @blp.arguments(ExpenseChange)
    @blp.response(200, CorrectedSchema)
    def patch(self, body: Mapping[str, Any], expense_id: int) -> Body:
        """Correct the row; a new category may suggest a rule."""
        corrected = usecases.change_expense(parts().database, author(), expense_id, _entry(body))
        suggested = suggestion_body(corrected.suggestion)
        return {**expense_body(corrected.expense), "suggested_rule": suggested}

    @signed_in()
    @blp.response(204)
    def delete(self, expense_id: int) -> None:
        """Remove the row; no later import brings it back."""
        usecases.delete_expense(parts().database, owner(), expense_id)


def _entry(body: Mapping[str, Any]) -> usecases.Entry:
    location = body.get("location") or {}
    category_id = body.get("category_id")
    return usecases.Entry(
        amount=body.get("amount"),
        time=body.get("time"),
        currency=body.get("currency"),
        direction=body.get("direction"),
        category_id=None if category_id is None else int(category_id),
        merchant=_stripped(body.get("merchant")),
        place=_stripped(location.get("text")),
        lat=location.get("lat"),
        lon=location.get("lon"),
        note=_stripped(body.get("note")),
        account=_stripped(body.get("account")),
        has_location="location" in body,
    )


def _bulk_change(changes: Mapping[str, Any]) -> usecases.BulkChange:
    category_id = changes.get("category_id")
    return usecases.BulkChange(
        category_id=None if category_id is None else int(category_id),
        direction=changes.get("direction"),
        note=_stripped(changes.get("note")),
        merchant=_stripped(changes.get("merchant")),
    )


def _stripped(text: str | None) -> str | None:
    return None if text is None else text.strip()


def _cursor(position: Position | None, sort: str) -> str | None:
    if position is None:
        return None
    return encode_cursor({"s": sort, "v": position.value, "i": position.id})


def _position(cursor: str | None, sort: str) -> Position | None:
    if cursor is None:
        return None
    at = decode_cursor(cursor)
    value, number = at.get("v"), at.get("i")
    if at.get("s") != sort or not isinstance(value, int) or not isinstance(number, int):
        raise Problem(400, "invalid-cursor", "The cursor is not valid", "Start again without it.")
    return Position(value, number)
