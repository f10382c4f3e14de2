"""The same payment told twice, moves between own accounts, and what the user says of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import factories as f
import pytest
from factories import Row
from fakes import Client

from servicekit.contracts import assert_matches_contract

LUNCH = Row()
COFFEE = Row(
    time="2024-03-05 09:00:00", merchant="瑞幸咖啡", item="拿铁", amount="16.00", number="7",
    order="C1",
)  # fmt: skip
HEADER = ["时间", "金额", "收支", "商户", "备注", "来源", "账户", "单号"]


def bank(
    *lines: tuple[str, str, str, str], source: str = "cmb", tail: str = "1234", numbers: int = 0
) -> bytes:
    """A bank's statement as the platform's own table: time, signed amount, merchant, note."""
    rows = [
        [time, amount.lstrip("-"), "支出" if amount.startswith("-") else "收入", merchant, note,
         source, f"招商银行({tail})" if tail else "", f"B{number}"]
        for number, (time, amount, merchant, note) in enumerate(lines, start=numbers)
    ]  # fmt: skip
    return f.table_csv([HEADER, *rows])


def sums(client: Client) -> dict[str, Decimal]:
    """Gross, net and income, as charts would count them."""
    found: Counter[str] = Counter()
    for row in client.expenses():
        amount, refunded = Decimal(row["amount"]), Decimal(row["refunded_amount"])
        if row["direction"] == "expense":
            found["gross"] += amount  # type: ignore[assignment]
            found["net"] += amount - refunded  # type: ignore[assignment]
        elif row["direction"] == "income":
            found["income"] += amount  # type: ignore[assignment]
    return {key: Decimal(found[key]) for key in ("gross", "net", "income")}


def links(client: Client, **query: Any) -> list[Any]:
    page = client.json("/links", **query)
    assert_matches_contract(page, "ingest/links")
    return page["items"]


def decide(client: Client, link: Any, status: str) -> Any:
    response = client.call("PATCH", f"/links/{link['id']}", json={"status": status})
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


def undo(client: Client, record: Any) -> None:
    assert client.call("DELETE", f"/data/imports/{record['id']}").status_code == 202
    client.work()


SPENT = {"gross": Decimal("28.50"), "net": Decimal("28.50"), "income": Decimal(0)}
TWICE = {"gross": Decimal("57.00"), "net": Decimal("57.00"), "income": Decimal(0)}


@pytest.mark.parametrize("bank_first", [False, True])
def test_one_payment_in_app_and_bank_counts_once_and_the_app_s_row_counts(
    client: Client, *, bank_first: bool
) -> None:
    files = [f.alipay_2023([LUNCH]), bank(("2024-03-05 12:21:09", "-28.50", "支付宝-兰州拉面", ""))]
    for data in reversed(files) if bank_first else files:
        client.import_file(data)
    rows = {row["source"]: row for row in client.expenses()}
    assert (rows["alipay"]["direction"], rows["cmb"]["direction"]) == ("expense", "neutral")
    assert rows["cmb"]["stated_direction"] == "expense"
    assert sums(client) == SPENT
    (link,) = links(client)
    assert (link["kind"], link["status"], link["amount"]) == ("same_payment", "linked", "28.50")
    assert link["reason"] == {
        "code": "time-amount-tail",
        "params": {"seconds": 9, "tail": "1234", "platform": "alipay"},
    }
    assert (link["from"]["source"], link["to"]["source"]) == ("cmb", "alipay")
    assert rows["cmb"]["links"][0]["expense_id"] == rows["alipay"]["id"]


def test_sums_are_right_before_linked_rejected_confirmed_and_undone(client: Client) -> None:
    client.import_file(f.alipay_2023([LUNCH]))
    assert sums(client) == SPENT
    record = client.import_file(bank(("2024-03-06", "-28.50", "财付通", "")))
    # Another wallet is named: two payments.
    assert (links(client), sums(client)) == ([], TWICE)
    undo(client, record)
    assert sums(client) == SPENT
    record = client.import_file(bank(("2024-03-05", "-28.50", "支付宝-商户", "")))
    (link,) = links(client)
    assert sums(client) == SPENT
    assert decide(client, link, "rejected")["status"] == "rejected"
    assert sums(client) == TWICE
    assert all(row["stated_direction"] == row["direction"] for row in client.expenses())
    assert decide(client, link, "confirmed")["status"] == "confirmed"
    assert sums(client) == SPENT
    undo(client, record)
    assert (sums(client), links(client)) == (SPENT, [])


def test_undo_of_the_app_s_statement_lets_the_bank_s_row_count_again(client: Client) -> None:
    client.import_file(bank(("2024-03-05 12:21:09", "-28.50", "支付宝-兰州拉面", "")))
    before = client.expenses()
    record = client.import_file(f.alipay_2023([LUNCH]))
    seen = client.changes()["next"]
    undo(client, record)
    assert client.expenses() == before
    assert links(client) == []
    told = client.changes(after=seen)["columns"]
    assert dict(zip(told["source"], told["direction"], strict=True))["cmb"] == "expense"


def test_a_rejected_pair_is_never_proposed_again(client: Client) -> None:
    client.import_file(f.alipay_2023([LUNCH]))
    statement = ("2024-03-05 12:21:09", "-28.50", "支付宝-兰州拉面", "")
    client.import_file(bank(statement))
    decide(client, links(client)[0], "rejected")
    client.import_file(bank(statement, ("2024-03-09", "-3", "地铁", "")))
    client.import_file(f.alipay_2021([LUNCH, COFFEE]))
    assert [link["status"] for link in links(client)] == ["rejected"]
    assert sums(client)["gross"] == Decimal("28.50") * 2 + 3 + 16


def test_two_equal_coffees_are_linked_in_order_and_none_twice(client: Client) -> None:
    second = replace(COFFEE, number="8", order="C2", time="2024-03-05 15:00:00")
    client.import_file(f.alipay_2023([COFFEE, second]))
    line = ("2024-03-05", "-16.00", "支付宝-瑞幸咖啡", "")
    client.import_file(bank(line, line, line))
    found = [link for link in links(client) if link["status"] == "linked"]
    pairs = sorted((link["from"]["external_id"], link["to"]["external_id"]) for link in found)
    assert pairs == [("B0", "7"), ("B1", "8")]
    assert sums(client)["gross"] == Decimal("48.00")


def test_an_order_number_in_the_bank_s_note_links_whatever_the_day(client: Client) -> None:
    client.import_file(f.wechat_csv([replace(LUNCH, status="支付成功")]))
    client.import_file(bank(("2024-03-10", "-28.50", "POS", f"单号{LUNCH.number}"), tail=""))
    (link,) = links(client)
    assert (link["status"], link["reason"]["code"]) == ("linked", "order-number")


def test_thin_evidence_is_a_question_that_changes_nothing_until_it_is_answered(
    client: Client,
) -> None:
    client.import_file(f.alipay_2023([LUNCH]))
    client.import_file(bank(("2024-03-06", "-28.50", "支付宝", ""), source="citybank", tail=""))
    assert sums(client) == TWICE
    (link,) = links(client, status="proposed")
    assert link["reason"]["code"] == "time-amount"
    assert decide(client, link, "confirmed")["from"]["direction"] == "neutral"
    assert sums(client) == SPENT
    assert links(client, status="proposed") == []


@pytest.mark.parametrize(
    ("time", "account", "merchant"),
    [
        ("2024-03-05 12:21:10", "招商银行(9999)", "支付宝-兰州拉面"),
        ("2024-03-12", "招商银行(1234)", "支付宝-兰州拉面"),
        ("2024-03-05 12:21:10", "余额宝", "支付宝-兰州拉面"),
        ("2024-03-05 12:21:10", "工商银行", "支付宝-兰州拉面"),
    ],
)
def test_another_card_another_week_or_the_app_s_own_purse_is_another_payment(
    client: Client, time: str, account: str, merchant: str
) -> None:
    client.import_file(f.alipay_2023([replace(LUNCH, account=account)]))
    client.import_file(bank((time, "-28.50", merchant, "")))
    assert links(client) == []


def test_a_refund_seen_twice_is_given_back_once(client: Client) -> None:
    back = Row(
        time="2024-03-20 08:00:00", item="退款-牛肉面", flow="不计收支", amount="8.50",
        status="退款成功", category="退款", number=f"{LUNCH.number}_99", order=LUNCH.order,
    )  # fmt: skip
    client.import_file(f.alipay_2023([LUNCH, back]))
    record = client.import_file(
        bank(
            ("2024-03-05", "-28.50", "支付宝-兰州拉面", ""),
            ("2024-03-20 08:00:31", "8.50", "支付宝-退款", ""),
        )
    )
    wanted = {"gross": Decimal("28.50"), "net": Decimal("20.00"), "income": Decimal(0)}
    assert sums(client) == wanted
    kinds = Counter((link["kind"], link["reason"]["code"]) for link in links(client))
    assert kinds == {("same_payment", "time-amount-tail"): 2, ("refund", "refund-order"): 1}
    undo(client, record)
    assert sums(client) == wanted


def test_a_refund_without_number_at_the_same_merchant_is_only_asked_about(client: Client) -> None:
    lines = [
        HEADER,
        ["2024-03-05", "60", "支出", "优衣库", "", "cmb", "", "1"],
        ["2024-03-09", "60", "退款", "优衣库", "", "cmb", "", "2"],
    ]
    client.import_file(f.table_csv(lines))
    assert sums(client)["net"] == 60
    (link,) = links(client)
    assert (link["kind"], link["status"]) == ("refund", "proposed")
    assert link["reason"] == {"code": "refund-merchant-amount", "params": {"days": 4}}
    decide(client, link, "confirmed")
    assert sums(client)["net"] == 0
    decide(client, link, "rejected")
    assert sums(client)["net"] == 60


def test_money_between_two_own_banks_is_a_transfer_on_both_sides(client: Client) -> None:
    client.import_file(bank(("2024-03-05 10:00:00", "-3000", "某人", "转账至尾号5678")))
    record = client.import_file(
        bank(("2024-03-05 10:00:40", "3000", "某人", "跨行汇入"), source="icbc", tail="5678")
    )
    assert sums(client) == {"gross": 0, "net": 0, "income": 0}
    (link,) = links(client)
    assert (link["kind"], link["from"]["source"], link["to"]["source"]) == (
        "own_transfer", "cmb", "icbc",
    )  # fmt: skip
    assert {row["direction"] for row in client.expenses()} == {"transfer"}
    undo(client, record)
    assert sums(client)["gross"] == 3000


def test_rent_and_wages_of_one_amount_are_no_transfer(client: Client) -> None:
    client.import_file(bank(("2024-03-05", "-3000", "房东张三", "房租")))
    client.import_file(bank(("2024-03-05", "3000", "某公司", "工资"), source="icbc", tail="5678"))
    assert links(client) == []
    client.import_file(bank(("2024-04-05", "-3000", "房东张三", "转账"), numbers=10))
    client.import_file(
        bank(("2024-04-05", "3000", "李四", "转账"), source="icbc", tail="5678", numbers=10)
    )
    assert [link["status"] for link in links(client)] == ["proposed"]


def test_a_withdrawal_from_the_wallet_is_no_income(client: Client) -> None:
    withdrawal = Row(
        kind="零钱提现", merchant="招商银行(1234)", item="/", flow="/", amount="500.00",
        status="提现已到账", account="招商银行(1234)", number="99", order="",
    )  # fmt: skip
    client.import_file(f.wechat_csv([withdrawal]))
    client.import_file(bank(("2024-03-05", "500", "财付通", "提现")))
    (link,) = links(client)
    assert (link["kind"], link["status"], link["from"]["source"]) == (
        "own_transfer", "linked", "wechat",
    )  # fmt: skip
    assert sums(client) == {"gross": 0, "net": 0, "income": 0}


def test_a_deleted_row_gives_its_partner_back(client: Client) -> None:
    client.import_file(f.alipay_2023([LUNCH]))
    client.import_file(bank(("2024-03-05 12:21:09", "-28.50", "支付宝-兰州拉面", "")))
    row = client.expenses(source="alipay")[0]
    assert client.call("DELETE", f"/expenses/{row['id']}").status_code == 204
    assert (links(client), sums(client)) == ([], SPENT)


def test_the_same_statement_again_changes_no_link(client: Client) -> None:
    statement = bank(("2024-03-05 12:21:09", "-28.50", "支付宝-兰州拉面", ""))
    client.import_file(f.alipay_2023([LUNCH]))
    client.import_file(statement)
    before, seq = (client.expenses(), links(client)), client.changes()["next"]
    client.import_file(statement, force="true")
    client.import_file(f.alipay_2021([LUNCH]))
    assert (client.expenses(), links(client)) == before
    assert client.changes(after=seq)["columns"]["id"] == []


def test_a_direction_that_its_owner_gave_is_left_alone(client: Client) -> None:
    client.import_file(bank(("2024-03-05 12:21:09", "-28.50", "支付宝-兰州拉面", "")))
    row = client.expenses()[0]
    client.call("PATCH", f"/expenses/{row['id']}", json={"direction": "income"})
    client.import_file(f.alipay_2023([LUNCH]))
    assert {row["direction"] for row in client.expenses(source="cmb")} == {"income"}


def by_hand(client: Client, kind: str, source: Any, target: Any) -> Any:
    body = {"kind": kind, "from_id": source["id"], "to_id": target["id"]}
    return client.call("POST", "/links", json=body)


def rows_of(client: Client, sources: Sequence[str]) -> list[Any]:
    found = {row["source"]: row for row in client.expenses()}
    return [found[name] for name in sources]


def test_a_link_made_by_hand_is_in_force_and_can_be_rejected(client: Client) -> None:
    client.import_file(f.alipay_2023([LUNCH]))
    client.import_file(bank(("2024-03-25", "-28.50", "某店", "")))
    card, app = rows_of(client, ["cmb", "alipay"])
    made = by_hand(client, "same_payment", card, app)
    assert made.status_code == 201
    assert_matches_contract(made.get_json(), "ingest/link")
    assert (made.get_json()["status"], sums(client)) == ("confirmed", SPENT)
    again = by_hand(client, "same_payment", card, app)
    assert again.get_json()["id"] == made.get_json()["id"]
    decide(client, made.get_json(), "rejected")
    assert sums(client) == TWICE


def test_what_cannot_be_linked_is_refused(client: Client) -> None:
    client.import_file(f.alipay_2023([LUNCH, COFFEE]))
    client.import_file(bank(("2024-03-05 12:21:09", "-28.50", "支付宝-兰州拉面", "")))
    card, coffee = rows_of(client, ["cmb", "alipay"])
    taken = by_hand(client, "same_payment", card, coffee)
    lunch = next(row for row in client.expenses() if row["merchant"] == LUNCH.merchant)
    assert (taken.status_code, taken.get_json()["type"]) == (
        (409, "/problems/link-taken") if coffee["id"] != lunch["id"] else (201, None)
    )
    assert by_hand(client, "same_payment", card, card).status_code == 422
    refund = by_hand(client, "refund", coffee, lunch)
    assert refund.get_json()["errors"][0]["code"] == "not-a-refund"
    missing = by_hand(client, "refund", {"id": "999"}, card)
    assert missing.status_code == 404
    other = client.as_user("2")
    assert other.call("PATCH", "/links/1", json={"status": "rejected"}).status_code == 404
    assert by_hand(other, "same_payment", card, coffee).status_code == 404
    assert client.call("PATCH", "/links/1", json={"status": "linked"}).status_code == 422


def test_links_are_listed_by_status_kind_and_import_page_by_page(client: Client) -> None:
    client.import_file(f.alipay_2023([LUNCH, COFFEE]))
    record = client.import_file(
        bank(
            ("2024-03-05 12:21:09", "-28.50", "支付宝-兰州拉面", ""),
            ("2024-03-05 09:00:02", "-16.00", "支付宝-瑞幸咖啡", ""),
        )
    )
    first = client.json("/links", limit=1)
    rest = client.json("/links", limit=1, cursor=first["next_cursor"])
    assert rest["next_cursor"] is None
    ids = {first["items"][0]["id"], rest["items"][0]["id"]}
    assert len(ids) == 2
    assert {link["id"] for link in links(client, import_id=record["id"])} == ids
    assert links(client, status="proposed") == links(client, kind="own_transfer") == []
    assert client.get(f"/links/{first['items'][0]['id']}").status_code == 200
