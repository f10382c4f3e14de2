"""/healthz, /readyz and /metrics."""

import os
import time
from collections.abc import Callable, Mapping

from flask import Flask, Response, g, jsonify, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)

from servicekit.identity import public
from servicekit.logs import get_logger
from servicekit.problems import FieldError, problem_response, standard_problem

REQUESTS = Counter(
    "http_requests_total", "Requests answered", ("service", "method", "route", "status")
)
LATENCY = Histogram(
    "http_request_duration_seconds",
    "Time to answer",
    ("service", "method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
_NOT_READY_RETRY_AFTER_S = "2"


def init_health(app: Flask, *, readiness: Mapping[str, Callable[[], None]]) -> None:
    """Add the three routes. A readiness check raises where its part is not ready."""

    @public
    def healthz() -> Response:
        return jsonify({"status": "ok"})

    @public
    def readyz() -> Response:
        failed = [name for name, check in readiness.items() if not _passes(name, check)]
        if not failed:
            return jsonify({"status": "ready", "checks": dict.fromkeys(readiness, "ok")})
        errors = [FieldError("not-ready", name) for name in failed]
        return problem_response(
            standard_problem(
                503,
                detail="Not ready: " + ", ".join(failed),
                errors=errors,
                headers={"Retry-After": _NOT_READY_RETRY_AFTER_S},
            )
        )

    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.add_url_rule("/metrics", "metrics", public(metrics))


def _passes(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception as error:  # noqa: BLE001 - whatever it raises, the part is not ready
        get_logger().warning("not_ready", check=name, error=type(error).__name__)
        return False
    return True


def metrics() -> Response:
    """The metrics of all processes of this service on this machine, in Prometheus's format."""
    registry: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def init_metrics(app: Flask, *, service: str) -> None:
    """Count and time every request by route and status."""

    @app.before_request
    def start_timer() -> None:
        g.started_at = time.perf_counter()

    @app.after_request
    def observe(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unmatched"
        labels = (service, request.method, route, str(response.status_code))
        elapsed_s = time.perf_counter() - g.get("started_at", time.perf_counter())
        REQUESTS.labels(*labels).inc()
        LATENCY.labels(*labels).observe(elapsed_s)
        return response
