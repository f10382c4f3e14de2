"""Accounts, as administrators see them."""

from typing import Any

from flask.views import MethodView

from auth_service.api import schemas
from auth_service.api.common import caller, cursor_id, parts
from auth_service.domain.model import Profile
from auth_service.usecases import administration
from servicekit.identity import admin_only
from servicekit.paging import encode_cursor
from servicekit.schemas import PageArgs
from servicekit.web import Blueprint

blueprint = Blueprint("users", "users", description="Accounts, for administrators")


@blueprint.route("/auth/users")
class Users(MethodView):
    """All accounts."""

    @admin_only
    @blueprint.arguments(PageArgs, location="query")
    @blueprint.response(200, schemas.UserList)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """List accounts by rising id"""
        page = administration.list_users(
            parts().context,
            caller(),
            after_id=cursor_id(args["cursor"]) or 0,
            limit=args["limit"],
        )
        cursor = encode_cursor({"id": page.items[-1].user.id}) if page.has_more else None
        return {"items": page.items, "next_cursor": cursor}


@blueprint.route("/auth/users/<int:user_id>")
class OneUser(MethodView):
    """One account."""

    @admin_only
    @blueprint.arguments(schemas.StandingBody)
    @blueprint.response(200, schemas.UserAnswer)
    def patch(self, body: dict[str, Any], user_id: int) -> Profile:
        """Change a role or status; a change ends the account's sessions"""
        return administration.change_standing(
            parts().context,
            caller(),
            user_id=user_id,
            role=body.get("role"),
            status=body.get("status"),
        )
