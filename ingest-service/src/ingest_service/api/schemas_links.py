"""Shapes of links between rows."""

from __future__ import annotations

from marshmallow import fields, validate

from ingest_service.api.schema_fields import identifier
from ingest_service.api.schemas_expenses import ExpenseSchema
from ingest_service.domain.links import KINDS, REASONS, STATUSES
from servicekit.schemas import PageArgs, StrictSchema


class LinkListArgs(PageArgs):
    """The filters of the list."""

    status = fields.String(validate=validate.OneOf(STATUSES))
    kind = fields.String(validate=validate.OneOf(KINDS))
    import_id = identifier()


class LinkReasonSchema(StrictSchema):
    """Why two rows belong together: a stable code and its values."""

    code = fields.String(metadata={"enum": [*REASONS, "from-export"]})
    params = fields.Dict(keys=fields.String(), values=fields.Raw())


class LinkRecordSchema(StrictSchema):
    """A tie between two rows."""

    id = fields.String()
    kind = fields.String(validate=validate.OneOf(KINDS))
    status = fields.String(validate=validate.OneOf(STATUSES))
    score = fields.Float(metadata={"description": "0 to 1: how sure the platform is."})
    reason = fields.Nested(LinkReasonSchema)
    amount = fields.String(metadata={"type": "string", "format": "decimal", "example": "12.50"})
    currency = fields.String()
    from_ = fields.Nested(ExpenseSchema, data_key="from", attribute="from")
    to = fields.Nested(ExpenseSchema)
    import_id = fields.String(allow_none=True)
    created_at = fields.String(metadata={"format": "date-time"})


class LinkPageSchema(StrictSchema):
    """One page of links."""

    items = fields.List(fields.Nested(LinkRecordSchema))
    next_cursor = fields.String(allow_none=True)


class LinkDecision(StrictSchema):
    """What the user says of a link."""

    status = fields.String(required=True, validate=validate.OneOf(("confirmed", "rejected")))


class LinkEntry(StrictSchema):
    """A link made by hand."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    from_id = identifier(required=True)
    to_id = identifier(required=True)
