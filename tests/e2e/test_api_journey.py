"""The product in its thinnest true form, as a tool drives it through the gateway."""

import io
from pathlib import Path

import pytest
from conftest import new_user
from platform_client import PlatformClient
from pypdf import PdfReader
from statements import BROKEN_ROWS, household, net_spending, statement

UNFINISHED_REPORT = {"queued", "running"}


@pytest.fixture(scope="module")
def traveller(base_url: str, tmp_path_factory: pytest.TempPathFactory) -> PlatformClient:
    """Signed in, with two years of an Alipay statement imported."""
    client = new_user(base_url)
    path = statement(
        household(), tmp_path_factory.mktemp("alipay"), name="随便.txt", statement_format="alipay"
    )
    client.statement = path  # type: ignore[attr-defined]
    client.imported = client.import_statement(path)  # type: ignore[attr-defined]
    return client


def test_every_row_of_an_alipay_statement_arrives(traveller: PlatformClient) -> None:
    result = traveller.imported  # type: ignore[attr-defined]
    assert result["status"] == "succeeded"
    assert result["profile"] == "alipay"
    assert result["rows_total"] == result["rows_success"] == len(household())


def test_overview_shows_what_was_just_imported_net_of_refunds(traveller: PlatformClient) -> None:
    last_seq = traveller.imported["last_seq"]  # type: ignore[attr-defined]
    overview = traveller.get("/analytics/overview", min_seq=last_seq)
    assert overview["as_of_seq"] >= last_seq
    assert overview["total"] == pytest.approx(net_spending(household()), abs=0.005)


def test_charts_agree_with_the_overview(traveller: PlatformClient) -> None:
    total = traveller.get("/analytics/overview")["total"]
    trend = traveller.get("/analytics/trend", granularity="month")["items"]
    shares = traveller.get("/analytics/category-share", level=1)["items"]
    assert sum(item["amount"] for item in trend) == pytest.approx(total, abs=0.005)
    assert sum(item["amount"] for item in shares) == pytest.approx(total, abs=0.005)
    assert sum(item["share"] for item in shares) == pytest.approx(1)
    ranked = traveller.get("/analytics/rank", by="merchant", limit=5)["items"]
    assert [item["rank"] for item in ranked] == [1, 2, 3, 4, 5]


def test_same_bytes_again_are_the_same_import(traveller: PlatformClient) -> None:
    answer = traveller.upload(traveller.statement)  # type: ignore[attr-defined]
    assert answer.status_code == 200
    assert answer.json()["status"] == "duplicate_file"
    assert answer.json()["id"] == traveller.imported["id"]  # type: ignore[attr-defined]


def test_overlapping_statement_adds_only_what_is_new(
    traveller: PlatformClient, tmp_path: Path
) -> None:
    frame = household().iloc[200:400]
    path = statement(frame, tmp_path, name="part.csv", statement_format="alipay")
    result = traveller.import_statement(path)
    assert result["rows_success"] == 0
    assert result["rows_duplicate"] == len(frame)


def test_forecast_has_ordered_bands_and_a_report_card(traveller: PlatformClient) -> None:
    last_seq = traveller.imported["last_seq"]  # type: ignore[attr-defined]
    forecast = traveller.get(
        "/forecast/predict", period="day", horizon=28, origin="2026-01-01", min_seq=last_seq
    )
    assert len(forecast["items"]) == 28
    for item in [*forecast["items"], forecast["total"]]:
        assert (
            0 <= item["lower_95"] <= item["lower_80"] <= item["predicted_amount"]
            <= item["upper_80"] <= item["upper_95"]
        )  # fmt: skip
    assert forecast["model_version"]
    assert {bill["payee"] for bill in forecast["recurring"]} >= {"安居公寓"}


@pytest.mark.parametrize("report_format", ["pdf", "docx"])
def test_report_is_made_and_downloaded(traveller: PlatformClient, report_format: str) -> None:
    accepted = traveller.call(
        "POST",
        "/reports/generate",
        json={"format": report_format, "from": "2025-10-01", "to": "2026-01-01"},
    )
    assert accepted.status_code == 202, accepted.text
    report = traveller.finished(f"/reports/{accepted.json()['id']}", UNFINISHED_REPORT)
    assert report["status"] == "succeeded"
    file = traveller.call("GET", f"/reports/{report['id']}/download")
    assert file.status_code == 200
    assert len(file.content) == report["size"]
    if report_format == "pdf":
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.content)).pages)
        total = traveller.get("/analytics/overview", **{"from": "2025-10-01", "to": "2026-01-01"})
        assert f"{total['total']:,.2f}" in text
    else:
        assert file.content.startswith(b"PK")


def test_broken_rows_are_reported_and_the_good_ones_kept(
    client: PlatformClient, tmp_path: Path
) -> None:
    path = tmp_path / "broken.csv"
    path.write_text(BROKEN_ROWS, encoding="utf-8")
    result = client.import_statement(path)
    assert (result["status"], result["rows_success"], result["rows_failed"]) == ("partial", 2, 2)
    errors = client.get(f"/data/imports/{result['id']}/errors")["items"]
    assert [error["row"] for error in errors] == [3, 4]
    assert all(error["code"] and error["detail"] for error in errors)


def test_picture_is_refused_with_a_reason(client: PlatformClient, tmp_path: Path) -> None:
    path = tmp_path / "statement.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    answer = client.upload(path)
    if answer.status_code == 202:
        result = client.finished(f"/data/imports/{answer.json()['id']}", {"queued", "running"})
        assert result["status"] == "failed"
        assert result["error"]["code"]
    else:
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_export_imported_by_another_user_gives_the_same_total(
    traveller: PlatformClient, base_url: str, tmp_path: Path
) -> None:
    exported = traveller.call("GET", "/data/export", params={"format": "csv"})
    assert exported.status_code == 200
    path = tmp_path / "export.csv"
    path.write_bytes(exported.content)
    other = new_user(base_url)
    result = other.import_statement(path)
    assert result["rows_success"] == len(household())
    overview = other.get("/analytics/overview", min_seq=result["last_seq"], gross="true")
    assert overview["total"] == traveller.get("/analytics/overview", gross="true")["total"]


def test_undo_takes_the_import_back(client: PlatformClient, tmp_path: Path) -> None:
    frame = household(rows=700).iloc[:120]
    path = statement(frame, tmp_path, name="undo.csv", statement_format="platform")
    result = client.import_statement(path)
    assert client.call("DELETE", f"/data/imports/{result['id']}").status_code == 202
    undone = client.finished(f"/data/imports/{result['id']}", {"queued", "running", "succeeded"})
    assert undone["status"] == "undone"
    assert client.get("/expenses")["items"] == []


def test_another_users_import_is_not_found(
    traveller: PlatformClient, client: PlatformClient
) -> None:
    identifier = traveller.imported["id"]  # type: ignore[attr-defined]
    answer = client.call("GET", f"/data/imports/{identifier}")
    assert answer.status_code == 404
    assert client.get("/analytics/overview")["count"] == 0


def test_sign_out_ends_the_session(base_url: str) -> None:
    client = new_user(base_url)
    assert client.call("POST", "/auth/refresh").status_code == 200
    assert client.call("POST", "/auth/logout").status_code == 204
    answer = client.call("POST", "/auth/refresh")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
