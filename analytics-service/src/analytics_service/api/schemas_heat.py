"""The query and the answer of the heat maps as the OpenAPI document describes them."""

import re
from typing import Any

from marshmallow import Schema, fields, validate

from analytics_service.api.schemas import AnswerSchema, FigureSchema, FilterArgs, TotalsSchema
from analytics_service.domain.grid import COARSEST, FINEST

QUERY = {"description": "the query of these rows in GET /expenses; null where there can be none"}
_NUMBER = re.compile(r"-?[0-9]")


class Precision(fields.Field[int | None]):
    """`auto`, or the decimals of a cell's size: 4 (11 m) to -1 (ten degrees)."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> int | None:
        if value == "auto":
            return None
        number = int(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else FINEST + 1
        if not COARSEST <= number <= FINEST:
            raise self.make_error("validator_failed")
        return number


class HeatArgs(FilterArgs):
    """The query of the heat maps."""

    by = fields.String(load_default="coordinate", validate=validate.OneOf(("coordinate", "city")))
    precision = Precision(
        load_default=None,
        metadata={
            "type": "string",
            "description": "auto (about a hundred cells across), or decimals of degrees, -1 to 4",
        },
    )


class PartSchema(Schema):
    """A part of the rows; filter is null where it can hold none."""

    amount = fields.Float(required=True)
    count = fields.Integer(required=True)
    filter = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, allow_none=True, metadata=QUERY
    )


class HeatItemSchema(FigureSchema):
    """A cell by its centre, or a city with its names; key: the bbox, or the city's code."""

    key = fields.String(required=True)
    lat = fields.Float(required=True)
    lon = fields.Float(required=True)
    name = fields.String(required=True, allow_none=True)
    name_en = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    share = fields.Float(required=True)


class RestSchema(Schema):
    """Cities beyond the most that one answer has."""

    amount = fields.Float(required=True)
    count = fields.Integer(required=True)


class HeatSchema(AnswerSchema, TotalsSchema):
    """Where money was spent: at most 5,000 cells or cities, the largest sums first.

    precision and size (degrees) are those of the cells; coarsened: finer ones were asked for and
    were too many. located and unlocated: rows with and without coordinates (a known city) make up
    all rows.
    """

    by = fields.String(required=True)
    precision = fields.Integer(required=True, allow_none=True)
    size = fields.Float(required=True, allow_none=True)
    coarsened = fields.Boolean(required=True)
    located = fields.Nested(PartSchema, required=True)
    unlocated = fields.Nested(PartSchema, required=True)
    items = fields.List(fields.Nested(HeatItemSchema), required=True)
    rest = fields.Nested(RestSchema, required=True, allow_none=True)
