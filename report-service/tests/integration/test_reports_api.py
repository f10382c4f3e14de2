import hashlib
import io
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from conftest import Clock
from fakes import Neighbours
from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.test import TestResponse

from report_service.app import create_app
from report_service.config import Config
from report_service.maker import MAX_ATTEMPTS
from servicekit.contracts import assert_matches_contract
from servicekit.jobs import Worker
from servicekit.testing import TokenMint

pytestmark = pytest.mark.integration
BODY = {"format": "pdf", "from": "2024-03-01", "to": "2024-04-01"}


def generate(client: FlaskClient, mint: TokenMint, **changes: Any) -> dict[str, Any]:
    answer = client.post("/reports/generate", json={**BODY, **changes}, headers=mint.headers())
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.get_json()
    assert answer.headers["Location"] == body["location"]
    return body


def fetch(client: FlaskClient, mint: TokenMint, path: str) -> dict[str, Any]:
    answer = client.get(path, headers=mint.headers())
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def download(client: FlaskClient, mint: TokenMint, accepted: dict[str, Any]) -> TestResponse:
    with client.get(f"{accepted['location']}/download", headers=mint.headers()) as answer:
        assert answer.data
    assert answer.status_code == 200
    return answer


def text_of(content: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return "".join(text.split())


def test_a_report_is_made_in_the_background_and_downloaded(
    client: FlaskClient, mint: TokenMint, worker: Worker
) -> None:
    accepted = generate(client, mint)
    assert_matches_contract(accepted, "report/accepted")
    queued = fetch(client, mint, accepted["location"])
    assert_matches_contract(queued, "report/report")
    assert (queued["status"], queued["file_name"]) == ("queued", None)

    assert worker.run_once()

    done = fetch(client, mint, accepted["location"])
    assert_matches_contract(done, "report/report")
    assert done["status"] == "succeeded"
    assert done["progress"] == {"done": 3, "total": 3, "stage": "done"}
    answer = download(client, mint, accepted)
    assert answer.mimetype == "application/pdf"
    assert len(answer.data) == done["size"]
    assert hashlib.sha256(answer.data).hexdigest() == done["sha256"]
    assert "filename*=UTF-8''%E6%B6%88%E8%B4%B9" in answer.headers["Content-Disposition"]
    assert "¥8,642.35" in text_of(answer.data)


@pytest.mark.parametrize("kind", ["docx", "zip"])
def test_word_and_zip_are_made_too(
    client: FlaskClient, mint: TokenMint, worker: Worker, kind: str
) -> None:
    accepted = generate(client, mint, format=kind, title="三月")

    assert worker.run_once()

    answer = download(client, mint, accepted)
    names = zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    expected = "word/document.xml" if kind == "docx" else "三月.docx"
    assert expected in names


def test_the_figures_are_fetched_on_the_owners_behalf(
    client: FlaskClient, mint: TokenMint, worker: Worker, neighbours: Neighbours
) -> None:
    generate(client, mint, filters={"category_id": "12"})

    worker.run_once()

    (_, form, _), *calls = neighbours.asked
    assert form["owner"] == "1"
    assert form["scope"] == "analytics:read forecast:read"
    assert {bearer for _, _, bearer in calls} == {"Bearer made"}
    first = next(query for path, query, _ in calls if path == "/analytics/overview")
    assert first == {
        "from": "2024-03-01",
        "to": "2024-04-01",
        "currency": "CNY",
        "category_id": "12",
    }
    predict = next(query for path, query, _ in calls if path == "/forecast/predict")
    assert predict["scope"] == "12"


@pytest.mark.parametrize(
    ("status", "slug", "words"),
    [
        (422, "not-enough-history", "历史流水太少"),
        (503, "model-unavailable", "预测服务不可用"),
        (500, "internal-error", "预测服务不可用"),
    ],
)
def test_a_missing_forecast_is_said_and_the_report_is_made(
    *,
    client: FlaskClient,
    mint: TokenMint,
    worker: Worker,
    neighbours: Neighbours,
    status: int,
    slug: str,
    words: str,
) -> None:
    neighbours.forecast_status, neighbours.forecast_problem = status, slug
    accepted = generate(client, mint)

    worker.run_once()

    answer = download(client, mint, accepted)
    assert words in text_of(answer.data)


def test_a_report_waits_for_analytics_and_is_made_when_it_is_back(
    client: FlaskClient, mint: TokenMint, worker: Worker, neighbours: Neighbours, clock: Clock
) -> None:
    neighbours.analytics_status = 500
    accepted = generate(client, mint)
    worker.run_once()
    waiting = fetch(client, mint, accepted["location"])
    assert (waiting["status"], waiting["error"]) == ("queued", None)

    neighbours.analytics_status = 200
    clock.forward(60)
    assert worker.run_once()

    assert fetch(client, mint, accepted["location"])["status"] == "succeeded"


def test_a_report_fails_when_analytics_stays_away(
    client: FlaskClient, mint: TokenMint, worker: Worker, neighbours: Neighbours, clock: Clock
) -> None:
    neighbours.analytics_status = 500
    accepted = generate(client, mint)

    for _ in range(MAX_ATTEMPTS):
        assert worker.run_once()
        clock.forward(120)

    assert not worker.run_once()
    failed = fetch(client, mint, accepted["location"])
    assert_matches_contract(failed, "report/report")
    assert failed["status"] == "failed"
    assert failed["error"]["code"] == "analytics-unavailable"
    download = client.get(f"{accepted['location']}/download", headers=mint.headers())
    assert download.get_json()["type"] == "/problems/report-not-ready"


def test_a_report_that_analytics_refuses_fails_at_once(
    client: FlaskClient, mint: TokenMint, worker: Worker, neighbours: Neighbours
) -> None:
    neighbours.analytics_status = 422
    accepted = generate(client, mint)

    worker.run_once()

    failed = fetch(client, mint, accepted["location"])
    assert failed["error"] == {"code": "analytics-refused", "detail": "No."}


def test_a_report_that_is_not_ready_cannot_be_downloaded(
    client: FlaskClient, mint: TokenMint
) -> None:
    accepted = generate(client, mint)

    answer = client.get(f"{accepted['location']}/download", headers=mint.headers())

    assert answer.status_code == 409
    assert answer.get_json()["type"] == "/problems/report-not-ready"


@pytest.mark.parametrize("method", ["get", "delete"])
def test_anothers_report_does_not_exist(client: FlaskClient, mint: TokenMint, method: str) -> None:
    accepted = generate(client, mint)
    stranger = mint.headers(owner_id="2")

    for path in (accepted["location"], f"{accepted['location']}/download"):
        if method == "delete" and path.endswith("download"):
            continue
        answer = getattr(client, method)(path, headers=stranger)
        assert answer.status_code == 404
        assert answer.get_json()["type"] == "/problems/not-found"
    assert client.get("/reports", headers=stranger).get_json()["items"] == []


def test_the_list_goes_on_by_cursor_the_newest_first(client: FlaskClient, mint: TokenMint) -> None:
    made = [generate(client, mint)["id"] for _ in range(3)]

    first = fetch(client, mint, "/reports?limit=2")
    second = fetch(client, mint, f"/reports?limit=2&cursor={first['next_cursor']}")

    assert_matches_contract(first, "report/reports")
    assert [item["id"] for item in first["items"]] == [made[2], made[1]]
    assert [item["id"] for item in second["items"]] == [made[0]]
    assert second["next_cursor"] is None


def test_a_deleted_report_leaves_no_file(
    client: FlaskClient, mint: TokenMint, worker: Worker, config: Config
) -> None:
    accepted = generate(client, mint)
    worker.run_once()
    assert len(list((config.data_dir / "files").rglob("*.pdf"))) == 1

    answer = client.delete(accepted["location"], headers=mint.headers())

    assert answer.status_code == 204
    assert not list((config.data_dir / "files").rglob("*.*"))
    assert client.get(accepted["location"], headers=mint.headers()).status_code == 404


def test_a_report_deleted_before_it_is_made_is_not_made(
    client: FlaskClient, mint: TokenMint, worker: Worker, neighbours: Neighbours
) -> None:
    accepted = generate(client, mint)
    client.delete(accepted["location"], headers=mint.headers())

    assert worker.run_once()

    assert neighbours.asked == []


def test_the_same_key_makes_one_report(client: FlaskClient, mint: TokenMint) -> None:
    headers = {**mint.headers(), "Idempotency-Key": "once"}

    answers = [client.post("/reports/generate", json=BODY, headers=headers) for _ in "ab"]

    assert answers[0].get_json() == answers[1].get_json()
    assert len(fetch(client, mint, "/reports")["items"]) == 1


def test_the_gateway_is_told_where_the_file_is(
    config: Config, clock: Clock, mint: TokenMint, worker: Worker
) -> None:
    behind = replace(config, download_redirect="/_reports/")
    client = create_app(behind, clock=clock, jwks=mint.jwks).test_client()
    accepted = generate(client, mint)
    worker.run_once()

    answer = client.get(f"{accepted['location']}/download", headers=mint.headers())

    redirect = answer.headers["X-Accel-Redirect"]
    assert redirect == f"/_reports/files/1/{accepted['id']}.pdf"
    assert (config.data_dir / redirect.removeprefix("/_reports/")).is_file()
    assert answer.data == b""
    assert answer.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"format": "odt"}, "/json/format"),
        ({"from": "2024-02-30"}, "/json/from"),
        ({"to": "2024-03-01"}, "/json/to"),
        ({"to": "2199-01-01"}, "/json/to"),
        ({"sections": ["poems"]}, "/json/sections/0"),
        ({"sections": []}, "/json/sections"),
        ({"locale": "fr"}, "/json/locale"),
        ({"title": " "}, "/json/title"),
        ({"surprise": 1}, "/json/surprise"),
        ({"filters": {"min_amount": "a"}}, "/json/filters/min_amount"),
        ({"filters": {"min_amount": "5", "max_amount": "1"}}, "/json/filters/max_amount"),
    ],
)
def test_a_request_that_makes_no_sense_is_answered_field_by_field(
    client: FlaskClient, mint: TokenMint, changes: dict[str, Any], pointer: str
) -> None:
    answer = client.post("/reports/generate", json={**BODY, **changes}, headers=mint.headers())

    problem = answer.get_json()
    assert answer.status_code == 422
    assert problem["type"] == "/problems/validation-failed"
    assert pointer in [error["pointer"] for error in problem["errors"]]


@pytest.mark.parametrize("path", ["/reports/abc", "/reports/0", f"/reports/{10**30}"])
def test_an_address_that_names_no_report_is_not_found(
    client: FlaskClient, mint: TokenMint, path: str
) -> None:
    answer = client.get(path, headers=mint.headers())

    assert answer.status_code == 404


def test_a_cursor_of_nowhere_is_refused(client: FlaskClient, mint: TokenMint) -> None:
    answer = client.get("/reports?cursor=eyJpZCI6LTF9", headers=mint.headers())

    assert answer.status_code == 400
