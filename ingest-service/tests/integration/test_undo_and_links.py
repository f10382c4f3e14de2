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
# One number on several spendings, refunds of it, and one that is pending.
REFUNDS = (
    ("2024-03-06 12:00:00", "30.00", "expense", "丙", "", "shop", "", "N-3000", ""),
    ("2024-03-06 12:00:00", "30.50", "expense", "丁", "", "shop", "", "N-3000", "yes"),
    ("2024-03-08 12:00:00", "12.00", "refund", "丙", "", "shop", "", "N-3000_1", ""),
    ("2024-03-08 13:00:00", "31.00", "expense", "丙", "已入账", "shop", "", "N-3000", ""),
    ("2024-03-07 12:00:00", "30.00", "expense", "丁", "", "shop", "", "N-3000", ""),
    ("2024-03-09 12:00:00", "30.00", "refund", "丁", "", "shop", "", "N-3000_2", ""),
    ("2024-03-06 12:00:00", "11.00", "expense", "丁", "分期", "shop", "", "N-3000", ""),
)
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
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=histories(REFUNDS))
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
