"""Deleting many rows and taking it back: rows, links and feed stand as before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import factories as f
from factories import Row
from fakes import Client

from servicekit.contracts import assert_matches_contract

LUNCH = Row(number="1", order="A1", merchant="兰州拉面", amount="28.50")
RETURN = replace(
    LUNCH, number="1_9", order="A1", flow="不计收支", status="退款成功", amount="8.50",
    time="2024-03-06 12:00:00",
)  # fmt: skip
OTHERS = [Row(number=f"N{number}", order=f"O{number}", merchant="书店") for number in range(5)]
HEADER = ["时间", "金额", "收支", "商户", "备注", "来源", "账户", "单号"]


def table(*, source: str, merchant: str, tail: str = "1234") -> bytes:
    cells = [
        "2024-03-07 09:00:00",
        "45.00",
        "支出",
        merchant,
        "",
        source,
        f"招商银行({tail})",
        "B1",
    ]
    return f.table_csv([HEADER, cells])


def told(client: Client) -> tuple[list[Any], list[Any]]:
    links = client.json("/links")["items"]
    return client.expenses(), links


def feed(client: Client) -> dict[int, tuple[Any, ...]]:
    """Every row of the feed but its number of change."""
    columns = client.changes()["columns"]
    names = [name for name in columns if name != "seq"]
    rows = zip(*(columns[name] for name in names), strict=True)
    at = names.index("id")
    return {row[at]: row for row in rows}


def delete(client: Client, **rows: Any) -> Any:
    answer = client.call("POST", "/expenses/bulk", json={**rows, "delete": True})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert_matches_contract(answer.get_json(), "ingest/expenses_bulk")
    return answer.get_json()


def restore(client: Client, deletion_id: str) -> Any:
    return client.call("POST", f"/expenses/deletions/{deletion_id}/restore")


def full(client: Client) -> None:
    client.import_file(f.alipay_2023([LUNCH, RETURN, *OTHERS]))
    client.import_file(table(source="cmb", merchant="支付宝-早餐店"), "bank.csv")
    client.import_file(table(source="wallet", merchant="早餐店"), "app.csv")
    paid = {row["source"]: row["id"] for row in client.expenses() if row["amount"] == "45.00"}
    body = {"kind": "same_payment", "from_id": paid["cmb"], "to_id": paid["wallet"]}
    made = client.call("POST", "/links", json=body)
    assert made.status_code in {201, 409}


def test_a_deletion_of_any_part_is_taken_back_exactly(client: Client) -> None:
    full(client)
    before, known = told(client), feed(client)
    ids = [row["id"] for row in before[0]]
    assert before[1]
    for chosen in ([one] for one in ids):
        deletion = delete(client, ids=chosen)
        assert (deletion["changed"], len(client.expenses())) == (1, len(ids) - 1)
        back = restore(client, deletion["deletion_id"])
        assert (back.status_code, back.get_json()["changed"]) == (200, 1)
        assert told(client) == before
        assert feed(client) == known
    deletion = delete(client, filter={})
    assert client.expenses() == []
    assert client.json("/links")["items"] == []
    restore(client, deletion["deletion_id"])
    assert told(client) == before
    assert feed(client) == known


def test_only_what_stands_is_offered_and_only_to_its_owner(client: Client) -> None:
    client.import_file(f.alipay_2023(OTHERS))
    deletion = delete(client, filter={})
    offered = client.json("/expenses/deletions")
    assert_matches_contract(offered, "ingest/deletions")
    assert [(one["id"], one["rows"]) for one in offered["items"]] == [(deletion["deletion_id"], 5)]
    assert restore(client.as_user("2"), deletion["deletion_id"]).status_code == 404
    assert client.as_user("2").json("/expenses/deletions")["items"] == []
    assert restore(client, deletion["deletion_id"]).status_code == 200
    assert restore(client, deletion["deletion_id"]).status_code == 404
    assert client.json("/expenses/deletions")["items"] == []
    assert delete(client, filter={"merchant": "nobody"})["deletion_id"] is None


def test_rows_of_an_import_that_was_undone_meanwhile_stay_away(client: Client) -> None:
    record = client.import_file(f.alipay_2023(OTHERS))
    by_hand = client.call("POST", "/expenses", json={"amount": "3.50"}).get_json()["id"]
    deletion = delete(client, filter={})
    client.call("DELETE", f"/data/imports/{record['id']}")
    client.work()
    assert restore(client, deletion["deletion_id"]).get_json()["changed"] == 1
    assert [row["id"] for row in client.expenses()] == [by_hand]
