"""/analytics/anomalies: what stands out, and what the caller says about it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response
from flask.views import MethodView

from analytics_service.api import schemas_anomalies as schemas
from analytics_service.api.anomaly_bodies import anomalies_body
from analytics_service.api.answers import Answers
from analytics_service.domain.anomalies import AnomalyQuery, method_of
from analytics_service.domain.ports import Feedback
from analytics_service.usecases.anomalies import find_anomalies, give_feedback
from servicekit.identity import current_identity, signed_in
from servicekit.web import Blueprint

SCOPE = "analytics:read"
Args = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FeedbackDesk:
    """What the routes of verdicts work with."""

    feedback: Feedback
    clock: Callable[[], datetime]


def anomalies_blueprint(answers: Answers, desk: FeedbackDesk) -> Blueprint:
    """The routes below /analytics/anomalies; `answers` waits for what is judged."""
    blueprint = Blueprint(
        "anomalies", __name__, url_prefix="/analytics/anomalies", description="What stands out"
    )
    _add_list(blueprint, answers)
    _add_feedback(blueprint, desk)
    return blueprint


def _add_list(blueprint: Blueprint, answers: Answers) -> None:
    @blueprint.route("")
    class AnomalyList(MethodView):
        @signed_in(scope=SCOPE)
        @blueprint.arguments(schemas.AnomalyArgs, location="query")
        @blueprint.response(200, schemas.AnomaliesSchema)
        def get(self, args: Args) -> Response:
            """Days or purchases that stand out, with what was to be expected and why."""
            query = AnomalyQuery(
                scope=args["scope"],
                method=method_of(args["scope"], args["method"]),
                level=args["level"],
                shown=args["shown"],
            )
            return answers.give(
                args,
                lambda snapshot, where, show: anomalies_body(
                    show, find_anomalies(snapshot, where, query)
                ),
                stamp=lambda snapshot, where: snapshot.anomaly_stamp(where.owner_id),
                as_of=lambda snapshot: snapshot.judged_seq(),
            )


def _add_feedback(blueprint: Blueprint, desk: FeedbackDesk) -> None:
    @blueprint.route("/<string:anomaly_id>/feedback")
    class AnomalyFeedback(MethodView):
        @signed_in()
        @blueprint.arguments(schemas.VerdictSchema)
        @blueprint.response(204)
        def post(self, entry: Args, anomaly_id: str) -> None:
            """Say that an anomaly is normal, which silences its pattern for good, or confirm it."""
            give_feedback(
                desk.feedback,
                int(current_identity().owner_id),
                anomaly_id,
                verdict=entry["verdict"],
                method=entry["method"],
                now=int(desk.clock().timestamp()),
            )

        @signed_in()
        @blueprint.response(204)
        def delete(self, anomaly_id: str) -> None:
            """Take back what was said about an anomaly."""
            desk.feedback.take_back(int(current_identity().owner_id), anomaly_id)
