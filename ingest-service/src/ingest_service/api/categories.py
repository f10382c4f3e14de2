"""/categories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.views import MethodView

from ingest_service.api.context import idempotency_store, owner, parts
from ingest_service.api.representations import Body, category_body
from ingest_service.api.schemas_categories import (
    CategoryChange,
    CategoryEntry,
    CategoryListSchema,
    CategorySchema,
    HeirArgs,
    MergedSchema,
    MergeOrder,
)
from ingest_service.usecases import categories as usecases
from servicekit.idempotency import idempotent
from servicekit.identity import signed_in
from servicekit.web import Blueprint

blp = Blueprint("categories", "categories", description="The category tree")


@blp.route("/categories")
class CategoryList(MethodView):
    """The caller's tree."""

    @signed_in("expenses:read")
    @blp.response(200, CategoryListSchema)
    def get(self) -> Body:
        """The tree, parents before children; made from the default tree at the first look."""
        tree = usecases.list_categories(parts().database, owner())
        return {"items": [category_body(node) for node in tree], "next_cursor": None}

    @signed_in()
    @idempotent(idempotency_store)
    @blp.arguments(CategoryEntry)
    @blp.response(201, CategorySchema)
    def post(self, body: Mapping[str, Any]) -> Body:
        """Add a node."""
        parent_id = body["parent_id"]
        made = usecases.add_category(
            parts().database,
            owner(),
            name=body["name"].strip(),
            parent_id=None if parent_id is None else int(parent_id),
            code=body["code"],
        )
        return category_body(made)


@blp.route("/categories/<int:category_id>")
class CategoryItem(MethodView):
    """One node of the caller's tree."""

    @signed_in()
    @blp.arguments(CategoryChange)
    @blp.response(200, CategorySchema)
    def patch(self, body: Mapping[str, Any], category_id: int) -> Body:
        """Rename the node, move it below another (null: to the top), or put it in order."""
        parent_id = body.get("parent_id")
        change = usecases.NodeChange(
            name=body["name"].strip() if "name" in body else None,
            parent_id=None if parent_id is None else int(parent_id),
            moves="parent_id" in body,
            position=body.get("position"),
        )
        changed = usecases.change_category(parts().database, owner(), category_id, change)
        return category_body(changed)

    @signed_in()
    @blp.arguments(HeirArgs, location="query")
    @blp.response(204)
    def delete(self, args: Mapping[str, Any], category_id: int) -> None:
        """Remove the node; rows and rules go to the heir: its parent, else `other`."""
        heir_id = int(args["heir_id"]) if "heir_id" in args else None
        usecases.delete_category(parts().database, owner(), category_id, heir_id=heir_id)


@blp.route("/categories/<int:category_id>/merge")
class CategoryMerge(MethodView):
    """One node into another."""

    @signed_in()
    @idempotent(idempotency_store)
    @blp.arguments(MergeOrder)
    @blp.response(200, MergedSchema)
    def post(self, body: Mapping[str, Any], category_id: int) -> Body:
        """Give rows, rules and children to another category and remove this one."""
        merged = usecases.merge_category(
            parts().database, owner(), category_id, int(body["into_id"])
        )
        return {"moved": merged.count, "last_seq": merged.last_seq}
