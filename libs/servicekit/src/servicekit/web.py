"""The bare application that every service builds on."""

import re
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, g, request
from flask_smorest import Api
from flask_smorest import Blueprint as SmorestBlueprint
from webargs.flaskparser import FlaskParser
from werkzeug.routing import IntegerConverter, Map

from servicekit.health import init_health, init_metrics
from servicekit.identity import KeySource, init_identity
from servicekit.logs import bind_request_id, get_logger
from servicekit.openapi import ProblemApi, init_openapi, smorest_config
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable
from servicekit.problems import ProblemSpec, init_problems

MIB = 1024 * 1024
_MAX_SQLITE_INTEGER = 2**63 - 1
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})

_KIT_ERRORS: Mapping[type[Exception], ProblemSpec] = {
    NeighbourUnavailable: ProblemSpec(
        503,
        "neighbour-unavailable",
        "A neighbouring service cannot be reached",
        {"Retry-After": "5"},
    ),
    NeighbourRefused: ProblemSpec(502, "bad-gateway", "A neighbouring service answered badly"),
}


class _StrictParser(FlaskParser):
    # None leaves the decision to the schema; webargs would drop unknown query fields silently.
    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 - webargs reads this class attribute
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": None,
        "form": None,
    }


class _RowIdConverter(IntegerConverter):
    """Ids in addresses fit SQLite's integers; larger numbers are addresses of nothing (404)."""

    def __init__(self, url_map: Map, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max", _MAX_SQLITE_INTEGER)
        super().__init__(url_map, *args, **kwargs)


class Blueprint(SmorestBlueprint):
    """flask-smorest's Blueprint, with unknown query and form fields left to the schema.

    With a StrictSchema a mistyped query name is then answered by 422 instead of being ignored.
    Such a route takes its whole query through one schema.
    """

    ARGUMENTS_PARSER = _StrictParser()


def create_base_app(
    import_name: str,
    *,
    service: str,
    mapping: Mapping[type[Exception], ProblemSpec],
    jwks: KeySource,
    issuer: str,
    audience: str,
    readiness: Mapping[str, Callable[[], None]],
    title: str,
    max_body_bytes: int = MIB,
) -> tuple[Flask, Api]:
    """An app with logs, request ids, problems, identity, health, metrics and documentation.

    Args:
        import_name: The service's package, as for Flask.
        service: The service's short name.
        mapping: Domain errors and how they appear on the wire.
        jwks: Where verification keys come from.
        issuer: The only token issuer that is believed.
        audience: The audience that tokens must name.
        readiness: Checks by name; one that raises makes /readyz answer 503.
        title: The title of the OpenAPI document.
        max_body_bytes: Larger request bodies are answered by 413.
    """
    app = Flask(import_name, static_folder=None)
    app.config.update(smorest_config(title))
    app.config["MAX_CONTENT_LENGTH"] = max_body_bytes
    # Form fields other than files are held in memory; Flask's own limit is 500 kB.
    app.config["MAX_FORM_MEMORY_SIZE"] = min(max_body_bytes, MIB)
    app.json.ensure_ascii = False  # type: ignore[attr-defined] # on the default provider
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.converters["int"] = _RowIdConverter
    _init_request_ids(app)
    init_metrics(app, service=service)
    _init_access_log(app)
    init_identity(app, jwks=jwks, issuer=issuer, audience=audience)
    api = ProblemApi(app)
    init_problems(app, {**_KIT_ERRORS, **mapping})
    init_health(app, readiness=readiness)
    init_openapi(app, api, title=title)
    return app, api


def _init_request_ids(app: Flask) -> None:
    @app.before_request
    def take_request_id() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        bind_request_id(g.request_id)

    @app.after_request
    def echo_request_id(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response


def _init_access_log(app: Flask) -> None:
    @app.after_request
    def log_request(response: Response) -> Response:
        if request.path not in _QUIET_PATHS:
            # The route and not the path or query: those can hold names of payees.
            get_logger().info(
                "request_finished",
                method=request.method,
                route=request.url_rule.rule if request.url_rule else "unmatched",
                status=response.status_code,
                duration_ms=round((time.perf_counter() - g.started_at) * 1000, 1),
            )
        return response
