"""The answer of the spending levels as the OpenAPI document describes it."""

from marshmallow import Schema, fields

from analytics_service.api.schemas import AnswerSchema, FigureSchema, TotalsSchema


class LevelPointSchema(FigureSchema):
    """A merchant or category; frequency: purchases a month."""

    key = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    code = fields.String(required=True, allow_none=True)
    category_id = fields.String(required=True, allow_none=True)
    frequency = fields.Float(required=True)
    average = fields.Float(required=True)
    cluster = fields.Integer(required=True)


class CentreSchema(Schema):
    """The middle of a group."""

    frequency = fields.Float(required=True)
    average = fields.Float(required=True)


class LevelGroupSchema(Schema):
    """A group: its label is a rhythm and a size, such as weekly-small, or `all`."""

    cluster = fields.Integer(required=True)
    label = fields.String(required=True)
    centre = fields.Nested(CentreSchema, required=True)
    size = fields.Integer(required=True)
    amount = fields.Float(required=True)
    count = fields.Integer(required=True)


class ScatterSchema(AnswerSchema, TotalsSchema):
    """Spending levels; total and count are those of the points, `left_out` points too many."""

    by = fields.String(required=True)
    months = fields.Float(required=True)
    left_out = fields.Integer(required=True)
    silhouette = fields.Float(required=True, allow_none=True)
    items = fields.List(fields.Nested(LevelPointSchema), required=True)
    clusters = fields.List(fields.Nested(LevelGroupSchema), required=True)
