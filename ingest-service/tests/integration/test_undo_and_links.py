"""Undo and links: which rows are tied after any imports and undos is read from the rows alone."""

from __future__ import annotations

import itertools
from typing import Any

import factories as f
from fakes import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

_NEW_USERS = itertools.count(9000)
_HEADER = [
    "time", "amount", "direction", "merchant", "note", "source", "account", "external_id",
    "pending",
]  # fmt: skip
# One number on several spendings, refunds of it, and one that is pending; a purse's payment beside
# postings of a card that may be it; a move between two cards that two postings may be.
REFUNDS = (
    ("2024-03-06 12:00:00", "30.00", "expense", "丙", "", "shop", "", "N-3000", ""),
    ("2024-03-06 12:00:00", "30.50", "expense", "丁", "", "shop", "", "N-3000", "yes"),
    ("2024-03-08 12:00:00", "12.00", "refund", "丙", "", "shop", "", "N-3000_1", ""),
    ("2024-03-08 13:00:00", "31.00", "expense", "丙", "已入账", "shop", "", "N-3000", ""),
    ("2024-03-07 12:00:00", "30.00", "expense", "丁", "", "shop", "", "N-3000", ""),
    ("2024-03-09 12:00:00", "30.00", "refund", "丁", "", "shop", "", "N-3000_2", ""),
    ("2024-03-06 12:00:00", "11.00", "expense", "丁", "分期", "shop", "", "N-3000", ""),
)
PAYMENTS = (
    ("2024-03-05 12:00:00", "28.50", "expense", "兰州拉面", "", "alipay", "", "A1", ""),
    ("2024-03-05 12:40:00", "28.50", "expense", "兰州拉面", "", "alipay", "", "A2", ""),
    ("2024-03-05 12:00:30", "28.50", "expense", "支付宝-兰州拉面", "", "cmb", "", "B1", ""),
    ("2024-03-05 12:30:30", "28.50", "expense", "支付宝-兰州拉面", "", "cmb", "", "B2", ""),
    ("2024-03-06 10:00:00", "28.50", "refund", "兰州拉面", "", "alipay", "", "A1_1", ""),
    ("2024-03-06 10:00:30", "28.50", "income", "支付宝-兰州拉面", "", "cmb", "", "B4", ""),
    ("2024-03-05 12:00:00", "28.50", "expense", "美团-兰州拉面", "", "meituan", "", "M1", ""),
    ("2024-03-07 09:00:00", "28.50", "expense", "兰州拉面", "", "alipay", "", "A1", "yes"),
    ("2024-03-08 10:00:00", "500.00", "expense", "转出", "转账", "cmb", "招商(1234)", "B3", ""),
    ("2024-03-08 10:00:05", "500.00", "income", "转入", "转账", "icbc", "工商(5678)", "I1", ""),
    ("2024-03-08 10:01:05", "500.00", "income", "转入", "转账", "icbc", "工商(5678)", "I2", ""),
    ("2024-03-08 10:00:03", "500.00", "expense", "转出", "转账", "ccb", "建设(4321)", "C1", ""),
)
LINES = REFUNDS + PAYMENTS
_CONTENT = (
    "time", "amount", "refunded_amount", "currency", "direction", "merchant", "note", "source",
    "external_id",
)  # fmt: skip
_IN_FORCE = "linked"


def table(kinds: list[int], lines: tuple[tuple[str, ...], ...]) -> bytes:
    return f.table_csv([_HEADER, *(lines[kind % len(lines)] for kind in kinds)])


def undo(client: Client, record: Any) -> None:
    assert client.call("DELETE", f"/data/imports/{record['id']}").status_code == 202
    client.work()


def told(client: Client) -> Any:
    """Rows, and who is tied to whom and why: by content, without ids."""
    rows = {row["id"]: tuple(str(row[name]) for name in _CONTENT) for row in client.expenses()}
    ties = sorted(
        (link["kind"], rows[link["from"]["id"]], rows[link["to"]["id"]], str(link["reason"]))
        for link in client.json("/links", status=_IN_FORCE, limit=200)["items"]
    )
    return sorted(rows.values()), ties


