"""Shapes of mappings: what the columns of an unknown table mean."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate

from ingest_service.api.schema_fields import CURRENCY, identifier
from ingest_service.domain.mapping.model import (
    DATE_ORDERS,
    DECIMALS,
    DEFAULT_SOURCE,
    ROLES,
    SIGNS,
)
from ingest_service.domain.models import DIRECTIONS
from servicekit.schemas import StrictSchema

_SOURCE = validate.Regexp(r"^\w[\w .()（）-]{0,39}$", error="A short name of letters and digits.")
_MAX_COLUMNS = 512
_MAX_LINE = 10_000
_MAX_WORD = 40
_MAX_NAME = 200


class ColumnRef(fields.Field[int | str]):
    """A column: its index from 0, or the name that its header gives it."""

    def _deserialize(self, value: object, *_args: object, **_kwargs: object) -> int | str:
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MAX_COLUMNS:
            return value
        if isinstance(value, str) and 0 < len(value.strip()) <= _MAX_NAME:
            return value
        raise ValidationError("A column is its index from 0 or its header's name.")


def _column() -> ColumnRef:
    return ColumnRef(
        allow_none=True,
        metadata={"type": ["integer", "string", "null"], "example": 2},
    )


MappingColumns = StrictSchema.from_dict(
    {role: _column() for role in ROLES}, name="MappingColumnsSchema"
)


class MappingSchema(StrictSchema):
    """Which column means what, and how its cells are written."""

    columns = fields.Nested(MappingColumns, required=True)
    notes = fields.List(
        _column(),
        load_default=list,
        validate=validate.Length(max=20),
        metadata={"description": "Further columns whose texts join the note."},
    )
    date_order = fields.String(load_default="ymd", validate=validate.OneOf(DATE_ORDERS))
    decimal = fields.String(load_default=".", validate=validate.OneOf(DECIMALS))
    sign = fields.String(load_default="expense_positive", validate=validate.OneOf(SIGNS))
    words = fields.Dict(
        keys=fields.String(validate=validate.Length(min=1, max=_MAX_WORD)),
        values=fields.String(validate=validate.OneOf(DIRECTIONS)),
        load_default=dict,
        validate=validate.Length(max=50),
        metadata={"description": "What the words of the direction column tell, beyond known ones."},
    )
    category_id = identifier(allow_none=True, load_default=None)
    currency = fields.String(allow_none=True, load_default=None, validate=CURRENCY)
    source = fields.String(load_default=DEFAULT_SOURCE, validate=_SOURCE)
    header_row = fields.Integer(
        allow_none=True,
        load_default=None,
        validate=validate.Range(min=0, max=_MAX_LINE),
        metadata={"description": "Line of the header from 1; 0: none; null: to be found."},
    )
    first_row = fields.Integer(
        allow_none=True,
        load_default=None,
        validate=validate.Range(min=1, max=_MAX_LINE),
        metadata={"description": "Line of the first record, where it is not the next one."},
    )
    footer_rows = fields.Integer(load_default=0, validate=validate.Range(min=0, max=100))


class PreviewOrder(StrictSchema):
    """The mapping to try."""

    mapping = fields.Nested(MappingSchema, required=True)


class MappingOrder(PreviewOrder):
    """The mapping to import by; remember: use it for later files with this header."""

    remember = fields.Boolean(load_default=False)


class PreviewColumnSchema(StrictSchema):
    """A column with some of its cells; words: each of few, and the direction it tells or ""."""

    index = fields.Integer()
    name = fields.String()
    samples = fields.List(fields.String())
    words = fields.Dict(keys=fields.String(), values=fields.String())


class PreviewRawSchema(StrictSchema):
    """What stands in the file."""

    time = fields.String()
    amount = fields.String()


class PreviewErrorSchema(StrictSchema):
    """Why a row would not be stored."""

    code = fields.String()
    field = fields.String()
    detail = fields.String()
    kind = fields.String(validate=validate.OneOf(("error", "ignored")))


class PreviewRowSchema(StrictSchema):
    """A row as it would be stored."""

    row = fields.Integer()
    time = fields.String(allow_none=True, metadata={"format": "date-time"})
    amount = fields.String(
        allow_none=True, metadata={"type": "string", "format": "decimal", "example": "12.50"}
    )
    currency = fields.String(allow_none=True)
    direction = fields.String(allow_none=True)
    category = fields.String(allow_none=True)
    merchant = fields.String()
    note = fields.String()
    raw = fields.Nested(PreviewRawSchema)
    error = fields.Nested(PreviewErrorSchema, allow_none=True)


class PreviewSchema(StrictSchema):
    """The first rows of an import that waits for its mapping."""

    columns = fields.List(fields.Nested(PreviewColumnSchema))
    header_row = fields.Integer(metadata={"description": "Line of the header; 0: none."})
    mapping = fields.Nested(MappingSchema)
    confidence = fields.Float(metadata={"description": "0 to 1: how sure the guess is."})
    doubts = fields.List(
        fields.String(),
        metadata={
            "description": "What of the guess should be looked at: time, amount, direction,"
            " date_order, decimal, sign or header."
        },
    )
    rows = fields.List(fields.Nested(PreviewRowSchema))


class RememberedMappingSchema(StrictSchema):
    """A mapping that is used for every file with this header; header is empty where none is."""

    id = fields.String()
    header = fields.List(fields.String())
    mapping = fields.Nested(MappingSchema)
    created_at = fields.String(metadata={"format": "date-time"})
    used_at = fields.String(metadata={"format": "date-time"})


class RememberedMappingsSchema(StrictSchema):
    """What is remembered, the last used first."""

    items = fields.List(fields.Nested(RememberedMappingSchema))
    next_cursor = fields.String(allow_none=True)
