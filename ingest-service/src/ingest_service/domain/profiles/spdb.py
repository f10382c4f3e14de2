"""SPDB 浦发银行: debit and credit, both .xls. No sample was at hand; columns as public converters
tell them.

- debit: 顺序号, 交易日期, 交易类型, 存入金额, 取出金额, 余额, 交易对手名称, 交易对手账号, 附言
  (交易日期 holds the clock too; the 顺序号 counts within the file, so it is no identity)
- credit: 交易日期, 记账日期, 交易摘要, 卡号末四位, 卡片类型, 交易币种, 交易金额, 原始交易金额&币种
  (days such as 20240305)
"""

from __future__ import annotations

from ingest_service.domain.bank_profile import BankProfile, Layout


class SpdbDebit(BankProfile):
    """The profile of debit cards."""

    id = "spdb-debit"
    name = "浦发银行储蓄卡"
    label = "浦发银行储蓄卡"
    formats = ("xls", "xlsx", "csv")
    layouts = (
        Layout(
            generation="debit",
            header=("交易日期", "交易类型", "存入金额", "取出金额", "余额", "交易对手名称"),
            day=("交易日期",),
            out="取出金额",
            back="存入金额",
            payee=("交易对手名称",),
            payee_account="交易对手账号",
            texts=("交易类型", "附言"),
        ),
    )


class SpdbCredit(BankProfile):
    """The profile of credit cards."""

    id = "spdb-credit"
    name = "浦发银行信用卡"
    label = "浦发银行信用卡"
    formats = ("xls", "xlsx", "csv")
    is_credit = True
    spending = "positive"
    layouts = (
        Layout(
            generation="credit",
            header=("交易日期", "记账日期", "交易摘要", "卡号末四位", "交易币种", "交易金额"),
            day=("交易日期", "记账日期"),
            amount="交易金额",
            currency="交易币种",
            original="原始交易金额&币种",
            tail="卡号末四位",
            payee=("交易摘要",),
        ),
    )


PROFILES = (SpdbDebit(), SpdbCredit())
