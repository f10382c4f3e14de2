"""Shapes of transactions: lists, filters, changes of one and of many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from ingest_service.api.schema_fields import AMOUNT, CURRENCY, DECIMAL, about, identifier, word
from ingest_service.domain.models import CATEGORY_SOURCES, DIRECTIONS
from ingest_service.domain.places import Box
from servicekit.schemas import Bounds, PageArgs, StrictSchema


class LocationSchema(StrictSchema):
    """Where it happened (WGS-84)."""

    lat = fields.Float(allow_none=True, load_default=None, validate=validate.Range(-90, 90))
    lon = fields.Float(allow_none=True, load_default=None, validate=validate.Range(-180, 180))
    text = fields.String(load_default="", validate=validate.Length(max=200))


class LinkSchema(StrictSchema):
    """A tie to another row."""

    id = fields.String()
    kind = fields.String()
    status = fields.String()
    expense_id = fields.String()
    amount = fields.String(metadata=DECIMAL)


class ExpenseSchema(StrictSchema):
    """One row."""

    id = fields.String()
    time = fields.String(metadata={"format": "date-time"})
    local_date = fields.String(metadata={"format": "date"})
    amount = fields.String(metadata=DECIMAL)
    refunded_amount = fields.String(metadata=DECIMAL)
    refunded = fields.String(metadata=DECIMAL)
    currency = fields.String()
    direction = fields.String(validate=validate.OneOf(DIRECTIONS))
    category_id = fields.String(allow_none=True)
    category_source = fields.String(validate=validate.OneOf(CATEGORY_SOURCES))
    category_confidence = fields.Float(allow_none=True)
    pending = fields.Boolean()
    stated_direction = fields.String()
    order_ref = fields.String()
    merchant = fields.String()
    location = fields.Nested(LocationSchema)
    note = fields.String()
    source = fields.String()
    account = fields.String()
    external_id = fields.String(allow_none=True)
    import_id = fields.String(allow_none=True)
    links = fields.List(fields.Nested(LinkSchema))
    created_at = fields.String(metadata={"format": "date-time"})


class ExpensePageSchema(StrictSchema):
    """One page of rows."""

    items = fields.List(fields.Nested(ExpenseSchema))
    next_cursor = fields.String(allow_none=True)


class ExpenseChange(StrictSchema):
    """What a person may correct."""

    amount = fields.String(validate=AMOUNT, metadata=DECIMAL)
    time = fields.DateTime(format="iso")
    currency = fields.String(validate=CURRENCY)
    direction = fields.String(validate=validate.OneOf(DIRECTIONS))
    category_id = identifier()
    merchant = fields.String(validate=validate.Length(max=200))
    location = fields.Nested(LocationSchema)
    note = fields.String(validate=validate.Length(max=2000))
    account = fields.String(validate=validate.Length(max=100))


class ExpenseEntry(ExpenseChange):
    """What a person enters."""

    amount = fields.String(required=True, validate=AMOUNT, metadata=DECIMAL)


class FilterArgs(StrictSchema):
    """The filters of lists and exports: the same rows as analytics counts with the same names."""

    from_ = fields.Date(data_key="from")
    to = fields.Date()
    category_id = fields.String(
        validate=validate.Regexp(r"^([0-9]{1,18}|none)$", error="Not an id."),
        metadata=about("a category with its subtree; none: rows without one"),
    )
    subtree = fields.Boolean(metadata=about("false: the category's own rows alone"))
    direction = fields.String(validate=validate.OneOf(DIRECTIONS))
    min_amount = fields.String(validate=AMOUNT, metadata=about("before refunds"))
    max_amount = fields.String(validate=AMOUNT, metadata=about("before refunds"))
    merchant = word("the merchant's whole name")
    place = word("the place's whole name")
    account = word("the paying account's whole name")
    q = word("words within merchant, note, place or account")
    source = fields.String(validate=validate.Length(min=1, max=50))
    import_id = identifier()
    currency = fields.String(validate=CURRENCY)
    category_source = fields.String(validate=validate.OneOf(CATEGORY_SOURCES))
    pending = fields.Boolean()
    id = identifier()
    external_id = word("the order number")
    hour = fields.Integer(validate=validate.Range(min=0, max=23))
    weekday = fields.Integer(validate=validate.Range(min=0, max=6), metadata=about("0: Monday"))
    month = fields.Integer(validate=validate.Range(min=1, max=12), metadata=about("of any year"))
    bbox = Bounds(Box)
    city = fields.String(
        validate=validate.Regexp(r"^([A-Z]{2}-[0-9]{1,12}|none|any)$", error="Not a city."),
        metadata=about(
            "a city's code, as heat maps give it; none: rows of no known city, any: of some"
        ),
    )
    located = fields.Boolean(metadata=about("whether the row has coordinates"))


_SORT = validate.OneOf(("time", "-time", "amount", "-amount"))


class ExpenseListArgs(FilterArgs, PageArgs):
    """Filters, order and page."""

    sort = fields.String(load_default="-time", validate=_SORT)


class PositionArgs(FilterArgs):
    """Filters, order and the size of a page."""

    sort = fields.String(load_default="-time", validate=_SORT)
    every = fields.Integer(load_default=500, validate=validate.Range(min=50, max=5000))


_SUMS = {"description": "a decimal string for each currency", "example": {"CNY": "12.50"}}


def _sums() -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.String(), metadata=_SUMS)


class CountSchema(StrictSchema):
    """How many rows there are and what they come to, by currency; net is less refunds."""

    count = fields.Integer()
    amount = _sums()
    refunded = _sums()
    net = _sums()
    net_by_direction = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.String())
    )
    last_seq = fields.Integer()


class PositionsSchema(StrictSchema):
    """The cursor of each page: the page of row k * every is cursors[k], null for the first."""

    count = fields.Integer()
    every = fields.Integer()
    cursors = fields.List(fields.String(allow_none=True))
    last_seq = fields.Integer()


class BulkChangesSchema(StrictSchema):
    """What many rows take over."""

    category_id = identifier()
    direction = fields.String(validate=validate.OneOf(DIRECTIONS))
    note = fields.String(validate=validate.Length(max=2000))
    merchant = fields.String(validate=validate.Length(max=200))


class BulkOrder(StrictSchema):
    """Rows by ids or by filter, and what becomes of them: changes, or delete."""

    ids = fields.List(identifier(), validate=validate.Length(min=1, max=10_000))
    filter = fields.Nested(FilterArgs)
    changes = fields.Nested(BulkChangesSchema)
    delete = fields.Boolean(load_default=False)

    @validates_schema
    def _one_of_each(self, data: Mapping[str, Any], **_options: Any) -> None:
        if ("ids" in data) == ("filter" in data):
            raise ValidationError("Give ids or filter.", "ids")
        if bool(data.get("changes")) == data["delete"]:
            raise ValidationError("Give changes or delete.", "changes")


class ChangedSchema(StrictSchema):
    """How many rows changed, and the last number of the change feed."""

    changed = fields.Integer()
    last_seq = fields.Integer()


class BulkSchema(ChangedSchema):
    """What a change of many rows did; deletion_id takes a deletion back."""

    deletion_id = fields.String(allow_none=True)


class DeletionSchema(StrictSchema):
    """Many rows that were deleted at once."""

    id = fields.String()
    rows = fields.Integer()
    created_at = fields.String()


class DeletionListSchema(StrictSchema):
    """Deletions that can be taken back, newest first."""

    items = fields.List(fields.Nested(DeletionSchema))
    next_cursor = fields.String(allow_none=True)
