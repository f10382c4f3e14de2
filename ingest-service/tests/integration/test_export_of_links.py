"""Links in exports: another account has them too after the import, and the same one twice never."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any

import factories as f
import pytest
from factories import Row
from fakes import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest_service.domain.links import STATUSES

OWNERS = itertools.count(7000)
FORMATS = [("csv", "zh-CN"), ("csv", "en"), ("xlsx", "zh-CN"), ("ndjson", "en")]
HEADER = [
    "time", "amount", "direction", "merchant", "note", "source", "account", "external_id",
]  # fmt: skip
LINES = (
    ("2024-03-05 12:00:00", "28.50", "expense", "兰州拉面", "", "alipay", "", "A1"),
    ("2024-03-05 12:00:30", "28.50", "expense", "支付宝-兰州拉面", "", "cmb", "", "B1"),
    ("2024-03-06 09:00:00", "16.00", "expense", "瑞幸", "", "alipay", "", "A2"),
    ("2024-03-06 09:00:10", "16.00", "expense", "瑞幸咖啡", "", "cmb", "", "B2"),
    ("2024-03-07 10:00:00", "6.00", "refund", "瑞幸", "", "alipay", "", "A2_1"),
    ("2024-03-08 10:00:00", "500.00", "expense", "转出", "转账", "cmb", "招商(1234)", "B3"),
    ("2024-03-08 10:00:05", "500.00", "income", "转入", "转账", "icbc", "工商(5678)", "I1"),
    ("2024-03-09 10:00:00", "9.00", "expense", "早点", "", "cash", "", ""),
    ("2024-03-09 10:00:00", "9.00", "expense", "早点", "", "cash", "", ""),
    ("2024-03-09 11:00:00", "9.00", "income", "早点", "退", "cash", "", ""),
)
TIES = (
    (0, 1, "same_payment"), (1, 0, "same_payment"), (3, 2, "same_payment"), (4, 2, "refund"),
    (4, 0, "refund"), (5, 6, "own_transfer"), (9, 7, "refund"), (9, 8, "refund"),
    (8, 9, "own_transfer"), (7, 8, "same_payment"),
)  # fmt: skip
EDITS: tuple[dict[str, str], ...] = (
    {"merchant": "我的早点"}, {"note": "=我的"}, {"direction": "neutral"}, {"amount": "8.00"},
    {"time": "2024-03-09T04:05:06Z"},
)  # fmt: skip
ACTIONS = st.one_of(
    st.tuples(st.just("tie"), st.integers(0, len(TIES) - 1), st.just(0)),
    st.tuples(st.just("decide"), st.integers(0, 5), st.sampled_from([1, 2])),
    st.tuples(st.just("edit"), st.integers(0, len(LINES) - 1), st.integers(0, len(EDITS) - 1)),
)


def rows(client: Client) -> list[Any]:
    """The rows in a stable order: that of their lines, whatever a person changed."""
    return sorted(client.expenses(), key=lambda row: int(row["id"]))


def act(client: Client, action: tuple[str, int, int]) -> None:
    """Do what a person may do; what is refused is refused."""
    what, which, how = action
    found = rows(client)
    if what == "tie":
        source, target, kind = TIES[which]
        ends = {"from_id": found[source]["id"], "to_id": found[target]["id"]}
        client.call("POST", "/links", json={"kind": kind, **ends})
    elif what == "edit":
        client.call("PATCH", f"/expenses/{found[which]['id']}", json=EDITS[how])
    else:
        links = client.json("/links")["items"]
        if which < len(links):
            status = ("", "confirmed", "rejected")[how]
            client.call("PATCH", f"/links/{links[which]['id']}", json={"status": status})


def told(client: Client) -> Any:
    """Rows, links with their state, and sums: without ids, but for the names of the rows."""
    names = ("time", "amount", "refunded_amount", "direction", "merchant", "note", "source",
             "account", "external_id", "currency", "local_date")  # fmt: skip
    shown = {row["id"]: tuple(str(row[name]) for name in names) for row in client.expenses()}
    ties = sorted(
        (
            link["kind"],
            link["status"],
            shown[link["from"]["id"]],
            shown[link["to"]["id"]],
            json.dumps(link["reason"], sort_keys=True),
            link["score"],
        )
        for status in STATUSES
        for link in client.json("/links", status=status, limit=200)["items"]
    )
    sums = {
        name: told for name, told in client.json("/expenses/count").items() if name != "last_seq"
    }
    return sorted(shown.values()), ties, sums


def exported(client: Client, kind: tuple[str, str], **query: str) -> bytes:
    file_format, lang = kind
    answer = client.get("/data/export", query_string={"format": file_format, "lang": lang, **query})
    assert answer.status_code == 200
    return answer.get_data()


def undo(client: Client, record: Any) -> None:
    assert client.call("DELETE", f"/data/imports/{record['id']}").status_code == 202
    client.work()


def counts(record: Any) -> tuple[int, int, int]:
    return record["rows_success"], record["rows_updated"], record["rows_failed"]


@pytest.fixture
def mine(client: Client) -> Client:
    """An account with links of every kind and state."""
    mine = client.as_user(str(next(OWNERS)))
    mine.import_file(f.table_csv([HEADER, *LINES]))
    for link in mine.json("/links")["items"]:
        if link["from"]["external_id"] in {"B2", "A2"}:
            act_on = f"/links/{link['id']}"
            assert mine.call("PATCH", act_on, json={"status": "rejected"}).status_code == 200
    act(mine, ("tie", 0, 0))
    act(mine, ("tie", 6, 0))
    return mine


@pytest.mark.parametrize("kind", FORMATS)
def test_links_come_back_with_their_kind_and_state(
    client: Client, mine: Client, kind: tuple[str, str]
) -> None:
    there = client.as_user(str(next(OWNERS)))
    record = there.import_file(exported(mine, kind), f"x.{kind[0]}")
    assert counts(record) == (len(LINES), 0, 0), record
    assert told(there) == told(mine)
    ties = {(tie[0], tie[1]) for tie in told(there)[1]}
    assert {"refund", "same_payment", "own_transfer"} == {kind for kind, _ in ties}
    assert {"linked", "confirmed", "rejected"} <= {status for _, status in ties}
    undo(there, record)
    assert told(there)[:2] == ([], [])


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=st.lists(ACTIONS, max_size=8))
def test_whatever_a_person_did_another_account_has_it_and_the_same_one_nothing_new(
    client: Client, kind: tuple[str, str], actions: list[tuple[str, int, int]]
) -> None:
    here, there = (client.as_user(str(next(OWNERS))) for _ in range(2))
    here.import_file(f.table_csv([HEADER, *LINES]))
    for action in actions:
        act(here, action)
    data, before = exported(here, kind), told(here)
    first = there.import_file(data, f"x.{kind[0]}")
    assert counts(first) == (len(LINES), 0, 0), first
    assert told(there) == before

    full = here.expenses()
    again = here.import_file(data, f"x.{kind[0]}")
    assert counts(again) == (0, 0, 0), again
    assert (here.expenses(), told(here)) == (full, before)
    undo(here, again)
    assert (here.expenses(), told(here)) == (full, before)
    undo(there, first)
    assert told(there)[:2] == ([], [])


def test_a_link_that_is_split_over_there_gives_both_rows_back(client: Client, mine: Client) -> None:
    there = client.as_user(str(next(OWNERS)))
    there.import_file(exported(mine, ("csv", "en")))
    for account in (mine, there):
        for status in ("linked", "confirmed"):
            for link in account.json("/links", status=status)["items"]:
                path = f"/links/{link['id']}"
                changed = account.call("PATCH", path, json={"status": "rejected"})
                assert changed.status_code == 200
    assert told(there) == told(mine)
    assert {row["direction"] for row in rows(there)} == {"expense", "refund", "income"}


def test_a_file_of_one_side_imports_and_the_other_file_ties_them(
    client: Client, mine: Client
) -> None:
    there = client.as_user(str(next(OWNERS)))
    one, rest = ({"source": "alipay"}, {"from": "2024-03-01", "to": "2024-04-01"})
    alone = exported(mine, ("csv", "zh-CN"), **one)
    assert counts(there.import_file(alone)) == (3, 0, 0)
    assert {tie[0] for tie in told(there)[1]} <= {"refund"}
    assert counts(there.import_file(exported(mine, ("csv", "zh-CN"), **rest), "rest.csv")) == (
        len(LINES) - 3, 0, 0,
    )  # fmt: skip
    assert told(there) == told(mine)


def test_links_read_like_words_and_a_changed_row_is_another_one(
    client: Client, mine: Client
) -> None:
    text = exported(mine, ("csv", "zh-CN")).decode("utf-8-sig")
    assert ",编号,关联,账单收支,账单已退款,分类核对\r\n" in text
    assert "同一笔→" in text
    assert "已确认" in text
    assert "已拆分" in text
    lunch = next(line for line in text.splitlines() if "A1" in line)
    sold = lunch.replace("28.50", "82.50")
    there = client.as_user(str(next(OWNERS)))
    header = text.splitlines()[0]
    assert counts(there.import_file(f"{header}\r\n{lunch}\r\n{sold}".encode())) == (2, 0, 0)
    assert sorted(row["amount"] for row in there.expenses()) == ["28.50", "82.50"]


def test_original_statements_change_nothing_in_an_account_made_of_an_export(
    client: Client,
) -> None:
    mine, there = (client.as_user(str(next(OWNERS))) for _ in range(2))
    statement = f.alipay_2023([Row()])
    mine.import_file(statement)
    change = {"amount": "27.00", "merchant": "面馆", "direction": "neutral"}
    assert mine.call("PATCH", f"/expenses/{rows(mine)[0]['id']}", json=change).status_code == 200
    there.import_file(exported(mine, ("csv", "en")))
    assert there.import_file(statement)["rows_success"] == 0
    assert told(there) == told(mine)


def test_a_row_of_which_only_the_category_was_chosen_needs_no_name(client: Client) -> None:
    client.import_file(f.alipay_2023([Row()]))
    home = next(c["id"] for c in client.json("/categories")["items"] if c["code"] == "housing")
    path = f"/expenses/{rows(client)[0]['id']}"
    assert client.call("PATCH", path, json={"category_id": home}).status_code == 200
    *_, ref, links, stated, refunded, _ = (
        exported(client, ("csv", "en")).decode().splitlines()[1].split(",")
    )
    assert (ref, links, stated, refunded) == ("", "", "", "")


def test_older_exports_and_reasons_that_nobody_knows_tie_as_before(
    client: Client, mine: Client
) -> None:
    text = exported(mine, ("csv", "en")).decode("utf-8-sig")
    assert "[time-amount 0." in text
    for written, expected in ((r" \[[^\]]*\]", {"from-export"}), (r"\[[a-z-]+ ", {"from-export"})):
        there = client.as_user(str(next(OWNERS)))
        there.import_file(re.sub(written, "" if "^" in written else "[no-such ", text).encode())
        links = [link for s in STATUSES for link in there.json("/links", status=s)["items"]]
        assert {link["reason"]["code"] for link in links} == expected
        assert [tie[:4] for tie in told(there)[1]] == [tie[:4] for tie in told(mine)[1]]
