"""A box of coordinates in a query string."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import fields

from ingest_service.domain.places import MAX_LATITUDE, MAX_LONGITUDE, Box

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
        box = Box(west, south, east, north)
        is_ordered = box.west < box.east and box.south < box.north
        on_earth = (
            box.west >= -MAX_LONGITUDE
            and box.east <= MAX_LONGITUDE
            and box.south >= -MAX_LATITUDE
            and box.north <= MAX_LATITUDE
        )
        if not (is_ordered and on_earth):
            raise self.make_error("invalid_box")
        return box
