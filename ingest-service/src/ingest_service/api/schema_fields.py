"""What shapes of requests and answers are made of."""

from __future__ import annotations

from marshmallow import fields, validate

ID = validate.Regexp(r"^[0-9]{1,18}$", error="Not an id.")
AMOUNT = validate.Regexp(r"^[0-9]{1,14}(\.[0-9]{1,6})?$", error='Write the amount like "12.50".')
CURRENCY = validate.Regexp(r"^[A-Z]{3}$", error="Not an ISO 4217 code.")
DECIMAL = {"type": "string", "format": "decimal", "example": "12.50"}


def identifier(**options: object) -> fields.String:
    """An id, as every record has one."""
    return fields.String(validate=ID, **options)  # type: ignore[arg-type] # marshmallow's own


def about(text: str) -> dict[str, str]:
    """What a field means, for the OpenAPI document."""
    return {"description": text}


def word(text: str) -> fields.String:
    """A short text to filter by."""
    return fields.String(validate=validate.Length(min=1, max=200), metadata=about(text))
