"""Shapes of requests and answers, for checking and for the OpenAPI document."""

from __future__ import annotations

from marshmallow import fields, validate

from ingest_service.domain.models import DIRECTIONS
from servicekit.schemas import PageArgs, StrictSchema

_ID = validate.Regexp(r"^[0-9]{1,18}$", error="Not an id.")
_AMOUNT = validate.Regexp(r"^[0-9]{1,14}(\.[0-9]{1,6})?$", error='Write the amount like "12.50".')
_CURRENCY = validate.Regexp(r"^[A-Z]{3}$", error="Not an ISO 4217 code.")
_DECIMAL = {"type": "string", "format": "decimal", "example": "12.50"}


def _id(**options: object) -> fields.String:
    return fields.String(validate=_ID, **options)  # type: ignore[arg-type] # marshmallow's own


class LocationSchema(StrictSchema):
    """Where it happened (WGS-84)."""

    lat = fields.Float(allow_none=True, load_default=None, validate=validate.Range(-90, 90))
    lon = fields.Float(allow_none=True, load_default=None, validate=validate.Range(-180, 180))
    text = fields.String(load_default="", validate=validate.Length(max=200))


class LinkSchema(StrictSchema):
    """A tie to another row."""

    kind = fields.String()
    expense_id = fields.String()
    amount = fields.String(metadata=_DECIMAL)


class ExpenseSchema(StrictSchema):
    """One row."""

    id = fields.String()
    time = fields.String(metadata={"format": "date-time"})
    local_date = fields.String(metadata={"format": "date"})
    amount = fields.String(metadata=_DECIMAL)
    refunded_amount = fields.String(metadata=_DECIMAL)
    currency = fields.String()
    direction = fields.String(validate=validate.OneOf(DIRECTIONS))
    category_id = fields.String(allow_none=True)
    category_source = fields.String()
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

    amount = fields.String(validate=_AMOUNT, metadata=_DECIMAL)
    time = fields.DateTime(format="iso")
    currency = fields.String(validate=_CURRENCY)
    direction = fields.String(validate=validate.OneOf(DIRECTIONS))
    category_id = _id()
    merchant = fields.String(validate=validate.Length(max=200))
    location = fields.Nested(LocationSchema)
    note = fields.String(validate=validate.Length(max=2000))
    account = fields.String(validate=validate.Length(max=100))


class ExpenseEntry(ExpenseChange):
    """What a person enters."""

    amount = fields.String(required=True, validate=_AMOUNT, metadata=_DECIMAL)


class FilterArgs(StrictSchema):
    """The filters of lists and exports."""

    from_ = fields.Date(data_key="from")
    to = fields.Date()
    category_id = _id()
    direction = fields.String(validate=validate.OneOf(DIRECTIONS))
    min_amount = fields.String(validate=_AMOUNT)
    max_amount = fields.String(validate=_AMOUNT)
    merchant = fields.String(validate=validate.Length(min=1, max=200))
    q = fields.String(validate=validate.Length(min=1, max=200))
    source = fields.String(validate=validate.Length(min=1, max=50))
    import_id = _id()


class ExpenseListArgs(FilterArgs, PageArgs):
    """Filters, order and page."""

    sort = fields.String(
        load_default="-time", validate=validate.OneOf(("time", "-time", "amount", "-amount"))
    )


class ExportArgs(FilterArgs):
    """Filters and the kind of file."""

    format = fields.String(load_default="csv", validate=validate.OneOf(("csv", "xlsx")))
    kind = fields.String(load_default="expenses", validate=validate.OneOf(("expenses",)))


class CategorySchema(StrictSchema):
    """One node of the tree."""

    id = fields.String()
    name = fields.String()
    parent_id = fields.String(allow_none=True)
    code = fields.String(allow_none=True)
    path = fields.String()
    depth = fields.Integer()


class CategoryListSchema(StrictSchema):
    """The tree, parents before children."""

    items = fields.List(fields.Nested(CategorySchema))
    next_cursor = fields.String(allow_none=True)


# A slash separates the names of a path in files.
_NAME = validate.And(validate.Length(min=1, max=60), validate.Regexp(r"^[^/\t\r\n]+$"))


