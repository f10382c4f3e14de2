"""Shapes of requests and answers, for checking and for the OpenAPI document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from ingest_service.domain.export_lists import LISTS
from ingest_service.domain.models import CATEGORY_SOURCES, DIRECTIONS
from ingest_service.domain.places import Box
from ingest_service.domain.rules import FIELDS as RULE_FIELDS
from ingest_service.domain.rules import OPS as RULE_OPS
from ingest_service.usecases.export import FORMATS
from servicekit.schemas import Bounds, PageArgs, StrictSchema

_ID = validate.Regexp(r"^[0-9]{1,18}$", error="Not an id.")
_AMOUNT = validate.Regexp(r"^[0-9]{1,14}(\.[0-9]{1,6})?$", error='Write the amount like "12.50".')
_CURRENCY = validate.Regexp(r"^[A-Z]{3}$", error="Not an ISO 4217 code.")
_DECIMAL = {"type": "string", "format": "decimal", "example": "12.50"}


def _id(**options: object) -> fields.String:
    return fields.String(validate=_ID, **options)  # type: ignore[arg-type] # marshmallow's own


def _about(text: str) -> dict[str, str]:
    return {"description": text}


def _word(text: str) -> fields.String:
    return fields.String(validate=validate.Length(min=1, max=200), metadata=_about(text))


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
    amount = fields.String(metadata=_DECIMAL)


class ExpenseSchema(StrictSchema):
    """One row."""

    id = fields.String()
    time = fields.String(metadata={"format": "date-time"})
    local_date = fields.String(metadata={"format": "date"})
    amount = fields.String(metadata=_DECIMAL)
    refunded_amount = fields.String(metadata=_DECIMAL)
    refunded = fields.String(metadata=_DECIMAL)
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


class FilterArgs(StrictSchema):
    """The filters of lists and exports: the same rows as analytics counts with the same names."""

    from_ = fields.Date(data_key="from")
    to = fields.Date()
    category_id = fields.String(
        validate=validate.Regexp(r"^([0-9]{1,18}|none)$", error="Not an id."),
        metadata=_about("a category with its subtree; none: rows without one"),
    )
    subtree = fields.Boolean(metadata=_about("false: the category's own rows alone"))
    direction = fields.String(validate=validate.OneOf(DIRECTIONS))
    min_amount = fields.String(validate=_AMOUNT, metadata=_about("before refunds"))
    max_amount = fields.String(validate=_AMOUNT, metadata=_about("before refunds"))
    merchant = _word("the merchant's whole name")
    place = _word("the place's whole name")
    account = _word("the paying account's whole name")
    q = _word("words within merchant, note, place or account")
    source = fields.String(validate=validate.Length(min=1, max=50))
    import_id = _id()
    currency = fields.String(validate=_CURRENCY)
    category_source = fields.String(validate=validate.OneOf(CATEGORY_SOURCES))
    pending = fields.Boolean()
    id = _id()
    external_id = _word("the order number")
    hour = fields.Integer(validate=validate.Range(min=0, max=23))
    weekday = fields.Integer(validate=validate.Range(min=0, max=6), metadata=_about("0: Monday"))
    month = fields.Integer(validate=validate.Range(min=1, max=12), metadata=_about("of any year"))
    bbox = Bounds(Box)
    city = fields.String(
        validate=validate.Regexp(r"^([A-Z]{2}-[0-9]{1,12}|none|any)$", error="Not a city."),
        metadata=_about(
            "a city's code, as heat maps give it; none: rows of no known city, any: of some"
        ),
    )
    located = fields.Boolean(metadata=_about("whether the row has coordinates"))


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

    category_id = _id()
    direction = fields.String(validate=validate.OneOf(DIRECTIONS))
    note = fields.String(validate=validate.Length(max=2000))
    merchant = fields.String(validate=validate.Length(max=200))


class BulkOrder(StrictSchema):
    """Rows by ids or by filter, and what becomes of them: changes, or delete."""

    ids = fields.List(_id(), validate=validate.Length(min=1, max=10_000))
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


class ExportArgs(FilterArgs):
    """Filters, the kind of file, and the language of its headers and words."""

    format = fields.String(
        load_default="csv",
        validate=validate.OneOf(FORMATS),
        metadata=_about("ndjson: one JSON object a line, the same in every language"),
    )
    kind = fields.String(load_default="expenses", validate=validate.OneOf(("expenses", *LISTS)))
    lang = fields.String(
        validate=validate.OneOf(("zh-CN", "en")),
        metadata=_about("of headers and words; by default the caller's own"),
    )
    link = fields.Boolean(
        load_default=False, metadata=_about("true: a signed link to the file instead of the file")
    )


class ExportLinkSchema(StrictSchema):
    """Where the file can be had without signing in, and until when."""

    url = fields.String()
    expires_at = fields.String(metadata={"format": "date-time"})


class DownloadArgs(StrictSchema):
    """The signature of a link."""

    token = fields.String(required=True, validate=validate.Length(max=8000))


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
    parent_id = _id(allow_none=True, load_default=None)
    code = fields.String(
        allow_none=True, load_default=None, validate=validate.Regexp(r"^[a-z][a-z0-9_.]{0,59}$")
    )


class CategoryChange(StrictSchema):
    """A new name, parent or place among the siblings (from 1)."""

    name = fields.String(validate=_NAME)
    parent_id = _id(allow_none=True)
    position = fields.Integer(validate=validate.Range(min=1, max=10_000))


class HeirArgs(StrictSchema):
    """Who takes over rows and rules."""

    heir_id = _id(metadata=_about("its parent, else the category `other`, where left out"))


class MergeOrder(StrictSchema):
    """The category that takes everything over."""

    into_id = _id(required=True)


class MergedSchema(StrictSchema):
    """How many rows moved, and the last number of the change feed."""

    moved = fields.Integer()
    last_seq = fields.Integer()


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
    category_id = _id(required=True)
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
    category_id = _id()
    position = fields.Integer(validate=validate.Range(min=1, max=1_000_000))
    enabled = fields.Boolean()


class RulePreviewOrder(StrictSchema):
    """Conditions to try out, and the category that they would give."""

    conditions = fields.List(fields.Nested(ConditionSchema), required=True)
    category_id = _id(allow_none=True, load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(min=0, max=100))


class RulePreviewSchema(StrictSchema):
    """How many rows hold the conditions, how many would change, and the newest of them."""

    matches = fields.Integer()
    would_change = fields.Integer()
    items = fields.List(fields.Nested(ExpenseSchema))


class RuleApplyOrder(StrictSchema):
    """Which rules (all where left out), and whether rows set by a person or a file stay."""

    rule_ids = fields.List(_id(), validate=validate.Length(min=1, max=500))
    only_unset = fields.Boolean(load_default=True)


class LearnOrder(StrictSchema):
    """The corrected row, and whether the rule is applied at once."""

    expense_id = _id(required=True)
    apply = fields.Boolean(load_default=False)


class LearntSchema(ChangedSchema):
    """The rule that was learnt, and what applying it changed."""

    rule = fields.Nested(RuleSchema)


class UploadForm(StrictSchema):
    """What the sender may say about a statement; the file itself is the part named file."""

    file = fields.Raw(metadata={"type": "string", "format": "binary"})
    profile = fields.String(validate=validate.Length(max=50))
    # Taken for statements in encrypted archives; never stored.
    password = fields.String(load_only=True, validate=validate.Length(max=200))
    time_zone = fields.String(validate=validate.Length(max=64))
    dry_run = fields.Boolean(load_default=False)
    force = fields.Boolean(load_default=False)
    mapping = fields.String(
        validate=validate.Length(max=20_000),
        metadata=_about("JSON, as in POST /data/imports/ID/mapping: what the columns mean."),
    )
    # The import whose failed rows this repair file brings again.
    repair_of = _id()


class UnlockEntry(StrictSchema):
    """What opens an encrypted archive; never stored."""

    password = fields.String(
        required=True, load_only=True, validate=validate.Length(min=1, max=200)
    )


class ProgressSchema(StrictSchema):
    """How far the work has come."""

    done = fields.Integer()
    total = fields.Integer()
    stage = fields.String()


class ImportErrorSchema(StrictSchema):
    """Why the whole file failed; params is what the sentence of the code tells."""

    code = fields.String()
    detail = fields.String()
    params = fields.Dict(keys=fields.String())


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
    # Of rows_duplicate: known rows that this file changed.
    rows_updated = fields.Integer()
    repair_of = fields.String(allow_none=True)
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
    suggestion = fields.String(allow_none=True)
    raw = fields.String()
    sheet = fields.String(allow_none=True)
    kind = fields.String(validate=validate.OneOf(("error", "ignored")))


class RowErrorArgs(PageArgs):
    """A page of one kind of row errors, or of all."""

    kind = fields.String(validate=validate.OneOf(("error", "ignored")))


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
    cities = fields.Dict(keys=fields.String(), values=fields.List(fields.Raw()))
