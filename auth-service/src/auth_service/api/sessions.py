"""Register, sign in, go on, sign out."""

from typing import Any

from flask import Response, jsonify, make_response, request
from flask.views import MethodView

from auth_service.api import schemas
from auth_service.api.common import caller, device, parts
from auth_service.domain.errors import RefreshInvalid
from auth_service.usecases import accounts, sessions
from auth_service.usecases.sessions import SignedIn
from servicekit.identity import current_identity, public, signed_in
from servicekit.web import Blueprint

COOKIE = "refresh_token"
_COOKIE_PATH = "/auth"

blueprint = Blueprint("sessions", "sessions", description="Registering and signing in")


def _with_cookie(signed: SignedIn) -> Response:
    response = jsonify(
        {
            "access_token": signed.access.text,
            "token_type": "Bearer",
            "expires_in": signed.access.expires_in_s,
        }
    )
    response.set_cookie(
        COOKIE,
        signed.refresh_token,
        max_age=signed.refresh_lifetime_s,
        path=_COOKIE_PATH,
        secure=parts().cookie_secure,
        httponly=True,
        samesite="Strict",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/auth/register")
class Register(MethodView):
    """New accounts."""

    @public
    @blueprint.arguments(schemas.RegisterBody)
    @blueprint.response(201, schemas.RegisterAnswer)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Make an account with an e-mail address or a mainland mobile number"""
        return {"user": accounts.register(parts().context, accounts.NewAccount(**body))}


@blueprint.route("/auth/login")
class Login(MethodView):
    """Signing in."""

    @public
    @blueprint.arguments(schemas.LoginBody)
    @blueprint.response(200, schemas.TokenAnswer)
    def post(self, body: dict[str, str]) -> Response:
        """Sign in; the refresh token comes as a cookie"""
        return _with_cookie(sessions.login(parts().context, **body, device=device()))


@blueprint.route("/auth/refresh")
class Refresh(MethodView):
    """Going on."""

    @public
    @blueprint.response(200, schemas.TokenAnswer)
    def post(self) -> Response:
        """Exchange the refresh cookie for new tokens"""
        secret = request.cookies.get(COOKIE, "")
        if not secret:
            raise RefreshInvalid
        return _with_cookie(sessions.refresh(parts().context, refresh_token=secret))


@blueprint.route("/auth/logout")
class Logout(MethodView):
    """Signing out."""

    @signed_in()
    @blueprint.arguments(schemas.LogoutArgs, location="query")
    @blueprint.response(204)
    def post(self, args: dict[str, bool]) -> Response:
        """End this session, or with all=true every session"""
        sessions.logout(parts().context, caller(), everywhere=args["all"])
        response = make_response("", 204)
        response.delete_cookie(
            COOKIE, path=_COOKIE_PATH, secure=parts().cookie_secure, httponly=True,
            samesite="Strict",
        )  # fmt: skip
        return response


@blueprint.route("/auth/sessions")
class Sessions(MethodView):
    """A person's sessions."""

    @signed_in()
    @blueprint.response(200, schemas.SessionList)
    def get(self) -> dict[str, Any]:
        """List the own usable sessions, the last used first"""
        current_id = current_identity().session_id
        items = [
            {
                "id": session.id,
                "created_at": session.created_at,
                "last_used_at": session.last_used_at,
                "expires_at": session.expires_at,
                "device": session.device,
                "current": session.id == current_id,
            }
            for session in sessions.list_sessions(parts().context, caller())
        ]
        return {"items": items, "next_cursor": None}


@blueprint.route("/auth/sessions/<string:session_id>")
class OneSession(MethodView):
    """One session."""

    @signed_in()
    @blueprint.response(204)
    def delete(self, session_id: str) -> None:
        """End one of the own sessions"""
        sessions.end_session(parts().context, caller(), session_id)
