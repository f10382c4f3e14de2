"""Uploads that break off midway, as when the gateway or the line drops them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import factories as f
import pytest
from factories import Row
from live import Caller, Live, running, wait_until

from servicekit.testing import TokenMint

pytestmark = pytest.mark.integration
DATA = f.alipay_2023([Row(number=str(number), order=f"M{number}") for number in range(3_000)])


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, mint: TokenMint) -> Iterator[Live]:
    with running(tmp_path_factory.mktemp("live"), mint) as made:
        yield made


def _begin_upload(live: Live, *, share: float, chunked: bool) -> socket.socket:
    """A connection on which a part of an upload was sent."""
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        + DATA
        + b"\r\n--edge--\r\n"
    )
    sent = body[: int(len(body) * share)]
    token = live.mint.headers("1")["Authorization"]
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    head = (
        f"POST /data/import HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n{length}\r\n"
        "Idempotency-Key: dropped\r\nContent-Type: multipart/form-data; boundary=edge\r\n\r\n"
    )
    part = f"{len(sent):x}\r\n".encode() + sent + b"\r\n" if chunked else sent
    connection = socket.create_connection(("127.0.0.1", live.port), timeout=30)
    connection.sendall(head.encode() + part)
    return connection


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.9999])
def test_an_upload_that_breaks_off_leaves_nothing(
    live: Live, share: float, *, chunked: bool
) -> None:
    caller = Caller(live, 1)
    before = caller.call("GET", "/data/imports").json()["items"]

    with _begin_upload(live, share=share, chunked=chunked):
        # The service takes other requests meanwhile, and the folder shows no half of a file.
        assert caller.call("GET", "/data/imports").json()["items"] == before
        assert len(list((live.folder / "uploads").iterdir())) == len(before)

    wait_until(lambda: _open_uploads(live) == 0, "the dropped upload is let go of")
    assert caller.call("GET", "/data/imports").json()["items"] == before
    assert len(list((live.folder / "uploads").iterdir())) == len(before)


def _open_uploads(live: Live) -> int:
    """How many nameless files the web processes still hold."""
    folder = str(live.folder / "uploads")
    held = 0
    children = Path(f"/proc/{live.pids['web']}/task/{live.pids['web']}/children")
    for pid in children.read_text(encoding="ascii").split():
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            held += descriptor.is_symlink() and str(descriptor.readlink()).startswith(folder)
    return held


def test_the_whole_upload_is_taken_after_one_that_broke_off(live: Live) -> None:
    with _begin_upload(live, share=0.5, chunked=False):
        pass
    caller = Caller(live, 2)
    record = caller.settled(caller.upload(DATA, key="dropped"))
    assert (record["status"], record["rows_success"]) == ("succeeded", 3_000)
