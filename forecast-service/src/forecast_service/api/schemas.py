"""The shapes of requests and answers; amounts are JSON numbers in major units."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from forecast_service.domain.methods import Basis, Method, Reason
from forecast_service.domain.periods import MAX_HORIZON, Period
from forecast_service.domain.recurring import Interval
from servicekit.schemas import StrictSchema

_CATEGORY_ID = validate.Regexp(r"[0-9]{1,18}$", error="A category id is a whole number.")
_SCOPE = validate.Regexp(
    r"(total|category|category_id|[0-9]{1,18})$",
    error="scope is total or a category's id.",
)
_CURRENCY = validate.Regexp(r"[A-Z]{3}$", error="A currency is three capital letters.")


def _names(values: type[Period | Method | Basis | Reason]) -> validate.OneOf:
    return validate.OneOf([value.value for value in values])


class SeriesArgs(StrictSchema):
    """Which series is asked about, by which method, from which day on."""

    scope = fields.String(
        load_default="total",
        validate=_SCOPE,
        metadata={"description": "total, or a category's id for it and everything below it"},
    )
    category_id = fields.String(
        load_default=None,
        validate=_CATEGORY_ID,
        metadata={"description": "the same as scope=ID"},
    )
    method = fields.String(load_default=Method.AUTO.value, validate=_names(Method))
    origin = fields.Date(
        load_default=None,
        metadata={
            "description": "first day to forecast; by default today where the last purchase is "
            "younger than 35 days, else the day after it"
        },
    )
    currency = fields.String(
        load_default=None,
        validate=_CURRENCY,
        metadata={"description": "by default the user's own"},
    )

    min_seq = fields.Integer(
        load_default=None,
        validate=validate.Range(min=0, max=2**63 - 1),
        metadata={"description": "wait up to 5 s until the forecast knows of this change"},
    )

    @ma.validates_schema
    def _one_category(self, data: dict[str, object], **_kwargs: object) -> None:
        scope, category = data["scope"], data["category_id"]
        if scope in {"category", "category_id"} and category is None:
            raise ma.ValidationError("Name the category with category_id.", "category_id")
        if str(scope).isdecimal() and category not in {None, scope}:
            raise ma.ValidationError("scope and category_id name two categories.", "category_id")


class PredictArgs(SeriesArgs):
    """A question about the coming days."""

    period = fields.String(load_default=Period.DAY.value, validate=_names(Period))
    horizon = fields.Integer(
        load_default=None,
        validate=validate.Range(min=1, max=max(MAX_HORIZON.values())),
        metadata={
            "description": "items to forecast: up to 366 days, 52 weeks, 24 months or 2 years"
        },
    )


class BandSchema(ma.Schema):
    """An amount with its bands; lower <= predicted <= upper, never below 0."""

    predicted_amount = fields.Float(required=True)
    lower_80 = fields.Float(required=True)
    upper_80 = fields.Float(required=True)
    lower_95 = fields.Float(required=True)
    upper_95 = fields.Float(required=True)


class ItemSchema(BandSchema):
    """The days [date, to)."""

    date = fields.Date(required=True)
    to = fields.Date(required=True)


class RecurringSchema(ma.Schema):
    """A recurring bill and its next date."""

    payee = fields.String(required=True)
    next_date = fields.Date(required=True)
    amount = fields.Float(required=True)
    interval = fields.String(
        required=True, validate=validate.OneOf([value.value for value in Interval])
    )
    category_id = fields.String(required=True, allow_none=True)
    last_date = fields.Date(required=True)
    occurrences = fields.Integer(required=True)
    price_change = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "the latest amount relative to the one before: 0.1 = 10 % dearer"},
    )


class BackTestSchema(BandSchema):
    """An earlier forecast of 28 days, made again with what was known then."""

    origin = fields.Date(required=True)
    to = fields.Date(required=True)
    actual_amount = fields.Float(required=True)
    error = fields.Float(required=True)
    error_percent = fields.Float(required=True, allow_none=True)
    in_80 = fields.Boolean(required=True)
    in_95 = fields.Boolean(required=True)
    average_amount = fields.Float(required=True)
    average_error = fields.Float(required=True)
    average_error_percent = fields.Float(required=True, allow_none=True)


class SummarySchema(ma.Schema):
    """The back-tests in a line, beside 'simply your average'."""

    origins = fields.Integer(required=True)
    days = fields.Integer(required=True)
    mean_absolute_error = fields.Float(required=True)
    error_percent = fields.Float(required=True, allow_none=True)
    hits_80 = fields.Integer(required=True)
    hits_95 = fields.Integer(required=True)
    average_mean_absolute_error = fields.Float(required=True)
    average_error_percent = fields.Float(required=True, allow_none=True)
    better_than_average = fields.Boolean(required=True)


class ReportCardSchema(ma.Schema):
    """How well earlier forecasts of the same series did; empty for a short history."""

    summary = fields.Nested(SummarySchema, required=True, allow_none=True)
    items = fields.List(fields.Nested(BackTestSchema), required=True)


class ProvenanceSchema(ma.Schema):
    """What an answer rests on."""

    model_version = fields.String(required=True)
    method = fields.String(required=True, validate=_names(Basis))
    as_of_seq = fields.Integer(required=True)
    currency = fields.String(required=True)
    scope = fields.String(required=True)
    origin = fields.Date(required=True)
    degraded = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True, validate=_names(Reason))


class ForecastSchema(ProvenanceSchema):
    """The answer of GET /forecast/predict."""

    generated_at = fields.String(required=True, metadata={"format": "date-time"})
    other_currencies = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    period = fields.String(required=True, validate=_names(Period))
    horizon = fields.Integer(required=True)
    history_days = fields.Integer(required=True)
    items = fields.List(fields.Nested(ItemSchema), required=True)
    total = fields.Nested(ItemSchema, required=True)
    recurring = fields.List(fields.Nested(RecurringSchema), required=True)
    report_card = fields.Nested(ReportCardSchema, required=True)


class KeptItemSchema(ItemSchema):
    """One item of a forecast that was made and kept."""

    id = fields.String(required=True)
    period = fields.String(required=True, validate=_names(Period))
    scope = fields.String(required=True, metadata={"description": "total, or a category's id"})
    method = fields.String(required=True, validate=_names(Method))
    currency = fields.String(required=True)
    model_version = fields.String(required=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})


class KeptPageSchema(ma.Schema):
    """A page of them; the newest forecasts first, each in order of its days."""

    items = fields.List(fields.Nested(KeptItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class AccuracySchema(ProvenanceSchema):
    """The answer of GET /forecast/accuracy."""

    summary = fields.Nested(SummarySchema, required=True, allow_none=True)
    items = fields.List(fields.Nested(BackTestSchema), required=True)


class ModelSchema(ma.Schema):
    """A version of the model."""

    name = fields.String(required=True)
    version = fields.String(required=True)
    state = fields.String(required=True)
    label = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    metrics = fields.Dict(
        keys=fields.String(), values=fields.Float(), required=True, allow_none=True
    )


class ModelsSchema(ma.Schema):
    """The versions that the model server knows, newest first."""

    items = fields.List(fields.Nested(ModelSchema), required=True)


class TrainArgs(StrictSchema):
    """Nothing can be chosen yet."""


class AcceptedSchema(ma.Schema):
    """A job that was taken on."""

    id = fields.String(required=True)
    status = fields.String(required=True)
    location = fields.String(required=True)


class ProgressSchema(ma.Schema):
    """How far a job is."""

    done = fields.Integer(required=True)
    total = fields.Integer(required=True)
    stage = fields.String(required=True)


class JobSchema(ma.Schema):
    """A training job and what it brought."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    status = fields.String(required=True)
    progress = fields.Nested(ProgressSchema, required=True)
    metrics = fields.Dict(
        keys=fields.String(), values=fields.Float(), required=True, allow_none=True
    )
    promoted = fields.Boolean(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    created_at = fields.String(required=True, metadata={"format": "date-time"})
    finished_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
