"""The own account, settings, and the record of sign-ins."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask.views import MethodView

from auth_service.api import schemas
from auth_service.api.common import caller, cursor_id, invalid_query, parts
from auth_service.domain.model import Profile, Settings
from auth_service.usecases import accounts
from servicekit.identity import current_identity, signed_in
from servicekit.paging import encode_cursor
from servicekit.web import Blueprint

blueprint = Blueprint("account", "account", description="The own account")


@blueprint.route("/auth/me")
class Me(MethodView):
    """The own account."""

    @signed_in()
    @blueprint.response(200, schemas.UserAnswer)
    def get(self) -> Profile:
        """Show the own account"""
        return accounts.see_profile(parts().context, caller())

    @signed_in()
    @blueprint.arguments(schemas.MeBody)
    @blueprint.response(200, schemas.UserAnswer)
    def patch(self, body: dict[str, Any]) -> Profile:
        """Change language, time zone or currency; tokens carry them from the next refresh on"""
        return accounts.change_own_settings(parts().context, caller(), body)


@blueprint.route("/auth/me/password")
class Password(MethodView):
    """The own password."""

    @signed_in()
    @blueprint.arguments(schemas.PasswordBody)
    @blueprint.response(204)
    def post(self, body: dict[str, str]) -> None:
        """Change the password; the other sessions end"""
        accounts.change_password(parts().context, caller(), old=body["old"], new=body["new"])


@blueprint.route("/settings")
class OwnSettings(MethodView):
    """The own settings."""

    @signed_in()
    @blueprint.response(200, schemas.SettingsAnswer)
    def get(self) -> Settings:
        """Show the settings, the defaults where none were kept"""
        return accounts.see_profile(parts().context, caller()).settings

    @signed_in()
    @blueprint.arguments(schemas.SettingsBody)
    @blueprint.response(200, schemas.SettingsAnswer)
    def put(self, body: dict[str, Any]) -> Settings:
        """Keep settings; what is left out stays as it is"""
        changes = {name: value for name, value in body.items() if name != "updated_at"}
        return accounts.change_own_settings(parts().context, caller(), changes).settings


@blueprint.route("/auth/login-logs")
class LoginLogs(MethodView):
    """The record of sign-ins."""

    @signed_in()
    @blueprint.arguments(schemas.LoginLogArgs, location="query")
    @blueprint.response(200, schemas.LoginLogList)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """List attempts to sign in, newest first; administrators may name a user_id"""
        page = accounts.list_logins(
            parts().context,
            caller(),
            user_id=args.get("user_id"),
            before_id=cursor_id(args["cursor"]),
            start=_instant(args.get("start"), name="from"),
            end=_instant(args.get("end"), name="to"),
            limit=args["limit"],
        )
        cursor = encode_cursor({"id": page.items[-1].id}) if page.has_more else None
        return {"items": page.items, "next_cursor": cursor}


def _instant(text: str | None, *, name: str) -> datetime | None:
    """A day (its start in the caller's time zone) or an ISO 8601 instant with its offset."""
    if text is None:
        return None
    zone = ZoneInfo(current_identity().time_zone)
    try:
        return datetime.combine(date.fromisoformat(text), time(), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise invalid_query(name, "Write a day as 2026-03-05.") from error
