"""CITIC 中信银行: the credit card's bill (.xls), and debit tables that name the bank.

- credit: 交易日期, 入账日期, 交易描述, 卡末四位, 交易币种, 结算币种, 交易金额, 结算金额, below
  本期账单明细(人民币). What was settled counts; a payment in is below zero.
- debit: any of the usual columns below a line that names the bank; the bank's own are not known.

No sample was at hand; the credit card's columns are as public converters tell them.
"""

from __future__ import annotations

from ingest_service.domain.bank_profile import USUAL_DEBIT, BankProfile, Layout


class CiticDebit(BankProfile):
    """The profile of debit cards."""

    id = "citic-debit"
    name = "中信银行储蓄卡"
    label = "中信银行储蓄卡"
    layouts = USUAL_DEBIT


class CiticCredit(BankProfile):
    """The profile of credit cards."""

    id = "citic-credit"
    name = "中信银行信用卡"
    label = "中信银行信用卡"
    title = "本期账单明细|已出账单明细"
    formats = ("xls", "xlsx", "csv")
    is_credit = True
    spending = "positive"
    layouts = (
        Layout(
            generation="credit",
            header=("交易日期", "入账日期", "交易描述", "卡末四位", "结算币种", "结算金额"),
            day=("交易日期", "入账日期"),
            amount="结算金额",
            currency="结算币种",
            original="交易金额",
            original_currency="交易币种",
            tail="卡末四位",
            payee=("交易描述",),
        ),
    )


PROFILES = (CiticDebit(), CiticCredit())
