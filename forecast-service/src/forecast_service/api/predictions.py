"""GET /forecast/predict, /forecast/accuracy and /forecast/forecasts."""

from __future__ import annotations

from typing import Any

from forecast_service.api.present import accuracy_document, forecast_document, kept_document
from forecast_service.api.schemas import (
    AccuracySchema,
    ForecastSchema,
    KeptPageSchema,
    PredictArgs,
    SeriesArgs,
)
from forecast_service.domain.kept import KeptItem, KeptPosition
from forecast_service.domain.methods import Method
from forecast_service.domain.periods import Period
from forecast_service.domain.questions import Question, Subject
from forecast_service.usecases.list_kept import list_kept
from forecast_service.usecases.predict import Forecaster, predict
from servicekit.freshness import Freshness
from servicekit.identity import current_identity, signed_in
from servicekit.paging import decode_cursor, encode_cursor
from servicekit.problems import standard_problem
from servicekit.schemas import PageArgs
from servicekit.web import Blueprint

SCOPE = "forecast:read"


def predictions_blueprint(forecaster: Forecaster, freshness: Freshness) -> Blueprint:
    """The routes that answer questions about the coming days."""
    blueprint = Blueprint("predictions", __name__, description="Forecasts and how good they were")

    @blueprint.route("/forecast/predict")
    @signed_in(SCOPE)
    @blueprint.arguments(PredictArgs, location="query")
    @blueprint.response(200, ForecastSchema)
    @blueprint.alt_response(422, description="not-enough-history, method-not-offered")
    @blueprint.alt_response(503, description="model-unavailable (method=tensorflow only)")
    def get_predict(args: dict[str, Any]) -> dict[str, Any]:
        """What will be spent: days, weeks, months or years with 80 % and 95 % bands."""
        freshness.wait_for(args["min_seq"])
        question = _question(args, period=Period(args["period"]), horizon=args["horizon"])
        return forecast_document(predict(question, forecaster))

    @blueprint.route("/forecast/accuracy")
    @signed_in(SCOPE)
    @blueprint.arguments(SeriesArgs, location="query")
    @blueprint.response(200, AccuracySchema)
    @blueprint.alt_response(422, description="not-enough-history, method-not-offered")
    def get_accuracy(args: dict[str, Any]) -> dict[str, Any]:
        """What up to six earlier forecasts of 28 days would have said, and what came."""
        freshness.wait_for(args["min_seq"])
        question = _question(args, period=Period.DAY, horizon=None)
        return accuracy_document(predict(question, forecaster))

    @blueprint.route("/forecast/forecasts")
    @signed_in(SCOPE)
    @blueprint.arguments(PageArgs, location="query")
    @blueprint.response(200, KeptPageSchema)
    def get_forecasts(args: dict[str, Any]) -> dict[str, Any]:
        """What was forecast and is kept, item by item, the newest forecasts first."""
        owner_id = int(current_identity().owner_id)
        after = _position(args["cursor"])
        page = list_kept(forecaster.store, owner_id=owner_id, after=after, limit=args["limit"])
        return {
            "items": [kept_document(item) for item in page.items],
            "next_cursor": _cursor(page.items[-1]) if page.has_more else None,
        }

    return blueprint


def _cursor(last: KeptItem) -> str:
    return encode_cursor({"answer": last.answer_id, "id": last.id})


def _position(cursor: str | None) -> KeptPosition | None:
    if cursor is None:
        return None
    answer_id, id_ = (decode_cursor(cursor).get(name) for name in ("answer", "id"))
    if not isinstance(answer_id, int) or not isinstance(id_, int):
        raise standard_problem(400, detail="The cursor is not one of this list.")
    return KeptPosition(answer_id, id_)


def _question(args: dict[str, Any], *, period: Period, horizon: int | None) -> Question:
    identity = current_identity()
    category = args["category_id"] or (args["scope"] if args["scope"].isdecimal() else None)
    return Question(
        subject=Subject(
            owner_id=int(identity.owner_id),
            currency=args["currency"] or identity.currency,
            category_id=None if category is None else int(category),
        ),
        period=period,
        method=Method(args["method"]),
        time_zone=identity.time_zone,
        horizon=horizon,
        origin=args["origin"],
    )
