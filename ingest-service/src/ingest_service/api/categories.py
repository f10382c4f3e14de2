"""/categories and /rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.views import MethodView

from ingest_service.api.context import idempotency_store, owner, parts
from ingest_service.api.representations import Body, category_body, rule_body
from ingest_service.api.schemas import (
    CategoryChange,
    CategoryEntry,
    CategoryListSchema,
    CategorySchema,
    RuleChange,
    RuleEntry,
    RuleListSchema,
    RuleSchema,
)
from ingest_service.usecases import categories as usecases
from servicekit.idempotency import idempotent
from servicekit.identity import signed_in
from servicekit.web import Blueprint

blp = Blueprint("categories", "categories", description="The category tree and its rules")
_IDS = ("parent_id", "category_id")


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
        values = _numbers(body)
        return category_body(
            usecases.add_category(
                parts().database,
                owner(),
                name=values["name"].strip(),
                parent_id=values["parent_id"],
                code=values["code"],
            )
        )


@blp.route("/categories/<int:category_id>")
class CategoryItem(MethodView):
    """One node of the caller's tree."""

    @signed_in()
    @blp.arguments(CategoryChange)
    @blp.response(200, CategorySchema)
    def patch(self, body: Mapping[str, Any], category_id: int) -> Body:
        """Rename or move the node."""
        changed = usecases.change_category(parts().database, owner(), category_id, _numbers(body))
        return category_body(changed)

    @signed_in()
    @blp.response(204)
    def delete(self, category_id: int) -> None:
        """Remove the node; its rows go to its parent, else to the category `other`."""
        usecases.delete_category(parts().database, owner(), category_id)


@blp.route("/rules")
class RuleList(MethodView):
    """The caller's rules."""

    @signed_in()
    @blp.response(200, RuleListSchema)
    def get(self) -> Body:
        """The rules in the order in which they are tried, before the shipped ones."""
        rules = usecases.list_rules(parts().database, owner())
        return {"items": [rule_body(rule) for rule in rules], "next_cursor": None}

    @signed_in()
    @idempotent(idempotency_store)
    @blp.arguments(RuleEntry)
    @blp.response(201, RuleSchema)
    def post(self, body: Mapping[str, Any]) -> Body:
        """Add a rule for the imports to come."""
        made = usecases.add_rule(
            parts().database,
            owner(),
            field=body["field"],
            contains=body["contains"],
            category_id=int(body["category_id"]),
            now=parts().now(),
        )
        return rule_body(made)


@blp.route("/rules/<int:rule_id>")
class RuleItem(MethodView):
    """One rule of the caller."""

    @signed_in()
    @blp.arguments(RuleChange)
    @blp.response(200, RuleSchema)
    def patch(self, body: Mapping[str, Any], rule_id: int) -> Body:
        """Change the rule."""
        changed = usecases.change_rule(parts().database, owner(), rule_id, _numbers(body))
        return rule_body(changed)

    @signed_in()
    @blp.response(204)
    def delete(self, rule_id: int) -> None:
        """Remove the rule."""
        usecases.delete_rule(parts().database, owner(), rule_id)


def _numbers(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with ids as numbers."""
    return {
        name: int(value) if name in _IDS and value is not None else value
        for name, value in body.items()
    }
