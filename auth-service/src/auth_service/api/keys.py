"""What the other services ask for: verification keys and tokens of their own."""

from typing import Any

from flask import Response, jsonify
from flask.views import MethodView

from auth_service.api import schemas
from auth_service.api.common import parts
from auth_service.usecases import services
from servicekit.identity import public
from servicekit.web import Blueprint

_JWKS_MAX_AGE_S = 60

blueprint = Blueprint("keys", "keys", description="For the other services")


@blueprint.route("/auth/.well-known/jwks.json")
class Jwks(MethodView):
    """Verification keys."""

    @public
    @blueprint.response(200, schemas.JwksAnswer)
    def get(self) -> Response:
        """Show the keys that verify access tokens"""
        response = jsonify(parts().jwks())
        response.headers["Cache-Control"] = f"public, max-age={_JWKS_MAX_AGE_S}"
        return response


@blueprint.route("/auth/token")
class Token(MethodView):
    """Tokens for services."""

    @public
    @blueprint.arguments(schemas.TokenForm, location="form")
    @blueprint.response(200, schemas.TokenAnswer)
    def post(self, form: dict[str, Any]) -> Response:
        """Give a service a short token (client_credentials), for one owner's data if named"""
        access = services.grant_service_token(
            parts().context,
            grant_type=form["grant_type"],
            client_id=form["client_id"],
            client_secret=form["client_secret"],
            scope=form["scope"],
            owner_id=form["owner"],
        )
        answer = {
            "access_token": access.text,
            "token_type": "Bearer",
            "expires_in": access.expires_in_s,
        }
        response = jsonify(answer)
        response.headers["Cache-Control"] = "no-store"
        return response
