"""/analytics/views: filters that the caller has named."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask.views import MethodView

from analytics_service.api import schemas_views as schemas
from analytics_service.domain.ports import Views
from analytics_service.domain.views import View, ViewChange
from servicekit.identity import current_identity, signed_in
from servicekit.web import Blueprint

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ViewDesk:
    """What the routes work with."""

    views: Views
    clock: Callable[[], datetime]

    def now(self) -> int:
        """The present instant in epoch seconds."""
        return int(self.clock().timestamp())


def views_blueprint(desk: ViewDesk) -> Blueprint:
    """The routes below /analytics/views."""
    blueprint = Blueprint(
        "views", __name__, url_prefix="/analytics/views", description="Saved filters"
    )
    _add_list(blueprint, desk)
    _add_single(blueprint, desk)
    return blueprint


def _add_list(blueprint: Blueprint, desk: ViewDesk) -> None:
    @blueprint.route("")
    class ViewList(MethodView):
        @signed_in()
        @blueprint.response(200, schemas.ViewsSchema)
        def get(self) -> Body:
            """The caller's views in order of their names."""
            items = [_body(view) for view in desk.views.all_of(_owner())]
            return {"items": items, "next_cursor": None}

        @signed_in()
        @blueprint.arguments(schemas.NewViewSchema)
        @blueprint.response(201, schemas.ViewSchema)
        def post(self, entry: Body) -> tuple[Body, int, dict[str, str]]:
            """Keep a filter under a name."""
            body = _body(desk.views.add(_owner(), ViewChange(**entry), now=desk.now()))
            return body, 201, {"Location": f"/analytics/views/{body['id']}"}


def _add_single(blueprint: Blueprint, desk: ViewDesk) -> None:
    @blueprint.route("/<int:view_id>")
    class ViewItem(MethodView):
        @signed_in()
        @blueprint.arguments(schemas.ViewChangeSchema)
        @blueprint.response(200, schemas.ViewSchema)
        def patch(self, entry: Mapping[str, Any], view_id: int) -> Body:
            """Rename a view, or keep another filter under its name."""
            change = ViewChange(**entry)
            return _body(desk.views.change(_owner(), view_id, change, now=desk.now()))

        @signed_in()
        @blueprint.response(204)
        def delete(self, view_id: int) -> None:
            """Remove a view."""
            desk.views.delete(_owner(), view_id)


def _owner() -> int:
    return int(current_identity().owner_id)


def _body(view: View) -> Body:
    return {
        "id": str(view.id),
        "name": view.name,
        "page": view.page,
        "query": dict(view.query),
        "created_at": _instant(view.created_at),
        "updated_at": _instant(view.updated_at),
    }


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
