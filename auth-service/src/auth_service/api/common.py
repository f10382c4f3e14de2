"""What the views share: the parts of this app, the caller, the device."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request

from auth_service.domain.model import Device
from auth_service.usecases.context import Caller, Context
from auth_service.usecases.sessions import MAX_USER_AGENT_CHARS
from servicekit.identity import current_identity
from servicekit.paging import decode_cursor
from servicekit.problems import FieldError, Problem, standard_problem

EXTENSION = "auth_service"


@dataclass(frozen=True, slots=True)
class Parts:
    """What create_app hands to the views."""

    context: Context
    jwks: Callable[[], dict[str, Any]]
    cookie_secure: bool


def parts() -> Parts:
    """The parts of the app that answers this request."""
    found: Parts = current_app.extensions[EXTENSION]
    return found


def caller() -> Caller:
    """Who holds the access token of this request; only people reach these routes."""
    identity = current_identity()
    return Caller(user_id=int(identity.subject), session_id=identity.session_id)


def device() -> Device:
    """Where this request comes from."""
    agent = request.headers.get("User-Agent", "")[:MAX_USER_AGENT_CHARS]
    return Device(ip=request.remote_addr or "", user_agent=agent)


def cursor_id(cursor: str | None) -> int | None:
    """The id in a cursor of this service, None without a cursor.

    Raises:
        Problem: invalid-cursor.
    """
    if cursor is None:
        return None
    position = decode_cursor(cursor).get("id")
    if not isinstance(position, int) or isinstance(position, bool) or abs(position) >= 2**63:
        raise Problem(400, "invalid-cursor", "The cursor is not valid")
    return position


def invalid_query(name: str, detail: str) -> Problem:
    """The problem of one query field."""
    return standard_problem(422, errors=[FieldError("invalid", detail, pointer=f"/query/{name}")])
