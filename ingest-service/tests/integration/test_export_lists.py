"""The lists of forecast and report as files, asked for over HTTP."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fakes import Client, Clock
from neighbours import Neighbours, serving
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine

from ingest_service.app import create_app
from ingest_service.config import Config
from servicekit.contracts import contract_example

KINDS = ["forecasts", "reports"]
HEAD = {
    "forecasts": "起始日,截止日（不含）,周期,范围,预测金额,80% 下限,80% 上限,95% 下限,95% 上限,"
    "币种,方法,模型版本,生成时间",
    "reports": "标题,格式,起始日,截止日（不含）,币种,状态,文件名,字节数,SHA-256,创建时间,完成时间",
}
LINE = {
    "forecasts": "2024-06-01,2024-06-02,日,全部,182.50,95.00,310.25,60.50,455.75,CNY,auto,1,"
    "2024-06-01 10:00:00",
    "reports": "2024 年 3 月消费报告,pdf,2024-03-01,2024-04-01,CNY,已完成,2024 年 3 月消费报告.pdf,"
    "482113,9f2feb0f1ef425b292f2f94bc8482494df430413b8a1a9f4a1ad3c8d2f0bb1a2,"
    "2024-04-01 10:03:04,2024-04-01 10:03:09",
}


@pytest.fixture
def neighbours() -> Iterator[Neighbours]:
    with serving(Neighbours()) as running:
        yield running


@pytest.fixture
def caller(
    client: Client, config: Config, clock: Clock, engine: Engine, neighbours: Neighbours
) -> Client:
    url = neighbours.url
    near = replace(config, auth_url=url, forecast_url=url, report_url=url, client_secret="s")
    app = create_app(near, clock=clock, jwks=client.mint.jwks, engine=engine)
    return replace(client, app=app)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_is_read_to_its_end_with_the_callers_token(
    caller: Client, neighbours: Neighbours, kind: str
) -> None:
    answer = caller.get(f"/data/export?kind={kind}")
    assert answer.status_code == 200
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert lines == [HEAD[kind], LINE[kind], LINE[kind]]
    assert [query.get("cursor") for _, query, _ in neighbours.asked] == [None, "further"]
    assert all(bearer.startswith("Bearer ey") for _, _, bearer in neighbours.asked)
    name = "forecasts" if kind == "forecasts" else "reports"
    assert f'filename="{name}_2024-06-01.csv"' in answer.headers["Content-Disposition"]


def test_ndjson_keeps_the_codes(caller: Client) -> None:
    answer = caller.get("/data/export?kind=forecasts&format=ndjson")
    first = json.loads(answer.get_data().splitlines()[0])
    assert (first["period"], first["scope"], first["predicted_amount"], first["created_at"]) == (
        "day", "total", "182.50", "2024-06-01T10:00:00+08:00",
    )  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_workbook_of_a_list_has_its_name_and_numbers(caller: Client, kind: str) -> None:
    answer = caller.get(f"/data/export?kind={kind}&format=xlsx&lang=en")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data()))
    assert book.sheet_names == [kind.capitalize()]
    rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 3
    told = dict(zip(rows[0], rows[1], strict=True))
    assert (told.get("predicted_amount"), told.get("size")) in {(182.5, None), (None, 482113.0)}


@pytest.mark.parametrize("status", [503, 500])
@pytest.mark.parametrize("file_format", ["csv", "xlsx", "ndjson"])
def test_a_neighbour_that_is_down_is_a_problem_with_a_sentence(
    caller: Client, neighbours: Neighbours, file_format: str, status: int
) -> None:
    neighbours.status = status
    answer = caller.get(f"/data/export?kind=forecasts&format={file_format}")
    assert answer.status_code == 503
    assert answer.get_json()["type"] == "/problems/neighbour-unavailable"
    assert "预测服务暂时无法访问" in answer.get_json()["detail"]
    assert answer.headers["Retry-After"] == "5"
    assert "filename" not in answer.headers.get("Content-Disposition", "")


def test_a_neighbour_that_is_not_configured_is_one_that_is_down(client: Client) -> None:
    assert client.get("/data/export?kind=reports").status_code == 503


def test_a_token_that_the_neighbour_refuses_is_refused_here(
    caller: Client, neighbours: Neighbours
) -> None:
    neighbours.status = 403
    assert caller.get("/data/export?kind=reports").status_code == 403


@pytest.mark.parametrize(
    ("kind", "scope"), [("forecasts", "forecast:read"), ("reports", "reports:read")]
)
def test_a_link_reads_the_list_by_a_narrow_token_of_our_own(
    caller: Client, neighbours: Neighbours, kind: str, scope: str
) -> None:
    url = caller.json_of_link(kind=kind)["url"]
    assert neighbours.asked == []
    opened = caller.app.test_client().get(url)
    assert opened.get_data() == caller.get(f"/data/export?kind={kind}").get_data()
    path, form, _ = neighbours.asked[0]
    assert (path, form["scope"], form["owner"]) == ("/auth/token", scope, "1")
    assert neighbours.asked[1][2] == "Bearer made"


def test_a_restricted_token_gets_no_link_to_what_it_may_not_see(caller: Client) -> None:
    def asked(scopes: list[str], kind: str) -> int:
        headers = caller.mint.headers("1", scopes=scopes)
        return caller.get(f"/data/export?kind={kind}&link=true", headers=headers).status_code

    assert asked(["expenses:read"], "expenses") == 201
    assert asked(["expenses:read"], "forecasts") == 403
    assert asked(["expenses:read", "forecast:read"], "forecasts") == 201
    assert asked(["expenses:read", "forecast:read"], "reports") == 403


def test_an_empty_list_is_a_header(caller: Client, neighbours: Neighbours) -> None:
    neighbours.answer = lambda *_: (200, {"items": [], "next_cursor": None})  # type: ignore[method-assign]
    text = caller.get("/data/export?kind=reports").get_data().decode("utf-8-sig")
    assert text == f"{HEAD['reports']}\r\n"
    assert caller.get("/data/export?kind=reports&format=ndjson").get_data() == b""


@pytest.mark.parametrize("kind", KINDS)
def test_head_asks_no_neighbour(caller: Client, neighbours: Neighbours, kind: str) -> None:
    assert caller.call("HEAD", f"/data/export?kind={kind}").status_code == 200
    assert neighbours.asked == []


def test_a_title_is_made_harmless(caller: Client, neighbours: Neighbours) -> None:
    example: dict[str, Any] = contract_example("report/reports")
    example["items"][0] |= {"title": "=1+1", "file_name": None, "size": None, "finished_at": None}
    neighbours.answer = lambda *_: (200, example | {"next_cursor": None})  # type: ignore[method-assign]
    text = caller.get("/data/export?kind=reports&lang=en").get_data(as_text=True)
    assert text.splitlines()[1].startswith("'=1+1,pdf,")
