"""Shapes of statements on their way in."""

from __future__ import annotations

from marshmallow import fields, validate

from ingest_service.api.schema_fields import about, identifier
from servicekit.schemas import PageArgs, StrictSchema


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
        metadata=about("JSON, as in POST /data/imports/ID/mapping: what the columns mean."),
    )
    # The import whose failed rows this repair file brings again.
    repair_of = identifier()


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
