"""The feed in Arrow, made by a process of its own."""

from __future__ import annotations

import io
import json
import signal
from collections.abc import Mapping

import factories as f
import pyarrow as pa
import pytest
from adbc_driver_sqlite import dbapi
from factories import Row
from fakes import Client

from ingest_service.api import changes
from ingest_service.config import Config
from ingest_service.domain.errors import FeedUnavailableError
from ingest_service.store import feed_stream
from ingest_service.store.feed_stream import ChildStream, FeedChildren
from servicekit.sqlite import FIRST_SAFE_WAL_VERSION

ARROW = "application/vnd.apache.arrow.stream"
BOTH = f"{ARROW}, application/json;q=0.5"


def headers(client: Client, accept: str) -> Mapping[str, str]:
    token = client.mint.headers("", role="service", scopes=["changes:read"])
    return {**token, "Accept": accept}


def nothing() -> None:
    pass


def test_few_changes_are_told_in_json_many_in_arrow(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.import_file(f.alipay_2023([Row(number=str(n)) for n in range(5)]))
    ask = client.app.test_client().get

    few = ask("/internal/changes", headers=headers(client, BOTH))
    monkeypatch.setattr(changes, "JSON_ROWS", 3)
    many = ask("/internal/changes", headers=headers(client, BOTH))
    page = ask("/internal/changes?limit=3", headers=headers(client, BOTH))
    json_only = ask("/internal/changes", headers=headers(client, "application/json"))

    assert few.mimetype == page.mimetype == json_only.mimetype == "application/json"
    assert many.mimetype == ARROW
    table = pa.ipc.open_stream(many.get_data()).read_all()
    assert [str(number) for number in table["id"].to_pylist()] == few.get_json()["columns"]["id"]
    assert (json_only.get_json()["next"], json_only.get_json()["has_more"]) == (3, True)


def test_a_place_is_free_again_when_a_stream_was_read_or_left(
    client: Client, config: Config
) -> None:
    client.import_file(f.alipay_2023([Row()]))
    children = FeedChildren(str(config.database_path), wait_s=0.01)
    streams = [children.open(after=0, limit=1_000) for _ in range(feed_stream.MAX_CHILDREN)]

    with pytest.raises(FeedUnavailableError):
        children.open(after=0, limit=1_000)
    assert pa.ipc.open_stream(io.BytesIO(b"".join(streams[0]))).read_all().num_rows == 1
    children.open(after=0, limit=1_000).close()
    for stream in streams:
        stream.close()
    for stream in [children.open(after=0, limit=1_000) for _ in range(feed_stream.MAX_CHILDREN)]:
        stream.close()


def test_a_feed_that_cannot_be_read_is_a_problem_and_takes_no_place(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_stream, "_CHILD", "ingest_service.nowhere")

    for _ in range(feed_stream.MAX_CHILDREN + 1):
        answer = client.app.test_client().get("/internal/changes", headers=headers(client, ARROW))
        assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
        assert answer.headers["Retry-After"] == "2"


def test_a_child_that_fails_on_its_way_breaks_the_answer_off() -> None:
    command = ["sh", "-c", "printf half; exit 3"]
    stream = ChildStream(command, on_close=nothing)

    with pytest.raises(FeedUnavailableError):
        list(stream)


def test_a_reader_that_leaves_ends_the_child() -> None:
    command = ["sh", "-c", "printf half; exec sleep 600"]
    stream = ChildStream(command, on_close=nothing)

    assert next(stream) == b"half"
    stream.close()

    assert stream.child_status == -signal.SIGKILL


def test_both_forms_tell_the_same_though_the_first_rows_lack_a_place(client: Client) -> None:
    client.import_file(f.alipay_2023([Row(number=str(n)) for n in range(3)]))
    by_hand = {
        "time": "2024-05-01T08:00:00+08:00", "amount": "1.50", "currency": "CNY",
        "direction": "expense", "merchant": "面馆 🍜", "location": {"lat": 31.2, "lon": 121.5},
    }  # fmt: skip
    assert client.call("POST", "/expenses", json=by_hand).status_code == 201

    answer = client.app.test_client().get("/internal/changes", headers=headers(client, ARROW))

    stream = pa.ipc.open_stream(answer.get_data())
    rows = stream.read_all()
    told = client.changes()
    for name in ("lat", "lon", "merchant", "deleted", "seq", "amount_minor"):
        assert rows[name].to_pylist() == told["columns"][name]
    dates = [day.isoformat() for day in rows["local_date"].to_pylist()]
    assert dates == told["columns"]["local_date"]
    assert json.loads(stream.schema.metadata[b"categories"]) == told["categories"]


def test_arrow_is_read_by_a_sqlite_that_may_read_beside_writers() -> None:
    with dbapi.connect() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()")
        version = cursor.fetchall()[0][0]

    assert tuple(map(int, version.split("."))) >= FIRST_SAFE_WAL_VERSION
