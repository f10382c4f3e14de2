"""Archives: with a password, without one, and those that are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import factories as f
import pytest
import pyzipper
from factories import Row
from fakes import Client

from ingest_service.config import Config
from ingest_service.domain.errors import StatementError
from ingest_service.domain.reading.archive import read_directory

STATEMENT = f.alipay_2023([Row()])
PASSWORD = "842913"


def packed(members: Sequence[tuple[str, bytes]], *, password: str | None = None) -> bytes:
    buffer = io.BytesIO()
    options = {"encryption": pyzipper.WZ_AES} if password else {}
    with pyzipper.AESZipFile(buffer, "w", compression=pyzipper.ZIP_DEFLATED, **options) as archive:
        if password:
            archive.setpassword(password.encode())
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


LOCKED = packed([("账单.csv", STATEMENT), ("说明.pdf", b"%PDF-")], password=PASSWORD)


def kept(config: Config) -> list[bytes]:
    return [path.read_bytes() for path in config.uploads_dir.iterdir()]


def unlock(client: Client, location: str, password: str = PASSWORD) -> tuple[int, str]:
    response = client.call("POST", f"{location}/unlock", json={"password": password})
    body = response.get_json()
    return response.status_code, body.get("status") if response.status_code < 400 else body["type"]


def test_a_locked_archive_waits_for_its_password_and_is_then_imported(
    client: Client, config: Config
) -> None:
    response = client.upload(LOCKED, "账单.zip")
    assert (response.status_code, response.get_json()["status"]) == (202, "needs_password")
    location = response.get_json()["location"]
    client.work()
    assert client.json(location)["status"] == "needs_password"
    assert unlock(client, location, "000000") == (422, "/problems/wrong-password")
    assert unlock(client, location) == (202, "queued")
    # The statement took the place of the archive.
    assert kept(config) == [STATEMENT]
    client.work()
    record = client.json(location)
    assert (record["status"], record["rows_success"], record["filename"]) == (
        "succeeded", 1, "账单.zip",
    )  # fmt: skip
    again = client.upload(LOCKED, "账单.zip", password=PASSWORD)
    assert (again.status_code, again.get_json()["status"]) == (200, "duplicate_file")
    assert kept(config) == [STATEMENT]


def test_the_password_may_come_with_the_file(client: Client, config: Config) -> None:
    wrong = client.upload(LOCKED, "账单.zip", password="1")
    assert (wrong.status_code, wrong.get_json()["type"]) == (422, "/problems/wrong-password")
    assert kept(config) == []
    record = client.import_file(LOCKED, "账单.zip", password=PASSWORD)
    assert (record["status"], record["rows_success"]) == ("succeeded", 1)


def test_the_same_archive_again_answers_the_import_that_waits(client: Client) -> None:
    first = client.upload(LOCKED).get_json()
    again = client.upload(LOCKED)
    assert (again.status_code, again.get_json()) == (202, first)
    opened = client.upload(LOCKED, password=PASSWORD)
    assert (opened.status_code, opened.get_json()["id"]) == (202, first["id"])
    client.work()
    assert client.json(first["location"])["status"] == "succeeded"


def test_an_import_that_waits_for_no_password_cannot_be_unlocked(client: Client) -> None:
    record = client.import_file(STATEMENT)
    location = f"/data/imports/{record['id']}"
    assert unlock(client, location) == (409, "/problems/conflict")
    assert unlock(client.as_user("2"), location) == (404, "/problems/not-found")


def test_a_locked_import_may_be_given_up(client: Client) -> None:
    location = client.upload(LOCKED).get_json()["location"]
    assert client.call("DELETE", location).status_code == 202
    client.work()
    assert client.json(location)["status"] == "undone"


def test_the_password_is_neither_stored_nor_logged(
    client: Client, config: Config, capfd: pytest.CaptureFixture[str]
) -> None:
    location = client.upload(LOCKED).get_json()["location"]
    unlock(client, location, "wrong-842913-wrong")
    unlock(client, location)
    client.work()
    client.upload(LOCKED, password=PASSWORD, force="true", headers={"Idempotency-Key": "k"})
    client.work()
    output = capfd.readouterr()
    assert PASSWORD not in output.out + output.err
    for path in Path(config.data_dir).rglob("*"):
        if path.is_file() and "sqlite" in path.name:
            assert PASSWORD.encode() not in path.read_bytes()


def test_an_archive_without_password_is_opened_too(client: Client) -> None:
    data = packed([
        ("__MACOSX/._账单.csv", b"\x00"), ("账单/", b""), ("账单/账单.csv", STATEMENT),
        ("readme.pdf", b"%PDF-"),
    ])  # fmt: skip
    record = client.import_file(data, "账单.zip")
    assert (record["status"], record["rows_success"]) == ("succeeded", 1)
    assert client.upload(data).status_code == 200


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ([("a.csv", STATEMENT), ("b.csv", STATEMENT)], "archive-several"),
        ([("../../a.csv", STATEMENT)], "archive-unsafe-name"),
        ([("a.pdf", b"%PDF-")], "archive-empty"),
        ([("inner.zip", packed([("a.csv", STATEMENT)]))], "archive-nested"),
        ([("inner.csv", packed([("a.csv", STATEMENT)]))], "archive-nested"),
        ([(f"{n}.csv", b"x") for n in range(101)], "archive-too-many"),
        ([("a.csv", b"0" * (64 << 20))], "archive-too-large"),
        ([("word/document.xml", b"<w/>")], "unsupported-content"),
    ],
)
def test_an_archive_that_is_not_taken_says_why(
    client: Client, members: Sequence[tuple[str, bytes]], code: str
) -> None:
    record = client.import_file(packed(members), "账单.zip")
    assert (record["status"], record["error"]["code"]) == ("failed", code)
    assert record["error"]["detail"] != code


def test_a_locked_archive_that_is_not_taken_says_why_once_it_is_unlocked(client: Client) -> None:
    bomb = packed([("a.csv", b"0" * (64 << 20))], password=PASSWORD)
    location = client.upload(bomb).get_json()["location"]
    assert unlock(client, location) == (202, "failed")
    assert client.json(location)["error"]["code"] == "archive-too-large"


def test_a_directory_of_endless_entries_is_refused_before_it_is_read() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(2_000):
            archive.writestr("x" * 600 + str(number), b"")
    with pytest.raises(StatementError, match="archive-too-large"):
        read_directory(buffer)
