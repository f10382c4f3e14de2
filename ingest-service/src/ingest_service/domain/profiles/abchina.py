"""ABC 农业银行: debit and credit.

- debit-app: 交易日期, 交易时间, 交易摘要, 交易金额, 本次余额, 对手信息, 日志号, 交易渠道, 交易附言
  (the app's PDF, made a table by a converter; the clock is 123456)
- debit-web: 交易日期, 交易时间, 交易金额, 本次余额, 对方户名, 对方账号, 交易行, 交易渠道,
  交易类型, 交易用途, 交易摘要 (账户明细查询, a workbook; no sample was at hand)
- credit: 交易日期, 入账日期, 卡号后四位, 交易描述, 交易金额/币种, 入账金额/币种 (the mail's table;
  days such as 251103, spending below zero; no sample was at hand)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.bank_profile import BankProfile, Layout

if TYPE_CHECKING:
    import pandas as pd

    from ingest_service.domain.profiles.base import Recognition


class AbcDebit(BankProfile):
    """The profile of debit cards."""

    id = "abc-debit"
    name = "农业银行储蓄卡"
    label = "农业银行储蓄卡"
    title = "账户明细查询"
    layouts = (
        Layout(
            generation="debit-app",
            header=(
                "交易日期",
                "交易时间",
                "交易摘要",
                "交易金额",
                "本次余额",
                "对手信息",
                "日志号",
            ),
            day=("交易日期",),
            clock="交易时间",
            amount="交易金额",
            payee=("对手信息",),
            texts=("交易摘要", "交易附言", "交易渠道"),
            number="日志号",
        ),
        Layout(
            generation="debit-web",
            header=("交易日期", "交易时间", "交易金额", "本次余额", "对方户名", "交易用途"),
            day=("交易日期",),
            clock="交易时间",
            amount="交易金额",
            payee=("对方户名",),
            payee_account="对方账号",
            texts=("交易摘要", "交易用途", "交易类型", "交易渠道"),
        ),
    )


class AbcCredit(BankProfile):
    """The profile of credit cards."""

    id = "abc-credit"
    name = "农业银行信用卡"
    label = "农业银行信用卡"
    title = "金穗信用卡"
    is_credit = True
    layouts = (
        Layout(
            generation="credit",
            header=("交易日期", "入账日期", "卡号后四位", "交易描述", "入账金额/币种"),
            day=("交易日期", "入账日期"),
            amount="入账金额/币种",
            original="交易金额/币种",
            tail="卡号后四位",
            payee=("交易描述",),
        ),
    )

    def times(
        self, frame: pd.DataFrame, layout: Layout, recognition: Recognition
    ) -> pd.Series[str]:
        """Days such as 251103 with their century."""
        times = super().times(frame, layout, recognition)
        return times.str.replace(r"^(\d{6})$", r"20\1", regex=True)


PROFILES = (AbcDebit(), AbcCredit())