def histories(lines: tuple[tuple[str, ...], ...]) -> st.SearchStrategy[Any]:
    """Files of these lines, and which of them are undone after which others."""
    return st.tuples(
        st.just(lines),
        st.lists(
            st.lists(st.integers(0, len(lines) - 1), min_size=1, max_size=4),
            min_size=2,
            max_size=4,
        ),
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=3),
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=st.one_of(*(histories(lines) for lines in (REFUNDS, PAYMENTS, LINES))))
@example(history=(REFUNDS, [[1, 2], [0], [0, 1]], [(2, 1)]))
def test_after_any_imports_and_undos_the_links_are_as_if_only_the_rest_had_come(
    client: Client, history: Any
) -> None:
    lines, files, undone = history
    mine = client.as_user(str(next(_NEW_USERS)))
    standing: dict[int, Any] = {}
    for number, kinds in enumerate(files):
        standing[number] = mine.import_file(table(kinds, lines), force="true")
        for at, which in undone:
            if at == number and which in standing:
                undo(mine, standing.pop(which))
    fresh = client.as_user(str(next(_NEW_USERS)))
    for number in standing:
        fresh.import_file(table(files[number], lines), force="true")
    assert told(mine) == told(fresh)


def tie_of(client: Client) -> Any:
    (link,) = client.json("/links", kind="refund")["items"]
    return link


def test_a_refund_goes_over_to_the_better_spending_and_back(client: Client) -> None:
    client.import_file(table([0, 2], REFUNDS))
    before = told(client)
    better = client.import_file(table([4], REFUNDS))
    assert tie_of(client)["to"]["time"] == "2024-03-07T04:00:00Z"
    assert {row["refunded_amount"] for row in client.expenses(direction="expense")} == {
        "0.00", "12.00",
    }  # fmt: skip
    undo(client, better)
    assert told(client) == before


def test_what_a_person_confirmed_stays_whatever_comes_and_goes(client: Client) -> None:
    client.import_file(table([0, 2], REFUNDS))
    link = tie_of(client)
    path = f"/links/{link['id']}"
    assert client.call("PATCH", path, json={"status": "confirmed"}).status_code == 200
    kept = tie_of(client)
    better = client.import_file(table([4], REFUNDS))
    assert tie_of(client) == kept
    undo(client, better)
    assert tie_of(client) == kept


def ties(client: Client) -> set[tuple[str, str]]:
    return {
        (link["from"]["external_id"], link["to"]["external_id"])
        for link in client.json("/links", status="linked")["items"]
    }


def test_a_posting_that_fits_better_takes_the_payment_over_and_undo_gives_it_back(
    client: Client,
) -> None:
    client.import_file(table([1], PAYMENTS))
    client.import_file(table([2], PAYMENTS))
    assert ties(client) == {("B1", "A2")}
    before = told(client)
    better = client.import_file(table([3], PAYMENTS))
    assert ties(client) == {("B2", "A2")}
    rows = {row["external_id"]: row["direction"] for row in client.expenses()}
    assert rows == {"A2": "expense", "B1": "expense", "B2": "neutral"}
    undo(client, better)
    assert told(client) == before


def test_a_split_pair_stays_split_whatever_is_undone(client: Client) -> None:
    client.import_file(table([1, 2], PAYMENTS))
    other = client.import_file(table([3], PAYMENTS))
    for number in ("B2", "B1"):
        (link,) = client.json("/links", status="linked")["items"]
        assert link["from"]["external_id"] == number
        path = f"/links/{link['id']}"
        assert client.call("PATCH", path, json={"status": "rejected"}).status_code == 200
        if number == "B2":
            undo(client, client.import_file(table([0], PAYMENTS)))
    undo(client, other)
    assert ties(client) == set()


def test_rows_that_passed_to_another_file_still_find_their_partners(client: Client) -> None:
    first = client.import_file(table([0], PAYMENTS))
    client.import_file(table([0], PAYMENTS), force="true")
    undo(client, first)
    client.import_file(table([2], PAYMENTS))
    assert ties(client) == {("B1", "A1")}
