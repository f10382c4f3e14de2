"""The same money in a shop's, a wallet's and a bank's own statement, each read by its profile."""

from __future__ import annotations

import factories as f
import pytest
from chinese_statements import statement
from fakes import Client

WECHAT = f.wechat_csv([f.Row(status="支付成功", account="招商银行(1234)")])
JD = statement(
    "jd.jd",
    "2024-03-05 12:21:00|京东|杯|100.00(已退款30)|中国银行信用卡(7777)|交易成功|支出|百货|31|M1|",
    "2024-03-06 12:21:00|京东|退款-杯|30.00|中国银行信用卡(7777)|退款成功|不计收支|网购|31|M1|",
)
BOC = statement(
    "boc-credit.credit",
    "2024-03-05|2024-03-06|7777|网银在线-京东商城业务CHN||100.00|CNY",
    "2024-03-06|2024-03-07|7777|网银在线CHN|30.00||CNY",
)


def links(client: Client) -> list[tuple[str, str, str, str]]:
    items = client.json("/links")["items"]
    return sorted(
        (one["kind"], one["status"], one["from"]["source"], one["to"]["source"]) for one in items
    )


@pytest.mark.parametrize(
    ("bank", "source"),
    [
        (
            statement(
                "cmb-credit.credit", "03/05|03/06|财付通-兰州拉面|28.50|1234|28.50(CN)"
            ).replace("2024年01月".encode("gb18030"), "2024年03月".encode("gb18030")),
            "cmb-credit",
        ),
        (
            statement(
                "cmb-debit.debit-web", "20240305|12:21:20||28.50|9.00|快捷支付|财付通-兰州拉面"
            ),
            "cmb-debit",
        ),
        (
            statement("cmb-debit.debit-pdf", "2024-03-05|CNY|-28.50|9|快捷支付|财付通-兰州拉面|"),
            "cmb-debit",
        ),
    ],
    ids=["credit", "debit with clock", "debit without card"],
)
def test_a_payment_by_wechat_counts_once_beside_its_card(
    client: Client, bank: bytes, source: str
) -> None:
    client.import_file(WECHAT)
    client.import_file(bank)
    assert links(client) == [("same_payment", "linked", source, "wechat")]
    directions = {row["source"]: row["direction"] for row in client.expenses()}
    assert directions == {"wechat": "expense", source: "neutral"}


def test_another_card_s_payment_is_another(client: Client) -> None:
    client.import_file(WECHAT)
    client.import_file(
        statement("boc-credit.credit", "2024-03-05|2024-03-06|7777|财付通-兰州拉面CHN||28.50|CNY")
    )
    assert links(client) == []


def test_jd_s_payments_and_refunds_meet_the_card_s(client: Client) -> None:
    client.import_file(BOC)
    client.import_file(JD)
    assert links(client) == [
        ("refund", "linked", "jd", "jd"),
        ("same_payment", "linked", "boc-credit", "jd"),
        ("same_payment", "linked", "boc-credit", "jd"),
    ]
    (spent,) = [row for row in client.expenses() if row["direction"] == "expense"]
    assert (spent["source"], spent["amount"], spent["refunded_amount"]) == ("jd", "100.00", "30.00")


def test_repaying_a_card_is_one_move_between_own_accounts(client: Client) -> None:
    client.import_file(
        statement(
            "icbc-debit.debit-v1",
            "2024-03-07|自动还款|银行卡中心|CHN|钞|-|-|-||900.00|人民币|1|王小明|",
        )
    )
    client.import_file(
        statement(
            "icbc-credit.credit",
            "2024-03-07|2024-03-07|人民币自动转帐还款|银行卡中心|CHN|900.00||人民币|900.00||人民币|-1||",
        )
    )
    ((kind, status, *sources),) = links(client)
    assert (kind, status, set(sources)) == (
        "own_transfer", "linked", {"icbc-debit", "icbc-credit"},
    )  # fmt: skip
    assert {row["direction"] for row in client.expenses()} == {"transfer"}


def test_the_same_bill_again_adds_nothing(client: Client) -> None:
    client.import_file(BOC)
    again = client.import_file(BOC + "2024-03-09|".replace("|", ",").encode() + b"\r\n")
    assert (again["rows_duplicate"], again["rows_success"]) == (2, 0)
    assert len(client.expenses()) == 2


def test_every_row_of_a_file_is_counted_and_nothing_may_come_of_it(client: Client) -> None:
    record = client.import_file(
        statement("abc-debit.debit-app", "20240308||利息税|+0.00|1,500.00|--|0000000000||活期结息")
    )
    assert record["rows_total"] == record["rows_ignored"] == 1
    assert record["rows_success"] == 0
