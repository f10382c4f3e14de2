"""Links to exports: they open what they were made for, for a while, and nothing else."""

from __future__ import annotations

import datetime as dt
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import factories as f
import pytest
from factories import Row
from fakes import Client, Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from servicekit.contracts import assert_matches_contract
from servicekit.sqlite import write_transaction


def link_to(client: Client, **query: str) -> str:
    answer = client.get("/data/export", query_string={**query, "link": "true"})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    assert_matches_contract(answer.get_json(), "ingest/export_link")
    return str(answer.get_json()["url"])


def opened(client: Client, url: str, method: str = "GET") -> TestResponse:
    """The answer to somebody who is not signed in."""
    return client.app.test_client().open(url, method=method)


def with_rows(client: Client) -> None:
    client.import_file(f.alipay_2023([Row(), Row(number="2", merchant="瑞幸咖啡", amount="9.90")]))


@pytest.mark.parametrize("file_format", ["csv", "ndjson", "xlsx"])
def test_a_link_gives_the_same_file_without_signing_in(client: Client, file_format: str) -> None:
    with_rows(client)
    query = {"format": file_format, "lang": "en", "merchant": "瑞幸咖啡", "min_amount": "9.90"}
    url = link_to(client, **query)
    direct = client.get("/data/export", query_string=query)
    by_link = opened(client, url)
    assert by_link.status_code == 200
    assert by_link.get_data() == direct.get_data()
    for name in ("Content-Type", "Content-Disposition", "Cache-Control"):
        assert by_link.headers[name] == direct.headers[name]
    assert opened(client, url, "HEAD").status_code == 200


def test_a_link_speaks_its_makers_language_and_knows_his_clock(client: Client) -> None:
    with_rows(client)
    mine = client.as_user("1", locale="en", zone="America/New_York")
    lines = opened(client, link_to(mine)).get_data().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("time,amount")
    assert lines[1].startswith("2024-03-04 23:21:00")


def test_a_link_ends_after_ten_minutes(client: Client, clock: Clock) -> None:
    url = link_to(client)
    clock.now += dt.timedelta(seconds=599)
    assert opened(client, url).status_code == 200
    clock.now += dt.timedelta(seconds=1)
    late = opened(client, url)
    assert late.status_code == 410
    assert late.content_type == "application/problem+json"
    assert late.get_json()["type"] == "/problems/link-expired"
    assert "链接已过期" in late.get_json()["detail"]
    assert "has expired" in late.get_json()["detail"]


def test_a_link_opens_its_makers_rows_only(client: Client) -> None:
    with_rows(client)
    url = link_to(client.as_user("2"), lang="en")
    assert len(opened(client, url).get_data().splitlines()) == 1


def test_a_changed_link_opens_nothing(client: Client) -> None:
    token = parse_qs(urlsplit(link_to(client)).query)["token"][0]
    content, _, signature = token.partition(".")
    raw = urlsafe_b64decode(content + "=" * (-len(content) % 4))
    other = urlsafe_b64encode(raw.replace(b'"owner":1', b'"owner":2')).rstrip(b"=").decode()
    for forged in (f"{other}.{signature}", content, f"{content}.", f".{signature}", "x", "é.é"):
        answer = opened(client, f"/data/export/download?token={forged}")
        assert answer.status_code == 403, forged
        assert answer.get_json()["type"] == "/problems/link-invalid"
    assert opened(client, "/data/export/download").status_code == 422
    assert opened(client, f"/data/export/download?token={token}&from=2020-01-01").status_code == 422


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_other_text_is_a_link(client: Client, data: st.DataObject) -> None:
    token = parse_qs(urlsplit(link_to(client)).query)["token"][0]
    at = data.draw(st.integers(0, len(token) - 1))
    sign = data.draw(st.sampled_from("AQgwB_-.9z"))
    changed = token[:at] + sign + token[at + 1 :]
    answer = opened(client, f"/data/export/download?token={changed}")
    assert answer.status_code == (200 if changed == token else 403)


def test_another_key_ends_all_links(client: Client, engine: Engine) -> None:
    url = link_to(client)
    with write_transaction(engine) as connection:
        connection.execute(text("UPDATE meta SET value = 'other' WHERE key = 'link_key'"))
    assert opened(client, url).status_code == 403


def test_a_wrong_filter_makes_no_link(client: Client) -> None:
    answer = client.get("/data/export?link=true&min_amount=1.234")
    assert answer.status_code == 422
