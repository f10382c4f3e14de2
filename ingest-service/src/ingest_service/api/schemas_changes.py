"""Shapes of the change feed."""

from __future__ import annotations

from marshmallow import fields, validate

from servicekit.schemas import StrictSchema


class ChangeArgs(StrictSchema):
    """Where to go on in the feed and how many changes at most."""

    after = fields.Integer(load_default=0, validate=validate.Range(min=0))
    limit = fields.Integer(load_default=10_000, validate=validate.Range(min=1, max=1_000_000))


class ChangesSchema(StrictSchema):
    """A page of changes in columns."""

    epoch = fields.String()
    after = fields.Integer()
    next = fields.Integer()
    has_more = fields.Boolean()
    columns = fields.Dict(keys=fields.String(), values=fields.List(fields.Raw()))
    categories = fields.Dict(keys=fields.String(), values=fields.List(fields.Raw()))
    cities = fields.Dict(keys=fields.String(), values=fields.List(fields.Raw()))
