"""The shapes of requests and answers."""

from datetime import date

from marshmallow import Schema, fields, validate

from report_service.domain.report import ALL_SECTIONS, Format, Section
from report_service.domain.words import LOCALES
from servicekit.schemas import PageArgs, StrictSchema

MAX_TITLE = 120
MAX_WORD = 200
_DAYS_KNOWN = validate.Range(min=date(1900, 1, 1), max=date(2200, 1, 1))
_AMOUNT = validate.Regexp(r"^[0-9]{1,13}(\.[0-9]{1,4})?$", error="Write it as 12.50.")
_SECTIONS = [section.value for section in Section]


class FiltersSchema(StrictSchema):
    """What the figures are limited to; null is no limit."""

    category_id = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"^[0-9]{1,18}$")
    )
    merchant = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=MAX_WORD),
        metadata={"description": "the merchant's whole name"},
    )
    min_amount = fields.String(load_default=None, allow_none=True, validate=_AMOUNT)
    max_amount = fields.String(load_default=None, allow_none=True, validate=_AMOUNT)
    q = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=MAX_WORD),
        metadata={"description": "words within merchant, note or place"},
    )


class GenerateSchema(StrictSchema):
    """A report to be made. The range is half-open: to is the day after the last."""

    title = fields.String(
        load_default=None,
        allow_none=True,
        validate=[
            validate.Length(min=1, max=MAX_TITLE),
            validate.Regexp(r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$", error="Not a title."),
        ],
    )
    format = fields.String(required=True, validate=validate.OneOf([kind.value for kind in Format]))
    first = fields.Date(format="iso", required=True, data_key="from", validate=_DAYS_KNOWN)
    end = fields.Date(format="iso", required=True, data_key="to", validate=_DAYS_KNOWN)
    sections = fields.List(
        fields.String(validate=validate.OneOf(_SECTIONS)),
        load_default=[section.value for section in ALL_SECTIONS],
        validate=validate.Length(min=1, max=len(ALL_SECTIONS)),
    )
    locale = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(LOCALES))
    filters = fields.Nested(FiltersSchema, load_default=dict)


class AcceptedSchema(Schema):
    """Where the new report can be followed."""

    id = fields.String(required=True)
    status = fields.String(required=True)
    location = fields.String(required=True)


class ProgressSchema(Schema):
    """How far the making is."""

    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    stage = fields.String(
        required=True,
        metadata={"description": '"" before the start, figures, forecast, rendering, done'},
    )


class FailureSchema(Schema):
    """Why the report could not be made."""

    code = fields.String(required=True)
    detail = fields.String(required=True)


class ReportSchema(Schema):
    """A report."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    format = fields.String(required=True)
    status = fields.String(
        required=True, validate=validate.OneOf(["queued", "running", "succeeded", "failed"])
    )
    first = fields.Date(required=True, data_key="from")
    end = fields.Date(required=True, data_key="to")
    locale = fields.String(required=True)
    currency = fields.String(required=True)
    sections = fields.List(fields.String(), required=True)
    filters = fields.Nested(FiltersSchema, required=True)
    progress = fields.Nested(ProgressSchema, required=True)
    file_name = fields.String(required=True, allow_none=True)
    size = fields.Integer(required=True, allow_none=True, metadata={"description": "bytes"})
    sha256 = fields.String(required=True, allow_none=True)
    error = fields.Nested(FailureSchema, required=True, allow_none=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    finished_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})


class ReportsSchema(Schema):
    """A page of reports, the newest first."""

    items = fields.List(fields.Nested(ReportSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ListArgs(PageArgs):
    """The query of the list."""
