"""Shapes of the category tree."""

from __future__ import annotations

from marshmallow import fields, validate

from ingest_service.api.schema_fields import about, identifier
from servicekit.schemas import StrictSchema


class CategorySchema(StrictSchema):
    """One node of the tree; position counts from 1 among its siblings."""

    id = fields.String()
    name = fields.String()
    parent_id = fields.String(allow_none=True)
    code = fields.String(allow_none=True)
    path = fields.String()
    depth = fields.Integer()
    position = fields.Integer()


class CategoryListSchema(StrictSchema):
    """The tree, parents before children."""

    items = fields.List(fields.Nested(CategorySchema))
    next_cursor = fields.String(allow_none=True)


# A slash separates the names of a path in files.
_NAME = validate.And(validate.Length(min=1, max=60), validate.Regexp(r"^[^/\t\r\n]+$"))


class CategoryEntry(StrictSchema):
    """A new node."""

    name = fields.String(required=True, validate=_NAME)
    parent_id = identifier(allow_none=True, load_default=None)
    code = fields.String(
        allow_none=True, load_default=None, validate=validate.Regexp(r"^[a-z][a-z0-9_.]{0,59}$")
    )


class CategoryChange(StrictSchema):
    """A new name, parent or place among the siblings (from 1)."""

    name = fields.String(validate=_NAME)
    parent_id = identifier(allow_none=True)
    position = fields.Integer(validate=validate.Range(min=1, max=10_000))


class HeirArgs(StrictSchema):
    """Who takes over rows and rules."""

    heir_id = identifier(metadata=about("its parent, else the category `other`, where left out"))


class MergeOrder(StrictSchema):
    """The category that takes everything over."""

    into_id = identifier(required=True)


class MergedSchema(StrictSchema):
    """How many rows moved, and the last number of the change feed."""

    moved = fields.Integer()
    last_seq = fields.Integer()
