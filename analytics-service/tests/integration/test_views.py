from collections.abc import Callable
from typing import Any

import pytest
from conftest import Clock
from factories import expense
from fakes import Ledger
from flask.testing import FlaskClient

from analytics_service.consumer import Consumer
from servicekit.contracts import assert_matches_contract
from servicekit.testing import TokenMint

ENTRY = {"name": "每月外卖", "page": "analysis", "query": {"tab": "trend", "category_id": "12"}}
URL = "/analytics/views"


@pytest.fixture
def add(client: FlaskClient, mint: TokenMint) -> Callable[..., Any]:
    def run(owner: str = "1", **more: object) -> Any:
        return client.post(URL, json={**ENTRY, **more}, headers=mint.headers(owner_id=owner))

    return run


def names(client: FlaskClient, mint: TokenMint, owner: str = "1") -> list[str]:
    body = client.get(URL, headers=mint.headers(owner_id=owner)).get_json()
    assert_matches_contract(body, "analytics/views")
    return [item["name"] for item in body["items"]]


def test_a_view_is_kept_changed_and_removed(
    client: FlaskClient, mint: TokenMint, add: Callable[..., Any], clock: Clock
) -> None:
    made = add()
    address = made.headers["Location"]

    assert (made.status_code, made.get_json()["query"]) == (201, ENTRY["query"])
    assert_matches_contract(made.get_json(), "analytics/view")
    changed = client.patch(address, json={"name": "外卖"}, headers=mint.headers())
    assert changed.get_json()["query"] == ENTRY["query"]
    assert names(client, mint) == ["外卖"]
    assert client.delete(address, headers=mint.headers()).status_code == 204
    assert names(client, mint) == []


def test_a_name_is_taken_once_by_each_user(
    client: FlaskClient, mint: TokenMint, add: Callable[..., Any]
) -> None:
    add()
    other = add(name="另一个").headers["Location"]

    assert add().status_code == 409
    assert client.patch(
        other, json={"name": ENTRY["name"]}, headers=mint.headers()
    ).status_code == (409)
    assert add(owner="2").status_code == 201
    assert names(client, mint) == ["另一个", "每月外卖"]


def test_anothers_view_is_not_found(
    client: FlaskClient, mint: TokenMint, add: Callable[..., Any]
) -> None:
    address = add().headers["Location"]
    stranger = mint.headers(owner_id="2")

    assert client.patch(address, json={"name": "x"}, headers=stranger).status_code == 404
    assert client.delete(address, headers=stranger).status_code == 404
    assert names(client, mint, "2") == []
    assert names(client, mint) == ["每月外卖"]


@pytest.mark.parametrize(
    "entry",
    [
        {"name": ""},
        {"name": " x"},
        {"name": "x" * 61},
        {"page": "nowhere"},
        {"query": {"tab": 3}},
        {"query": {"q": "x" * 301}},
        {"colour": "red"},
    ],
)
def test_what_is_no_view_is_refused(add: Callable[..., Any], entry: dict[str, object]) -> None:
    answer = add(**entry)

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_no_more_than_a_hundred_views_are_kept(add: Callable[..., Any]) -> None:
    statuses = [add(name=f"视图 {number}").status_code for number in range(101)]

    assert statuses == [201] * 100 + [409]


def test_a_new_epoch_and_a_rebuild_leave_views_alone(
    client: FlaskClient,
    mint: TokenMint,
    add: Callable[..., Any],
    ledger: Ledger,
    consumer: Consumer,
) -> None:
    ledger.put(expense(id=1))
    consumer.pull()
    add()

    ledger.restore("another epoch")
    consumer.pull()
    consumer.rebuild()

    assert names(client, mint) == ["每月外卖"]
