"""/analytics/insights: what stands out in a month, in codes that clients have sentences for."""

from typing import Any

from flask import Response
from flask.views import MethodView

from analytics_service.api.answers import Answers
from analytics_service.api.insight_bodies import InsightBodies, named_labels
from analytics_service.api.presenter import Json, Presenter
from analytics_service.api.schemas_insights import InsightArgs, InsightsSchema
from analytics_service.domain.categories import Tally
from analytics_service.domain.figures import CategoryFigure
from analytics_service.domain.filters import Filter
from analytics_service.domain.ports import Snapshot
from analytics_service.usecases.charts import split_level
from analytics_service.usecases.insights import find_insights
from servicekit.identity import signed_in
from servicekit.web import Blueprint

SCOPE = "analytics:read"


def add_insights(blueprint: Blueprint, answers: Answers) -> None:
    """Adds the route to the charts' blueprint."""

    @blueprint.route("/insights")
    class InsightList(MethodView):
        @signed_in(scope=SCOPE)
        @blueprint.arguments(InsightArgs, location="query")
        @blueprint.response(200, InsightsSchema)
        def get(self, args: dict[str, Any]) -> Response:
            """What stands out in the last month of the range, and the parts that explain it."""
            limit = args["limit"]
            return answers.give(
                args, lambda snapshot, where, show: _draw(snapshot, where, show, limit=limit)
            )


def _draw(snapshot: Snapshot, where: Filter, show: Presenter, *, limit: int) -> Json:
    found = find_insights(snapshot, where, limit=limit)
    tree = snapshot.categories(where.owner_id)
    level = split_level(tree, where)

    def figure(category_id: int) -> CategoryFigure:
        is_exact = len(tree.path(category_id)) < level and tree.has_children(category_id)
        return CategoryFigure(tree.get(category_id), Tally(), 0.0, exact=is_exact)

    names = snapshot.label_texts(named_labels(found.items))
    return InsightBodies(show, names, figure).answer(found)
