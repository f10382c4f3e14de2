"""The marshmallow pieces that schemas of several services share."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import marshmallow as ma
from marshmallow import fields, validate

from servicekit.money import format_decimal, parse_decimal

MAX_PAGE = 500
DEFAULT_PAGE = 50
_BOX_WORDS = "west,south,east,north in degrees with up to 4 decimals; west and south included"
_DEGREES = r"(-?[0-9]{1,3}(?:\.[0-9]{1,4})?)"
_BOX = re.compile(",".join([_DEGREES] * 4))
_MAX_LATITUDE, _MAX_LONGITUDE = 90, 180

T = TypeVar("T")


class StrictSchema(ma.Schema):
    """A schema that refuses fields it does not know and keeps the declared order."""

    class Meta:
        """Unknown fields are an error."""

        unknown = ma.RAISE


class Money(fields.Field[int]):
    """A decimal string on the wire ("12.50"), an integer in minor units inside.

    Args:
        places: Decimal places of the currency's minor unit (money.exponent).
    """

    default_error_messages = {  # noqa: RUF012 - marshmallow reads this class attribute
        "invalid": 'Write the amount as a decimal string such as "12.50".'
    }

    def __init__(self, *, places: int = 2, **kwargs: Any) -> None:
        metadata = {"type": "string", "format": "decimal", "example": "12.50"}
        kwargs["metadata"] = {**metadata, **(kwargs.get("metadata") or {})}
        super().__init__(**kwargs)
        self.places = places

    def _serialize(
        self,
        value: int | None,
        attr: str | None,  # noqa: ARG002 - marshmallow names the parameters
        obj: object,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> str | None:
        return None if value is None else format_decimal(value, places=self.places)

    def _deserialize(
        self,
        value: object,
        attr: str | None,  # noqa: ARG002 - marshmallow names the parameters
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> int:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        try:
            return parse_decimal(value, places=self.places)
        except ValueError as error:
            raise self.make_error("invalid") from error


class Bounds(fields.Field[T]):
    """A box of coordinates in a query, west,south,east,north as GeoJSON orders them.

    Args:
        make: Called with the four, in degrees; what it gives is the value.
    """

    default_error_messages = {"invalid": f"Write it as {_BOX_WORDS}."}  # noqa: RUF012 - marshmallow reads this class attribute

    def __init__(self, make: Callable[[float, float, float, float], T], **kwargs: Any) -> None:
        kwargs["metadata"] = {"type": "string", "description": _BOX_WORDS}
        super().__init__(**kwargs)
        self.make = make

    def _deserialize(
        self,
        value: object,
        attr: str | None,  # noqa: ARG002 - marshmallow names the parameters
        data: Mapping[str, Any] | None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> T:
        told = _BOX.fullmatch(value) if isinstance(value, str) else None
        if told is None:
            raise self.make_error("invalid")
        west, south, east, north = map(float, told.groups())
        is_ordered = west < east and south < north
        in_width = west >= -_MAX_LONGITUDE and east <= _MAX_LONGITUDE
        if not (is_ordered and in_width and south >= -_MAX_LATITUDE and north <= _MAX_LATITUDE):
            raise self.make_error("invalid")
        return self.make(west, south, east, north)


class PageArgs(StrictSchema):
    """The query of every list: where to go on, how many items."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=1024))
    limit = fields.Integer(load_default=DEFAULT_PAGE, validate=validate.Range(min=1, max=MAX_PAGE))


class FieldErrorSchema(ma.Schema):
    """One entry of a problem's errors."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    pointer = fields.String()
    row = fields.Integer()


class ProblemSchema(ma.Schema):
    """The body of every 4xx and 5xx answer (application/problem+json)."""

    type = fields.String(required=True, metadata={"example": "/problems/not-found"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String()
    request_id = fields.String()
    errors = fields.List(fields.Nested(FieldErrorSchema), required=True)
