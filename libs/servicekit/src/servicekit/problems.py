"""RFC 9457 problem documents: every 4xx and 5xx answer of a service is made here."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from flask import Flask, Response, g, has_request_context, request
from werkzeug.exceptions import HTTPException

from servicekit.logs import get_logger
from servicekit.sqlite import shortage_of

PROBLEM_MEDIA_TYPE = "application/problem+json"
BUSY_RETRY_AFTER_S = "1"

_STATUS_SLUGS: Mapping[int, tuple[str, str]] = {
    400: ("invalid-request", "The request cannot be read"),
    401: ("unauthenticated", "Sign in first"),
    403: ("forbidden", "Not allowed"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "This address does not take that method"),
    409: ("conflict", "In conflict with the present state"),
    413: ("payload-too-large", "The request body is too large"),
    415: ("unsupported-media-type", "This kind of body is not understood"),
    422: ("validation-failed", "Some values are not valid"),
    429: ("too-many-requests", "Too many requests"),
    500: ("internal-error", "Something went wrong here"),
    502: ("bad-gateway", "A neighbouring service answered badly"),
    503: ("service-unavailable", "Not available just now"),
    504: ("gateway-timeout", "A neighbouring service took too long"),
    507: ("storage-full", "The disk is full"),
}

# marshmallow keeps only texts; these are the texts of its own rules, with the code each stands for.
_MESSAGE_CODES: Mapping[str, str] = {
    "Missing data for required field.": "required",
    "Field may not be null.": "null",
    "Unknown field.": "unknown-field",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong in a request: where (a pointer or a row), a stable code, a text."""

    code: str
    detail: str
    pointer: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class ProblemSpec:
    """How a domain error appears on the wire."""

    status: int
    slug: str
    title: str
    headers: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class _HasErrors(Protocol):
    errors: Sequence[FieldError]


class Problem(Exception):  # noqa: N818 - the name is RFC 9457's own term
    """An answer of status 4xx or 5xx, raised from wherever it is discovered."""

    def __init__(  # noqa: PLR0917 - the order of RFC 9457's own members
        self,
        status: int,
        slug: str,
        title: str,
        detail: str = "",
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or title)
        self.status = status
        self.slug = slug
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


def standard_problem(
    status: int,
    *,
    detail: str = "",
    errors: Iterable[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Problem:
    """The problem that stands for a bare HTTP status, with the common slug and title."""
    known = status if status in _STATUS_SLUGS else (500 if status >= 500 else 400)  # noqa: PLR2004
    slug, title = _STATUS_SLUGS[known]
    return Problem(status, slug, title, detail, errors, headers)


def _error_body(error: FieldError) -> dict[str, object]:
    body: dict[str, object] = {"code": error.code, "detail": error.detail}
    pointer = getattr(error, "pointer", None)
    row = getattr(error, "row", None)
    if pointer is not None:
        body["pointer"] = pointer
    if row is not None:
        body["row"] = row
    return body


def problem_response(problem: Problem) -> Response:
    """The HTTP answer for a problem."""
    body: dict[str, object] = {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
    }
    if has_request_context():
        body["instance"] = request.path
        body["request_id"] = g.get("request_id", "")
    body["errors"] = [_error_body(error) for error in problem.errors]
    response = Response(
        json.dumps(body, ensure_ascii=False), status=problem.status, mimetype=PROBLEM_MEDIA_TYPE
    )
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def init_problems(app: Flask, mapping: Mapping[type[Exception], ProblemSpec]) -> None:
    """Make every error of this app a problem document.

    Args:
        app: The application, after flask-smorest has registered its own handler.
        mapping: Domain errors and how they appear; a subclass follows its nearest base.
    """
    for error_type, spec in mapping.items():
        app.register_error_handler(error_type, _mapped_handler(spec))
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


class _MappedHandler(Protocol):
    def __call__(self, error: Exception, /) -> Response: ...


def _mapped_handler(spec: ProblemSpec) -> _MappedHandler:
    def handle(error: Exception) -> Response:
        errors = error.errors if isinstance(error, _HasErrors) else ()
        return problem_response(
            Problem(spec.status, spec.slug, spec.title, str(error), errors, spec.headers)
        )

    return handle


def _http_error(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or error.code is None or error.code < 400:  # noqa: PLR2004
        return error
    data = getattr(error, "data", None) or {}
    messages = data.get("errors") or data.get("messages")
    dropped = {"content-type", "content-length"}
    headers = {k: v for k, v in error.get_headers() if k.lower() not in dropped}
    headers.update(data.get("headers") or {})
    return problem_response(
        standard_problem(
            error.code,
            detail=data.get("message") or _http_detail(error, has_messages=bool(messages)),
            errors=field_errors(messages) if messages else (),
            headers=headers,
        )
    )


def _http_detail(error: HTTPException, *, has_messages: bool) -> str:
    if has_messages or error.code is None or error.code >= 500:  # noqa: PLR2004
        return ""
    return error.description or ""


def field_errors(messages: object, prefix: str = "") -> list[FieldError]:
    """Flat errors with pointers ("/json/field/0") from marshmallow's nested messages."""
    if isinstance(messages, Mapping):
        return [
            error
            for key, value in messages.items()
            for error in field_errors(value, prefix if key == "_schema" else f"{prefix}/{key}")
        ]
    if isinstance(messages, list | tuple):
        return [error for value in messages for error in field_errors(value, prefix)]
    text = str(messages)
    return [FieldError(_MESSAGE_CODES.get(text, "invalid"), text, pointer=prefix or "/")]


def _unexpected(error: Exception) -> Response:
    shortage = shortage_of(error)
    if shortage == "full":
        get_logger().error("storage_full")
        return problem_response(standard_problem(507))
    if shortage == "busy":
        get_logger().warning("database_busy")
        return problem_response(standard_problem(503, headers={"Retry-After": BUSY_RETRY_AFTER_S}))
    get_logger().error("unhandled_error", exc_info=error)
    return problem_response(standard_problem(500))
