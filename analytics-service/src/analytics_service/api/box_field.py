"""A box of coordinates in a query string."""

import re
from typing import Any

from marshmallow import fields

from analytics_service.domain.grid import MAX_LATITUDE, MAX_LONGITUDE, Box

BOX_WORDS = "west,south,east,north in degrees with up to 4 decimals; west and south included"
_NUMBER = r"(-?[0-9]{1,3}(?:\.[0-9]{1,4})?)"
_FORM = re.compile(",".join([_NUMBER] * 4))


class BoxField(fields.Field[Box]):
    """west,south,east,north, as GeoJSON orders them."""

    default_error_messages = {"invalid_box": f"Write it as {BOX_WORDS}."}  # noqa: RUF012 - marshmallow's way

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> Box:
        told = _FORM.fullmatch(value) if isinstance(value, str) else None
        if told is None:
            raise self.make_error("invalid_box")
        west, south, east, north = map(float, told.groups())
        is_ordered = west < east and south < north
        in_width = west >= -MAX_LONGITUDE and east <= MAX_LONGITUDE
        if not (is_ordered and in_width and south >= -MAX_LATITUDE and north <= MAX_LATITUDE):
            raise self.make_error("invalid_box")
        return Box(west, south, east, north)
