"""Shapes of what the category model is asked and answers."""

from __future__ import annotations

from marshmallow import fields, validate

from servicekit.schemas import StrictSchema

_ID = validate.Regexp(r"^[0-9]{1,18}$", error="Not an id.")
_MOST_ROWS = 100
_STATUSES = ("queued", "running", "succeeded", "failed")


class ClassifyOrder(StrictSchema):
    """Whether the rows are only counted."""

    dry_run = fields.Boolean(load_default=False)


class ClassificationSchema(StrictSchema):
    """Work of the model: of open_rows (by default or guessed) it gives decided another category."""

    id = fields.String()
    status = fields.String(validate=validate.OneOf(_STATUSES))
    dry_run = fields.Boolean()
    open_rows = fields.Integer()
    decided = fields.Integer()
    last_seq = fields.Integer()
    location = fields.String()


class SuggestionOrder(StrictSchema):
    """The rows that are asked about."""

    ids = fields.List(
        fields.String(validate=_ID),
        required=True,
        validate=validate.Length(min=1, max=_MOST_ROWS),
    )


class CategorySuggestionSchema(StrictSchema):
    """What a row might be, and how sure the model is."""

    expense_id = fields.String()
    category_id = fields.String()
    confidence = fields.Float()


class SuggestionListSchema(StrictSchema):
    """What the rows might be of which the model has an idea."""

    items = fields.List(fields.Nested(CategorySuggestionSchema))
    next_cursor = fields.String(allow_none=True)
