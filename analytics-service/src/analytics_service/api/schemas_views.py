"""Saved views as they are sent and answered."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from servicekit.schemas import StrictSchema

MAX_NAME = 60
MAX_KEYS = 30
MAX_KEY = 40
MAX_TEXT = 300
PAGES = ("analysis", "dashboard", "anomalies", "transactions", "forecast")


def _name(**options: Any) -> fields.String:
    checks = [validate.Length(min=1, max=MAX_NAME), validate.Regexp(r"^\S(.*\S)?$")]
    return fields.String(validate=checks, metadata={"example": "每月外卖"}, **options)


def _query(**options: Any) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.Length(min=1, max=MAX_KEY)),
        values=fields.String(validate=validate.Length(max=MAX_TEXT)),
        validate=validate.Length(max=MAX_KEYS),
        metadata={"description": "the query of the page's address"},
        **options,
    )


class NewViewSchema(StrictSchema):
    """A view to keep."""

    name = _name(required=True)
    page = fields.String(required=True, validate=validate.OneOf(PAGES))
    query = _query(required=True)


class ViewChangeSchema(StrictSchema):
    """What of a view is to be another."""

    name = _name()
    page = fields.String(validate=validate.OneOf(PAGES))
    query = _query()

    @validates_schema
    def _says_something(self, data: Mapping[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Send a name, a page or a query.")


class ViewSchema(Schema):
    """A saved view."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    page = fields.String(required=True)
    query = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    created_at = fields.String(required=True)
    updated_at = fields.String(required=True)


class ViewsSchema(Schema):
    """All views of the caller."""

    items = fields.List(fields.Nested(ViewSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