class CategoryEntry(StrictSchema):
    """A new node."""

    name = fields.String(required=True, validate=_NAME)
    parent_id = _id(allow_none=True, load_default=None)
    code = fields.String(
        allow_none=True, load_default=None, validate=validate.Regexp(r"^[a-z][a-z0-9_.]{0,59}$")
    )


class CategoryChange(StrictSchema):
    """A new name or place."""

    name = fields.String(validate=_NAME)
    parent_id = _id(allow_none=True)


class RuleSchema(StrictSchema):
    """One rule."""

    id = fields.String()
    field = fields.String()
    contains = fields.String()
    category_id = fields.String()
    position = fields.Integer()
    created_at = fields.String(metadata={"format": "date-time"})


class RuleListSchema(StrictSchema):
    """The rules in the order in which they are tried."""

    items = fields.List(fields.Nested(RuleSchema))
    next_cursor = fields.String(allow_none=True)


_RULE_FIELD = validate.OneOf(("merchant", "note", "keywords", "any"))


class RuleEntry(StrictSchema):
    """A new rule: a row whose field holds the text takes the category."""

    field = fields.String(required=True, validate=_RULE_FIELD)
    contains = fields.String(required=True, validate=validate.Length(min=1, max=200))
    category_id = _id(required=True)


class RuleChange(StrictSchema):
    """What may change of a rule."""

    field = fields.String(validate=_RULE_FIELD)
    contains = fields.String(validate=validate.Length(min=1, max=200))
    category_id = _id()
    position = fields.Integer(validate=validate.Range(min=0, max=1_000_000))


class UploadForm(StrictSchema):
    """What the sender may say about a statement; the file itself is the part named file."""

    file = fields.Raw(metadata={"type": "string", "format": "binary"})
    profile = fields.String(validate=validate.Length(max=50))
    # Taken for statements in encrypted archives; never stored.
    password = fields.String(load_only=True, validate=validate.Length(max=200))
    time_zone = fields.String(validate=validate.Length(max=64))
    dry_run = fields.Boolean(load_default=False)
    force = fields.Boolean(load_default=False)


class ProgressSchema(StrictSchema):
    """How far the work has come."""

    done = fields.Integer()
    total = fields.Integer()
    stage = fields.String()


class ImportErrorSchema(StrictSchema):
    """Why the whole file failed."""

    code = fields.String()
    detail = fields.String()


class AcceptedSchema(StrictSchema):
    """Work that was queued."""

    id = fields.String()
    status = fields.String()
    location = fields.String()


class ImportSchema(StrictSchema):
    """One import."""

    id = fields.String()
    filename = fields.String()
    profile = fields.String(allow_none=True)
    status = fields.String()
    rows_total = fields.Integer()
    rows_success = fields.Integer()
    rows_failed = fields.Integer()
    rows_duplicate = fields.Integer()
    rows_ignored = fields.Integer()
    progress = fields.Nested(ProgressSchema)
    last_seq = fields.Integer(allow_none=True)
    error = fields.Nested(ImportErrorSchema, allow_none=True)
    error_report_url = fields.String(allow_none=True)
    time_zone = fields.String()
    dry_run = fields.Boolean()
    size_bytes = fields.Integer()
    created_at = fields.String(metadata={"format": "date-time"})
    finished_at = fields.String(allow_none=True, metadata={"format": "date-time"})


class DuplicateFileSchema(ImportSchema):
    """The earlier import of the same bytes; its status reads duplicate_file."""

    location = fields.String()


class ImportPageSchema(StrictSchema):
    """One page of imports."""

    items = fields.List(fields.Nested(ImportSchema))
    next_cursor = fields.String(allow_none=True)


class RowErrorSchema(StrictSchema):
    """Why one row was not stored."""

    row = fields.Integer()
    field = fields.String(allow_none=True)
    code = fields.String()
    detail = fields.String()
    raw = fields.String()
    sheet = fields.String(allow_none=True)


class RowErrorPageSchema(StrictSchema):
    """One page of row errors."""

    items = fields.List(fields.Nested(RowErrorSchema))
    next_cursor = fields.String(allow_none=True)


class ProfileSchema(StrictSchema):
    """One kind of statement."""

    id = fields.String()
    name = fields.String()
    formats = fields.List(fields.String())


class ProfileListSchema(StrictSchema):
    """All kinds of statements."""

    items = fields.List(fields.Nested(ProfileSchema))
    next_cursor = fields.String(allow_none=True)


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
