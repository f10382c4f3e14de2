"""The chart routes."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from flask.views import MethodView

from analytics_service.api import schemas
from analytics_service.api.answers import Answers, Draw
from analytics_service.api.flow_bodies import FlowBodies
from analytics_service.api.heat_bodies import cities_body, grid_body
from analytics_service.api.insights import add_insights
from analytics_service.api.level_bodies import scatter_body
from analytics_service.api.presenter import Json, Presenter
from analytics_service.api.schemas_flows import BehaviourSchema
from analytics_service.api.schemas_heat import HeatArgs, HeatSchema
from analytics_service.api.schemas_levels import ScatterSchema
from analytics_service.domain.filters import Filter
from analytics_service.domain.flows import FlowNode, label_ids
from analytics_service.domain.ports import Snapshot
from analytics_service.usecases.charts import category_share, rank, time_radar, trend
from analytics_service.usecases.flows import behaviour_graph, behaviour_tree
from analytics_service.usecases.heat import heat_cities, heat_grid
from analytics_service.usecases.histogram import amount_histogram
from analytics_service.usecases.levels import level_scatter
from analytics_service.usecases.overview import overview
from servicekit.identity import signed_in
from servicekit.web import Blueprint

SCOPE = "analytics:read"
Args = dict[str, Any]


def charts_blueprint(answers: Answers) -> Blueprint:
    """The routes below /analytics."""
    blueprint = Blueprint("analytics", __name__, url_prefix="/analytics", description="Charts")
    _add_totals(blueprint, answers)
    _add_divisions(blueprint, answers)
    _add_distributions(blueprint, answers)
    _add_flows(blueprint, answers)
    _add_levels(blueprint, answers)
    _add_maps(blueprint, answers)
    add_insights(blueprint, answers)
    return blueprint


def _add_totals(blueprint: Blueprint, answers: Answers) -> None:
    @blueprint.route("/overview")
    class Overview(MethodView):
        @signed_in(scope=SCOPE)
        @blueprint.arguments(schemas.FilterArgs, location="query")
        @blueprint.response(200, schemas.OverviewSchema)
        def get(self, args: Args) -> Response:
            """Total, average, change, the largest category and merchant, and what stands out."""
            return answers.give(
                args,
                lambda snapshot, where, show: show.overview(overview(snapshot, where)),
                stamp=lambda snapshot, where: snapshot.anomaly_stamp(where.owner_id),
            )

    @blueprint.route("/trend")
    class Trend(MethodView):
        @signed_in(scope=SCOPE)
        @blueprint.arguments(schemas.TrendArgs, location="query")
        @blueprint.response(200, schemas.TrendSchema)
        def get(self, args: Args) -> Response:
            """Spending by day, ISO week, month or year; periods without rows are zero."""
            return answers.give(
                args,
                lambda snapshot, where, show: show.trend(
                    trend(
                        snapshot,
                        where,
                        granularity=args["granularity"],
                        compare=args["compare"],
                        split=args["split"] is not None,
                    )
                ),
            )


def _add_divisions(blueprint: Blueprint, answers: Answers) -> None:
    @blueprint.route("/category-share")
    class CategoryShare(MethodView):
        @signed_in(scope=SCOPE)
        @blueprint.arguments(schemas.ShareArgs, location="query")
        @blueprint.response(200, schemas.CategoryShareSchema)
        def get(self, args: Args) -> Response:
            """How the total divides among the categories of a level; shares sum to 1."""
            return answers.give(
                args,
                lambda snapshot, where, show: show.category_share(
                    category_share(snapshot, where, level=args["level"])
                ),
            )

    @blueprint.route("/rank")
    class Rank(MethodView):
        @signed_in(scope=SCOPE)
        @blueprint.arguments(schemas.RankArgs, location="query")
        @blueprint.response(200, schemas.RankSchema)
        def get(self, args: Args) -> Response:
            """The largest merchants, categories, places or single purchases."""
            return answers.give(
                args,
                lambda snapshot, where, show: show.rank(
                    rank(
                        snapshot,
                        where,
                        by=args["by"],
                        metric=args["metric"],
                        limit=args["limit"],
                        level=args["level"],
                    )
                ),
            )


def _add_flows(blueprint: Blueprint, answers: Answers) -> None:
    @blueprint.route("/behavior-tree")
    class BehaviorTree(MethodView):
        @signed_in(scope=SCOPE)
        @blueprint.arguments(schemas.FlowArgs, location="query")
        @blueprint.response(200, BehaviourSchema)
        def get(self, args: Args) -> Response:
            """Categories with their merchants, or the flow from sources to both."""
            draw = _draw_graph if args["form"] == "sankey" else _draw_tree(args["depth"])
            return answers.give(args, draw)


def _add_levels(blueprint: Blueprint, answers: Answers) -> None:
    @blueprint.route("/level-scatter")
    class LevelScatter(MethodView):
        @signed_in(scope=SCOPE)
        @blueprint.arguments(schemas.ScatterArgs, location="query")
        @blueprint.response(200, ScatterSchema)
        def get(self, args: Args) -> Response:
            """Merchants or categories by how often and how much, in named groups (K-means)."""
            by, clusters = args["by"], args["clusters"]
            return answers.give(
                args,
                lambda snapshot, where, show: scatter_body(
                    show, level_scatter(snapshot, where, by=by, clusters=clusters)
                ),
                stamp=lambda snapshot, where: snapshot.level_rows(where),
            )


def _add_maps(blueprint: Blueprint, answers: Answers) -> None:
    @blueprint.route("/heatmap")
    class HeatMap(MethodView):
        @signed_in(scope=SCOPE)
        @blueprint.arguments(HeatArgs, location="query")
        @blueprint.response(200, HeatSchema)
        def get(self, args: Args) -> Response:
            """Where money was spent: cells of a grid, or cities; at most 5,000, no row left out."""
            return answers.give(
                args, _draw_map(by_city=args["by"] == "city", decimals=args["precision"])
            )


def _draw_map(*, by_city: bool, decimals: int | None) -> Draw:
    def draw(snapshot: Snapshot, where: Filter, show: Presenter) -> Json:
        if by_city:
            return cities_body(show, where, heat_cities(snapshot, where))
        return grid_body(show, where, heat_grid(snapshot, where, decimals=decimals))

    return draw


def _draw_tree(depth: int) -> Draw:
    def draw(snapshot: Snapshot, where: Filter, show: Presenter) -> Json:
        root = behaviour_tree(snapshot, where, depth=depth)
        return _flow_bodies(snapshot, where, show, [root]).tree(root, depth=depth)

    return draw


def _draw_graph(snapshot: Snapshot, where: Filter, show: Presenter) -> Json:
    graph = behaviour_graph(snapshot, where)
    return _flow_bodies(snapshot, where, show, graph.nodes).graph(graph)


def _flow_bodies(
    snapshot: Snapshot, where: Filter, show: Presenter, nodes: Sequence[FlowNode]
) -> FlowBodies:
    names = snapshot.label_texts(label_ids(nodes))
    return FlowBodies(show, names, snapshot.categories(where.owner_id).get)


def _add_distributions(blueprint: Blueprint, answers: Answers) -> None:
    @blueprint.route("/amount-hist")
    class AmountHistogram(MethodView):
        @signed_in(scope=SCOPE)
        @blueprint.arguments(schemas.HistogramArgs, location="query")
        @blueprint.response(200, schemas.HistogramSchema)
        def get(self, args: Args) -> Response:
            """How many rows have which amount, with quantiles."""
            return answers.give(
                args,
                lambda snapshot, where, show: show.histogram(
                    amount_histogram(snapshot, where, scale=args["scale"], bins=args["bins"])
                ),
            )

    @blueprint.route("/time-radar")
    class TimeRadar(MethodView):
        @signed_in(scope=SCOPE)
        @blueprint.arguments(schemas.RadarArgs, location="query")
        @blueprint.response(200, schemas.RadarSchema)
        def get(self, args: Args) -> Response:
            """Spending by hour of day, weekday or month of year."""
            return answers.give(
                args,
                lambda snapshot, where, show: show.radar(
                    time_radar(snapshot, where, by=args["by"])
                ),
            )
