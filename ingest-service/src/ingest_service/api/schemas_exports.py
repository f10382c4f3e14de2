"""Shapes of exports and of links that download them."""

from __future__ import annotations

from marshmallow import fields, validate

from ingest_service.api.schema_fields import about
from ingest_service.api.schemas_expenses import FilterArgs
from ingest_service.domain.export_lists import LISTS
from ingest_service.usecases.export import FORMATS
from servicekit.schemas import StrictSchema


class ExportArgs(FilterArgs):
    """Filters, the kind of file, and the language of its headers and words."""

    format = fields.String(
        load_default="csv",
        validate=validate.OneOf(FORMATS),
        metadata=about("ndjson: one JSON object a line, the same in every language"),
    )
    kind = fields.String(load_default="expenses", validate=validate.OneOf(("expenses", *LISTS)))
    lang = fields.String(
        validate=validate.OneOf(("zh-CN", "en")),
        metadata=about("of headers and words; by default the caller's own"),
    )
    link = fields.Boolean(
        load_default=False, metadata=about("true: a signed link to the file instead of the file")
    )


class ExportLinkSchema(StrictSchema):
    """Where the file can be had without signing in, and until when."""

    url = fields.String()
    expires_at = fields.String(metadata={"format": "date-time"})


class DownloadArgs(StrictSchema):
    """The signature of a link."""

    token = fields.String(required=True, validate=validate.Length(max=8000))
