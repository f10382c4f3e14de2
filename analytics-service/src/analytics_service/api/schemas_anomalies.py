"""The queries, answers and verdicts of the anomalies as the OpenAPI document describes them."""

from marshmallow import Schema, fields, validate

from analytics_service.api.schemas import AnswerSchema, FilterArgs
from analytics_service.domain.anomalies import DAY, LEVELS, SCOPES, SHOWN, VERDICTS
from servicekit.schemas import StrictSchema

ROWS = {"description": "the query that yields exactly these rows in GET /expenses"}
METHOD = {"description": "fused (days only), robust, 3sigma or isolation-forest"}
_NAME = validate.Length(min=1, max=40)


class AnomalyArgs(FilterArgs):
    """The query of the anomalies."""

    scope = fields.String(load_default=DAY, validate=validate.OneOf(SCOPES))
    method = fields.String(load_default=None, validate=_NAME, metadata=METHOD)
    level = fields.String(load_default=LEVELS[0], validate=validate.OneOf(LEVELS))
    shown = fields.String(
        load_default=SHOWN[0],
        validate=validate.OneOf(SHOWN),
        metadata={"description": "silenced: those whose pattern was called normal"},
    )


class VerdictSchema(StrictSchema):
    """What the caller says about an anomaly; `method`: by which it was found."""

    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    method = fields.String(load_default=None, validate=_NAME)


class ExpectedSchema(Schema):
    """Between what and what an amount was to be expected."""

    lower = fields.Float(required=True)
    upper = fields.Float(required=True)


class ReasonSchema(Schema):
    """Why it stands out: a code that clients have words for, and its figures."""

    code = fields.String(required=True)
    params = fields.Dict(keys=fields.String(), required=True)


class AnomalySchema(Schema):
    """A day, a run of days that ends with it, or a purchase that stands out."""

    id = fields.String(required=True)
    date = fields.String(required=True)
    expense_id = fields.String(required=True, allow_none=True)
    amount = fields.Float(required=True)
    expected = fields.Nested(ExpectedSchema, required=True)
    score = fields.Float(required=True)
    level = fields.String(required=True)
    reason = fields.Nested(ReasonSchema, required=True)
    feedback = fields.String(required=True, allow_none=True)
    filter = fields.Dict(keys=fields.String(), values=fields.String(), metadata=ROWS)


class FeedbackSchema(Schema):
    """The caller's verdicts so far; precision is the share of confirmed ones."""

    normal = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    precision = fields.Float(required=True, allow_none=True)


class NeededSchema(Schema):
    """How much history there must be before anything is said."""

    days = fields.Integer(required=True)
    spending_days = fields.Integer(required=True)
    purchases = fields.Integer(required=True)


class AnomaliesSchema(AnswerSchema):
    """What stands out, the latest first; `count` in all, items at most 200.

    `as_of_seq` is the last change that was judged. `thresholds`: p-values (at most) for fused,
    robust days and isolation-forest, scores (at least) for purchases and 3sigma.
    """

    scope = fields.String(required=True)
    method = fields.String(required=True)
    level = fields.String(required=True)
    shown = fields.String(required=True)
    items = fields.List(fields.Nested(AnomalySchema), required=True)
    count = fields.Integer(required=True)
    thresholds = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    history_days = fields.Integer(required=True)
    enough_history = fields.Boolean(required=True)
    needed = fields.Nested(NeededSchema, required=True)
    feedback = fields.Nested(FeedbackSchema, required=True)
