"""Renders nginx.conf.template for one of its two targets.

    python gateway/render.py compose --frontend-dir DIR > nginx.conf
    python gateway/render.py local --port 8080 --service auth=28801 ... > nginx.conf

Standard library only: the local runner calls it before anything is installed, and the gateway
image calls it in a build stage.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SERVICES = ("auth", "ingest", "analytics", "forecast", "report")
TEMPLATE = Path(__file__).with_name("nginx.conf.template")
STATIC = Path(__file__).resolve().with_name("static")

_MARK = re.compile(r"@\{([a-z_]+)\}")
_INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE
)

# Scripts never run on the documentation pages; their one style sheet may stand in the page.
DOCS_CSP = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class OwnProblem:
    """An error that Nginx itself answers: the codes it comes from and what the caller reads."""

    status: int
    codes: tuple[int, ...]
    slug: str
    title: str
    detail: str = ""


PROBLEMS = (
    OwnProblem(400, (400, 414, 494), "invalid-request", "Bad request", "The request is malformed."),
    OwnProblem(403, (403,), "forbidden", "Forbidden"),
    OwnProblem(404, (404,), "not-found", "Not found", "Nothing stands at this address."),
    OwnProblem(405, (405,), "method-not-allowed", "Method not allowed"),
    OwnProblem(408, (408,), "request-timeout", "Request timeout", "The request came too slowly."),
    OwnProblem(413, (413,), "payload-too-large", "Payload too large", "The body is too large."),
    OwnProblem(416, (416,), "range-not-satisfiable", "Range not satisfiable"),
    OwnProblem(429, (429,), "too-many-requests", "Too many requests", "Wait a moment, then retry."),
    OwnProblem(500, (500, 501, 505), "internal-error", "Internal error"),
    # A service that cannot be reached is a passing state, so 502 is told as 503 with Retry-After.
    OwnProblem(
        503,
        (502, 503),
        "service-unavailable",
        "Service unavailable",
        "The service is starting or being restarted.",
    ),
    OwnProblem(504, (504,), "gateway-timeout", "Gateway timeout", "The service took too long."),
)


@dataclass(frozen=True, slots=True)
class Target:
    """Where one output of the template runs; paths are absolute."""

    listen: str
    run_dir: str
    frontend_dir: str
    gateway_static: str
    reports_dir: str
    upstreams: Mapping[str, str]
    resolver: str = ""
    user: str = ""
    worker_processes: str = "1"


def compose_target() -> Target:
    """The target inside the gateway image: Docker's DNS finds the replicas as they come and go."""
    return Target(
        listen="8080",
        run_dir="/tmp",  # noqa: S108 - the container's own tmpfs; its root is read-only
        frontend_dir="/srv/frontend",
        gateway_static="/srv/gateway",
        reports_dir="/srv/reports",
        upstreams={name: f"{name}:8000 resolve" for name in SERVICES},
        resolver="127.0.0.11 valid=2s ipv6=off",
        worker_processes="2",
    )


def script_hashes(index_html: str) -> list[str]:
    """CSP source expressions of the page's inline scripts (its import map), in page order."""
    digests = (
        hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(index_html)
    )
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def site_csp(index_html: str) -> str:
    """The Content-Security-Policy of every page but the API documents."""
    scripts = " ".join(["'self'", *script_hashes(index_html)])
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _upstream(name: str, server: str) -> str:
    return (
        f"    upstream {name} {{\n"
        f"        zone {name} 64k;\n"
        f"        server {server} max_fails=2 fail_timeout=2s;\n"
        # below gunicorn's own keep-alive of 75 s, so that Nginx is the one to hang up
        "        keepalive 16;\n"
        "        keepalive_timeout 60s;\n"
        "    }"
    )


def _problem_location(problem: OwnProblem) -> str:
    body = json.dumps(
        {
            "type": f"/problems/{problem.slug}",
            "title": problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "instance": "$problem_instance",
            "request_id": "$request_key",
            "errors": [],
        }
    )
    return (
        f"        location @problem_{problem.status} {{\n"
        "            internal;\n"
        # empty: the asked path's own ending must not choose the type
        "            types {}\n"
        "            default_type application/problem+json;\n"
        f"            return {problem.status} '{body}';\n"
        "        }"
    )


def _error_page(problem: OwnProblem) -> str:
    codes = " ".join(str(code) for code in problem.codes)
    return f"        error_page {codes} ={problem.status} @problem_{problem.status};"


def render(target: Target, *, index_html: str) -> str:
    """The text of nginx.conf for `target`.

    Raises:
        KeyError: the template has a mark that nothing fills.
    """
    values = {
        "user_line": f"user {target.user};" if target.user else "",
        "worker_processes": target.worker_processes,
        "run_dir": target.run_dir,
        "listen": target.listen,
        "frontend_dir": target.frontend_dir,
        "gateway_static": target.gateway_static,
        "reports_dir": target.reports_dir,
        "resolver": f"    resolver {target.resolver};" if target.resolver else "",
        "upstreams": "\n".join(_upstream(*item) for item in target.upstreams.items()),
        "site_csp": site_csp(index_html),
        "docs_csp": DOCS_CSP,
        "error_pages": "\n".join(_error_page(problem) for problem in PROBLEMS),
        "problem_locations": "\n".join(_problem_location(problem) for problem in PROBLEMS),
    }
    return _MARK.sub(lambda mark: values[mark[1]], TEMPLATE.read_text(encoding="utf-8"))


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Render the gateway's nginx.conf.")
    parser.add_argument("target", choices=("compose", "local"))
    parser.add_argument("--frontend-dir", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--run-dir")
    parser.add_argument("--reports-dir")
    parser.add_argument("--user", default="", help="only where Nginx is started by root")
    parser.add_argument("--service", action="append", default=[], metavar="NAME=PORT")
    return parser.parse_args(argv)


def local_target(arguments: argparse.Namespace) -> Target:
    """The target on one machine: services on loopback ports, Nginx with its own folders."""
    ports = dict(pair.split("=", 1) for pair in arguments.service)
    return Target(
        listen=f"{arguments.host}:{arguments.port}",
        run_dir=arguments.run_dir,
        frontend_dir=str(arguments.frontend_dir),
        gateway_static=str(STATIC),
        reports_dir=arguments.reports_dir,
        upstreams={name: f"127.0.0.1:{ports[name]}" for name in SERVICES},
        user=arguments.user,
    )


def main(argv: list[str]) -> int:
    """Writes the rendered configuration to standard output."""
    arguments = _arguments(argv)
    target = compose_target() if arguments.target == "compose" else local_target(arguments)
    index = arguments.frontend_dir / "index.html"
    index_html = index.read_text(encoding="utf-8") if index.exists() else ""
    sys.stdout.write(render(target, index_html=index_html))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
