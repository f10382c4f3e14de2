"""Shapes of rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from ingest_service.api.schema_fields import identifier
from ingest_service.api.schemas_expenses import ChangedSchema, ExpenseSchema
from ingest_service.domain.rules import FIELDS as RULE_FIELDS
from ingest_service.domain.rules import OPS as RULE_OPS
from servicekit.schemas import StrictSchema


class ConditionSchema(StrictSchema):
    """One test of a row; value is a text, a number, a decimal string for amounts; a list for in."""

    field = fields.String(required=True, validate=validate.OneOf(RULE_FIELDS))
    op = fields.String(required=True, validate=validate.OneOf(RULE_OPS))
    value = fields.Raw(required=True)


class SuggestedRuleSchema(StrictSchema):
    """A rule that a correction suggests; matches counts the other rows that it would change."""

    conditions = fields.List(fields.Nested(ConditionSchema))
    category_id = fields.String()
    matches = fields.Integer()


class CorrectedSchema(ExpenseSchema):
    """The corrected row, and what may be learnt from it."""

    suggested_rule = fields.Nested(SuggestedRuleSchema, allow_none=True)


class RuleSchema(StrictSchema):
    """One rule; all conditions must hold. field and contains repeat the first condition."""

    id = fields.String()
    name = fields.String()
    conditions = fields.List(fields.Nested(ConditionSchema))
    field = fields.String()
    contains = fields.String()
    category_id = fields.String()
    position = fields.Integer()
    enabled = fields.Boolean()
    origin = fields.String(validate=validate.OneOf(("user", "learnt")))
    created_at = fields.String(metadata={"format": "date-time"})


class RuleListSchema(StrictSchema):
    """The rules in the order in which they are tried."""

    items = fields.List(fields.Nested(RuleSchema))
    next_cursor = fields.String(allow_none=True)


_SHORT_FIELD = validate.OneOf(("merchant", "note", "keywords", "any"))


class RuleEntry(StrictSchema):
    """A new rule: its conditions, or in short a field and a text that it contains."""

    name = fields.String(load_default="", validate=validate.Length(max=100))
    conditions = fields.List(fields.Nested(ConditionSchema))
    field = fields.String(validate=_SHORT_FIELD)
    contains = fields.String(validate=validate.Length(min=1, max=200))
    category_id = identifier(required=True)
    position = fields.Integer(validate=validate.Range(min=1, max=1_000_000))
    enabled = fields.Boolean(load_default=True)
    origin = fields.String(load_default="user", validate=validate.OneOf(("user", "learnt")))

    @validates_schema
    def _long_or_short(self, data: Mapping[str, Any], **_options: Any) -> None:
        short = ("field" in data) + ("contains" in data)
        if short not in ((0,) if "conditions" in data else (2,)):
            raise ValidationError("Give conditions, or field and contains.", "conditions")


class RuleChange(StrictSchema):
    """What may change of a rule; field and contains replace all conditions by one."""

    name = fields.String(validate=validate.Length(max=100))
    conditions = fields.List(fields.Nested(ConditionSchema))
    field = fields.String(validate=_SHORT_FIELD)
    contains = fields.String(validate=validate.Length(min=1, max=200))
    category_id = identifier()
    position = fields.Integer(validate=validate.Range(min=1, max=1_000_000))
    enabled = fields.Boolean()


class RulePreviewOrder(StrictSchema):
    """Conditions to try out, and the category that they would give."""

    conditions = fields.List(fields.Nested(ConditionSchema), required=True)
    category_id = identifier(allow_none=True, load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(min=0, max=100))


class RulePreviewSchema(StrictSchema):
    """How many rows hold the conditions, how many would change, and the newest of them."""

    matches = fields.Integer()
    would_change = fields.Integer()
    items = fields.List(fields.Nested(ExpenseSchema))


class RuleApplyOrder(StrictSchema):
    """Which rules (all where left out), and whether rows set by a person or a file stay."""

    rule_ids = fields.List(identifier(), validate=validate.Length(min=1, max=500))
    only_unset = fields.Boolean(load_default=True)


class LearnOrder(StrictSchema):
    """The corrected row, and whether the rule is applied at once."""

    expense_id = identifier(required=True)
    apply = fields.Boolean(load_default=False)


class LearntSchema(ChangedSchema):
    """The rule that was learnt, and what applying it changed."""

    rule = fields.Nested(RuleSchema)
