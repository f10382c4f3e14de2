"""The feed in Arrow, made by a process of its own."""

from __future__ import annotations

import io
import signal
from collections.abc import Mapping

import factories as f
import pyarrow as pa
import pytest
from factories import Row
from fakes import Client

from ingest_service.api import changes
from ingest_service.config import Config
from ingest_service.domain.errors import FeedUnavailableError
from ingest_service.store import feed_stream
from ingest_service.store.feed_stream import ChildStream, FeedChildren

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
