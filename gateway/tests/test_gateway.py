"""The gateway's promises, asked of a real Nginx."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json

import pytest
from conftest import Answer, Gateway

EVERYWHERE = (
    "X-Request-ID",
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Cache-Control",
)


def assert_problem(answer: Answer, status: int, slug: str) -> None:
    assert answer.status == status
    assert answer.header("Content-Type") == "application/problem+json"
    problem = answer.json
    assert problem["status"] == status
    assert problem["type"] == f"/problems/{slug}"
    assert problem["request_id"] == answer.header("X-Request-ID")
    assert set(problem) == {
        *("type", "title", "status", "detail", "instance", "request_id", "errors"),
    }


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/auth/login", "auth"),
        ("/auth/me", "auth"),
        ("/auth/.well-known/jwks.json", "auth"),
        ("/settings", "auth"),
        ("/data/import", "ingest"),
        ("/data/imports/7/errors?limit=5", "ingest"),
        ("/data/export?format=csv", "ingest"),
        ("/data/export/download?token=a.b", "ingest"),
        ("/expenses", "ingest"),
        ("/expenses/9", "ingest"),
        ("/categories", "ingest"),
        ("/rules/apply", "ingest"),
        ("/analytics/trend?from=2024-01-01", "analytics"),
        ("/reports", "report"),
        ("/reports/generate", "report"),
        ("/reports/schedules/1", "report"),
    ],
)
def test_each_route_reaches_its_service_unchanged(
    gateway: Gateway, path: str, service: str
) -> None:
    told = gateway.ask(path).json

    assert (told["service"], told["path"]) == (service, path)


@pytest.mark.parametrize("service", ["auth", "ingest", "analytics", "report"])
def test_documents_of_every_service_are_linked_and_reachable(
    gateway: Gateway, service: str
) -> None:
    index = gateway.ask("/api-docs/")

    assert index.header("Content-Type") == "text/html; charset=utf-8" or index.status == 200
    assert f'href="/api-docs/{service}/"'.encode() in index.body
    assert gateway.ask(f"/api-docs/{service}/").json["path"] == "/docs"
    assert gateway.ask(f"/api-docs/{service}/openapi.json").json["path"] == "/openapi.json"


@pytest.mark.parametrize(
    "path",
    [
        "/internal/changes",
        "//internal/changes",
        "/internal",
        "/%69nternal/changes",
        "/data/../internal/changes",
        "/data/%2e%2e/internal/changes",
        "/data/..%2finternal/changes",
        "/internal/changes/../../data/imports",
        "/metrics",
        "/metrics/",
        "/_reports/files/1.pdf",
        "/readyz",
        "/expensesx",
        "/settings/other",
        "/package.json",
        "/tests/a.js",
        "/node_modules/a.js",
        "/src/",
        "/no-such-page",
    ],
)
def test_what_is_not_public_is_not_found(gateway: Gateway, path: str) -> None:
    assert_problem(gateway.ask(path), 404, "not-found")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/index.html",
        "/src/main.js",
        "/vendor/chart-0123abcd.js",
        "/healthz",
        "/api-docs/",
        "/api-docs/assets/index.css",
        "/api-docs/auth/",
        "/auth/me",
        "/data/import",
        "/data/export",
        "/expenses",
        "/analytics/trend",
        "/forecast/predict",
        "/reports/1/download",
        "/internal/changes",
    ],
)
def test_every_answer_carries_the_security_headers_once(gateway: Gateway, path: str) -> None:
    answer = gateway.ask(path)

    assert [name for name in EVERYWHERE if answer.header(name) is None] == []


def test_no_location_adds_headers_and_so_drops_the_others() -> None:
    from conftest import RENDER

    template = RENDER.with_name("nginx.conf.template").read_text()
    locations = template[template.index("# --- the gateway itself") :]

    assert "add_header" not in locations


def test_policy_allows_own_scripts_and_the_import_map_only(gateway: Gateway) -> None:
    import_map = b'{"imports": {"a": "/src/a.js"}}'
    digest = base64.b64encode(hashlib.sha256(import_map).digest()).decode()

    policy = gateway.ask("/").header("Content-Security-Policy") or ""

    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy


def test_unreachable_service_is_503_with_retry_after(gateway: Gateway) -> None:
    answer = gateway.ask("/forecast/predict?period=day")

    assert_problem(answer, 503, "service-unavailable")
    assert answer.header("Retry-After") == "2"
    assert answer.json["instance"] == "/forecast/predict"


def test_too_large_body_is_413(gateway: Gateway) -> None:
    headers = {"Content-Length": str(2 * 1024 * 1024)}

    assert_problem(
        gateway.ask("/expenses", method="POST", headers=headers), 413, "payload-too-large"
    )


def test_import_takes_bodies_that_other_routes_refuse(gateway: Gateway) -> None:
    answer = gateway.ask("/data/import", method="POST", body=b"x" * 3_000_000)

    assert answer.json["received"] == 3_000_000


def test_import_above_its_own_limit_is_413(gateway: Gateway) -> None:
    headers = {"Content-Length": str(300 * 1024 * 1024)}

    assert_problem(
        gateway.ask("/data/import", method="POST", headers=headers), 413, "payload-too-large"
    )


def test_writing_to_a_static_page_is_405(gateway: Gateway) -> None:
    assert_problem(gateway.ask("/", method="POST", body=b"x"), 405, "method-not-allowed")


def test_harmless_request_id_is_kept_and_passed_on(gateway: Gateway) -> None:
    answer = gateway.ask("/auth/me", headers={"X-Request-ID": "abcdef-123456"})

    assert answer.header("X-Request-ID") == "abcdef-123456"
    assert answer.json["headers"]["x-request-id"] == "abcdef-123456"  # type: ignore[index]


@pytest.mark.parametrize("sent", ["short", "has space in it", 'quo"te-quote', "x" * 65])
def test_other_request_ids_are_replaced(gateway: Gateway, sent: str) -> None:
    made = gateway.ask("/auth/me", headers={"X-Request-ID": sent}).header("X-Request-ID") or ""

    assert len(made) == 32
    assert made != sent


def test_claimed_address_is_not_believed(gateway: Gateway) -> None:
    told = gateway.ask("/auth/me", headers={"X-Forwarded-For": "203.0.113.9"}).json

    assert told["headers"]["x-forwarded-for"] == "127.0.0.1"  # type: ignore[index]


def test_problem_instance_is_valid_json_whatever_the_path(gateway: Gateway) -> None:
    answer = gateway.ask('/a"b\\c?secret="x"')

    assert answer.status in {400, 404}
    assert answer.json["instance"] == "/a"


def test_access_log_is_json_without_queries(gateway: Gateway) -> None:
    gateway.ask("/reports/1?signature=very-secret")
    gateway.ask("/auth/me")  # the one worker writes a line before it takes the next request

    lines = gateway.log.read_text().splitlines()
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    assert any(entry["path"] == "/reports/1" and entry["status"] == 200 for entry in entries)
    assert not any("very-secret" in line for line in lines)


def test_static_files_are_compressed_and_revalidated(gateway: Gateway) -> None:
    first = gateway.ask("/src/main.js", headers={"Accept-Encoding": "gzip"})
    tag = first.header("ETag")
    again = gateway.ask("/src/main.js", headers={"If-None-Match": tag or ""})

    assert gzip.decompress(first.body).startswith(b"export const lots")
    assert first.header("Cache-Control") == "no-cache"
    assert first.header("Content-Type") == "text/javascript; charset=utf-8"
    assert (again.status, again.body) == (304, b"")


def test_hashed_names_are_cached_for_good(gateway: Gateway) -> None:
    policy = gateway.ask("/vendor/chart-0123abcd.js").header("Cache-Control")

    assert policy == "public, max-age=31536000, immutable"


def test_answers_of_services_are_not_stored_unless_they_say_so(gateway: Gateway) -> None:
    assert gateway.ask("/expenses").header("Cache-Control") == "no-store"
    assert gateway.ask("/expenses/cached").header("Cache-Control") == "private, max-age=5"


def test_report_file_is_sent_by_the_gateway(gateway: Gateway) -> None:
    answer = gateway.ask("/reports/1/download")

    assert answer.body == b"%PDF-1.7 report"
    assert answer.header("Content-Type") == "application/pdf"
    assert answer.header("Content-Disposition") == 'attachment; filename="r.pdf"'
    assert answer.header("X-Accel-Redirect") is None


def test_sign_in_is_limited_more_strictly_than_the_rest(gateway: Gateway) -> None:
    answers = [gateway.ask("/auth/reset", method="POST", body=b"") for _ in range(45)]
    refused = [answer for answer in answers if answer.status == 429]

    assert refused
    assert_problem(refused[0], 429, "too-many-requests")
    assert refused[0].header("Retry-After") == "1"
    assert gateway.ask("/auth/me").status == 200
