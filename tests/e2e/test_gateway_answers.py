"""What the gateway refuses, and how it says so."""

import pytest
from conftest import new_user
from platform_client import PlatformClient

SERVICES = ("auth", "ingest", "analytics", "forecast", "report")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/internal/changes", 404),
        ("/metrics", 404),
        ("/expenses", 401),
        ("/analytics/overview", 401),
        ("/forecast/predict", 401),
        ("/reports", 401),
        ("/auth/me", 401),
        ("/no-such-page", 404),
    ],
)
def test_refusal_is_a_problem_document(base_url: str, path: str, status: int) -> None:
    answer = PlatformClient(base_url).call("GET", path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail", "instance", "request_id"} <= problem.keys()
    assert problem["status"] == status


def test_wrong_password_is_refused_without_saying_which_half(base_url: str) -> None:
    client = new_user(base_url)
    for identifier in (client.identifier, "nobody@example.com"):
        answer = client.call(
            "POST", "/auth/login", json={"identifier": identifier, "password": "wrong-password-1"}
        )
        assert answer.status_code == 401
        assert answer.json()["type"].endswith("/invalid-credentials")


def test_unparsable_body_is_refused_with_400(base_url: str) -> None:
    answer = PlatformClient(base_url).call(
        "POST", "/auth/login", data="{", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/healthz", "/api-docs/"])
def test_public_page_answers_with_security_headers(base_url: str, path: str) -> None:
    answer = PlatformClient(base_url).call("GET", path)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("service", SERVICES)
def test_openapi_document_of_each_service_is_served(base_url: str, service: str) -> None:
    answer = PlatformClient(base_url).call("GET", f"/api-docs/{service}/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.")


def test_request_id_travels_through(base_url: str) -> None:
    answer = PlatformClient(base_url).call(
        "GET", "/auth/me", headers={"X-Request-ID": "journey-0123456789"}
    )
    assert answer.headers["X-Request-ID"] == "journey-0123456789"
    assert answer.json()["request_id"] == "journey-0123456789"
