"""The query and the answer of the insights as the OpenAPI document describes them."""

from marshmallow import Schema, fields, validate

from analytics_service.api.schemas import QUERY, AnswerSchema, FilterArgs, TotalsSchema

MAX_INSIGHTS = 20
_MONEY = {"description": "in major units; absent where nothing is usual"}


class InsightArgs(FilterArgs):
    """The query of the insights."""

    limit = fields.Integer(load_default=5, validate=validate.Range(min=1, max=MAX_INSIGHTS))


def _filter() -> fields.Dict:
    return fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, allow_none=True, metadata=QUERY
    )


def _money() -> fields.Float:
    return fields.Float(required=True, allow_none=True, metadata=_MONEY)


class InsightPartSchema(Schema):
    """A piece of an insight; `change` of all pieces sums to the insight's, and so do the others.

    The pieces of kind `effect` (`frequency`, `price`) have a change alone, those of kind `rest` no
    query.
    """

    kind = fields.String(
        required=True,
        metadata={"enum": ["merchant", "category", "weekday", "hour", "expense", "effect", "rest"]},
    )
    key = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    amount = _money()
    count = fields.Integer(required=True, allow_none=True)
    usual = _money()
    change = _money()
    filter = _filter()


class DaysSchema(Schema):
    """Days, half open."""

    start = fields.String(data_key="from", required=True)
    end = fields.String(data_key="to", required=True)


class MonthSchema(DaysSchema):
    """The month that is told; not `complete` while it goes on, or its last days are not known."""

    month = fields.String(required=True)
    complete = fields.Boolean(required=True)


class InsightSchema(Schema):
    """One sentence: a code, the figures that it names, and what they are made up of."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    importance = fields.Float(
        required=True,
        metadata={"description": "the money at stake by the month's usual cost, at most 1"},
    )
    amount = fields.Float(required=True)
    count = fields.Integer(required=True)
    usual = _money()
    change = _money()
    params = fields.Dict(keys=fields.String(), required=True)
    parts = fields.List(fields.Nested(InsightPartSchema), required=True)
    filter = _filter()
    period = fields.Nested(DaysSchema, required=True)


class InsightsSchema(AnswerSchema, TotalsSchema):
    """What stands out in the last month of the range, the weightiest first (docs/insights.md)."""

    period = fields.Nested(MonthSchema, required=True, allow_none=True)
    months = fields.Integer(
        required=True, metadata={"description": "how many months before it are compared with"}
    )
    usual = _money()
    items = fields.List(fields.Nested(InsightSchema), required=True)
