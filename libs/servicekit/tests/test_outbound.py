import pytest
from fakes import FakeNeighbour

from servicekit.logs import bind_request_id
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable, ServiceClient


def client(neighbour: FakeNeighbour, **options: int) -> ServiceClient:
    return ServiceClient(neighbour.url, name="ingest", **options)  # type: ignore[arg-type]


def test_the_request_id_and_the_token_are_sent_on() -> None:
    bind_request_id("abc-12345678")
    with FakeNeighbour(lambda _n: (200, {"ok": True})) as ingest:
        assert client(ingest).get_json("/x", params={"a": "中"}, bearer="t0ken") == {"ok": True}

        assert ingest.headers[0]["X-Request-ID"] == "abc-12345678"
        assert ingest.headers[0]["Authorization"] == "Bearer t0ken"
        assert ingest.requests == [("GET", "/x?a=%E4%B8%AD")]


def test_a_get_is_tried_again_while_the_neighbour_is_busy() -> None:
    def recover(neighbour: FakeNeighbour) -> tuple[int, object]:
        return (503, {}) if len(neighbour.requests) < 2 else (200, [1])

    with FakeNeighbour(recover) as ingest:
        assert client(ingest).get_json("/x") == [1]


def test_a_post_is_never_tried_again() -> None:
    with FakeNeighbour(lambda _n: (503, {})) as ingest:
        with pytest.raises(NeighbourUnavailable):
            client(ingest).post_json("/x", {"a": 1})

        assert len(ingest.requests) == 1


def test_a_refusal_carries_status_and_problem() -> None:
    with FakeNeighbour(lambda _n: (404, {"type": "/problems/not-found"})) as ingest:
        with pytest.raises(NeighbourRefused) as refused:
            client(ingest).get_json("/x")

        assert refused.value.status == 404
        assert refused.value.problem == {"type": "/problems/not-found"}


def test_an_answer_that_is_not_json_is_a_refusal() -> None:
    with (
        FakeNeighbour(lambda _n: (200, b"<html>")) as ingest,
        pytest.raises(NeighbourRefused),
    ):
        client(ingest).get_json("/x")


def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(NeighbourUnavailable, match="ingest"):
        ServiceClient("http://127.0.0.1:9", name="ingest", retries=0).get_json("/x")


def test_redirects_are_not_followed() -> None:
    with FakeNeighbour(lambda _n: (302, b"")) as ingest:
        assert client(ingest).get("/x").status_code == 302
