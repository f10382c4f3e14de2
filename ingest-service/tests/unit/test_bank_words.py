"""What the words of bank statements mean, case by case."""

from __future__ import annotations

import pandas as pd
import pytest

from ingest_service.domain.bank_words import direction_of, without_platform


def meaning(side: str, says: str, *, party: str = "", holder: str = "", is_credit: bool) -> str:
    texts = [pd.Series([text], dtype="str") for text in (side, says, party)]
    return str(direction_of(*texts, holder=holder, is_credit=is_credit)[0])


@pytest.mark.parametrize(
    ("side", "says", "direction"),
    [
        ("out", "消费; 财付通-面馆", "expense"),
        ("out", "转账汇款; 李四", "expense"),
        ("out", "ATM取款", "expense"),
        ("out", "手机充值; 中国移动", "expense"),
        ("out", "腾讯公益慈善基金会", "expense"),
        ("out", "信用卡自动还款", "transfer"),
        ("out", "正常还款", "transfer"),
        ("out", "财付通-零钱充值", "transfer"),
        ("out", "基金申购", "transfer"),
        ("out", "预授权; 酒店", "neutral"),
        ("out", "预授权完成; 酒店", "expense"),
        ("in", "代发工资", "income"),
        ("in", "结息", "income"),
        ("in", "住房公积金提取", "income"),
        ("in", "快捷退款; 面馆", "refund"),
        ("in", "冲正", "refund"),
        ("in", "支付宝余额提现", "transfer"),
        ("in", "理财赎回", "transfer"),
        ("", "消费", ""),
    ],
)
def test_a_debit_card(side: str, says: str, direction: str) -> None:
    assert meaning(side, says, is_credit=False) == direction


@pytest.mark.parametrize(
    ("side", "says", "direction"),
    [
        ("out", "支付宝-面馆", "expense"),
        ("out", "银联分期", "expense"),
        ("out", "溢缴款转出", "transfer"),
        ("in", "银联转账还款", "transfer"),
        ("in", "自动扣款", "transfer"),
        ("in", "支付宝-面馆", "refund"),
        ("in", "退货 面馆", "refund"),
        ("in", "存款利息", "income"),
        ("in", "（赠送）开卡礼", "income"),
    ],
)
def test_a_credit_card(side: str, says: str, direction: str) -> None:
    assert meaning(side, says, is_credit=True) == direction


@pytest.mark.parametrize("side", ["out", "in"])
def test_money_between_accounts_of_one_owner_is_a_transfer(side: str) -> None:
    same = meaning(side, "转账", party="王小明", holder="王小明", is_credit=False)
    other = meaning(side, "转账", party="李四", holder="王小明", is_credit=False)
    nobody = meaning(side, "转账", party="", holder="", is_credit=False)
    assert same == "transfer"
    assert "transfer" not in {other, nobody}


@pytest.mark.parametrize(
    ("text", "shop"),
    [
        ("支付宝-支付宝外部商户-便民超市", "便民超市"),
        ("支付宝－便民超市", "便民超市"),
        ("财付通-微信红包", "微信红包"),
        ("云闪付APP-网上国网", "网上国网"),
        ("支付宝", "支付宝"),
        ("支付宝-", "支付宝-"),
        ("便民超市-支付宝", "便民超市-支付宝"),
    ],
)
def test_the_shop_behind_the_platform(text: str, shop: str) -> None:
    assert without_platform(pd.Series([text], dtype="str")).tolist() == [shop]
