"""/rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.views import MethodView

from ingest_service.api.context import idempotency_store, owner, parts
from ingest_service.api.representations import Body, changed_body, expense_body, rule_body
from ingest_service.api.schemas_expenses import ChangedSchema
from ingest_service.api.schemas_rules import (
    LearnOrder,
    LearntSchema,
    RuleApplyOrder,
    RuleChange,
    RuleEntry,
    RuleListSchema,
    RulePreviewOrder,
    RulePreviewSchema,
    RuleSchema,
)
from ingest_service.domain.models import Condition, NewRule
from ingest_service.domain.rules import checked_conditions
from ingest_service.usecases import rules as usecases
from servicekit.idempotency import idempotent
from servicekit.identity import signed_in
from servicekit.money import exponent
from servicekit.web import Blueprint

blp = Blueprint("rules", "rules", description="Which rows take which category")


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
        """Add a rule for the imports to come; /rules/apply takes it to the rows that are there."""
        new = NewRule(
            conditions=_conditions(body) or (),
            category_id=int(body["category_id"]),
            name=body["name"].strip(),
            enabled=body["enabled"],
            origin=body["origin"],
        )
        made = usecases.add_rule(
            parts().database, owner(), new, position=body.get("position"), now=parts().now()
        )
        return rule_body(made)


@blp.route("/rules/<int:rule_id>")
class RuleItem(MethodView):
    """One rule of the caller."""

    @signed_in()
    @blp.response(200, RuleSchema)
    def get(self, rule_id: int) -> Body:
        """The rule."""
        return rule_body(usecases.get_rule(parts().database, owner(), rule_id))

    @signed_in()
    @blp.arguments(RuleChange)
    @blp.response(200, RuleSchema)
    def patch(self, body: Mapping[str, Any], rule_id: int) -> Body:
        """Change the rule; position counts from 1, and the others make room."""
        values = {name: body[name] for name in ("name", "enabled", "position") if name in body}
        if "category_id" in body:
            values["category_id"] = int(body["category_id"])
        if "field" in body or "contains" in body:
            body = _with_short_form(body, rule_id)
        conditions = _conditions(body)
        if conditions is not None:
            values["conditions"] = conditions
        return rule_body(usecases.change_rule(parts().database, owner(), rule_id, values))

    @signed_in()
    @blp.response(204)
    def delete(self, rule_id: int) -> None:
        """Remove the rule; what it set stays."""
        usecases.delete_rule(parts().database, owner(), rule_id)


@blp.route("/rules/preview")
class RulePreview(MethodView):
    """A rule before it is one."""

    @signed_in()
    @blp.arguments(RulePreviewOrder)
    @blp.response(200, RulePreviewSchema)
    def post(self, body: Mapping[str, Any]) -> Body:
        """What the conditions find, and how many rows the category would change."""
        category_id = body["category_id"]
        preview = usecases.preview_rule(
            parts().database,
            owner(),
            checked_conditions(body["conditions"]),
            category_id=None if category_id is None else int(category_id),
            limit=body["limit"],
        )
        return {
            "matches": preview.matches,
            "would_change": preview.would_change,
            "items": [expense_body(item) for item in preview.items],
        }


@blp.route("/rules/apply")
class RuleApplication(MethodView):
    """Rules on the rows that are there."""

    @signed_in()
    @idempotent(idempotency_store)
    @blp.arguments(RuleApplyOrder)
    @blp.response(200, ChangedSchema)
    def post(self, body: Mapping[str, Any]) -> Body:
        """Let the first rule that holds set each row's category, in one transaction."""
        ids = body.get("rule_ids")
        changed = usecases.apply_rules(
            parts().database,
            owner(),
            rule_ids=None if ids is None else [int(id_) for id_ in ids],
            only_unset=body["only_unset"],
        )
        return changed_body(changed)


@blp.route("/rules/from-correction")
class RuleFromCorrection(MethodView):
    """A rule out of a corrected row."""

    @signed_in()
    @idempotent(idempotency_store)
    @blp.arguments(LearnOrder)
    @blp.response(201, LearntSchema)
    def post(self, body: Mapping[str, Any]) -> Body:
        """Learn the row's category for its merchant, and apply it where asked."""
        learnt = usecases.learn_rule(
            parts().database,
            owner(),
            int(body["expense_id"]),
            applies=body["apply"],
            exponent_of=exponent,
            now=parts().now(),
        )
        return {"rule": rule_body(learnt.rule), **changed_body(learnt.changed)}


def _conditions(body: Mapping[str, Any]) -> tuple[Condition, ...] | None:
    """The conditions of a body, in the long form or the short one; None where it has none."""
    if "conditions" in body:
        return checked_conditions(body["conditions"])
    if "contains" in body:
        short = {"field": body["field"], "op": "contains", "value": body["contains"]}
        return checked_conditions([short])
    return None


def _with_short_form(body: Mapping[str, Any], rule_id: int) -> Mapping[str, Any]:
    """The body with both halves of the short form, the missing one as it stands."""
    before = rule_body(usecases.get_rule(parts().database, owner(), rule_id))
    return {"field": before["field"], "contains": before["contains"], **body}
