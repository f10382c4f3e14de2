"""CCB 建设银行, debit cards.

- debit-web: 记账日, 交易日期, 交易时间, 支出, 收入, 账户余额, 币种, 摘要, 对方账号, 对方户名,
  交易地点 (.xls of the web bank; older ones lack 交易时间 or 账户余额)
- debit-full: 序号, 摘要, 币别, 钞汇, 交易日期, 交易金额, 账户余额, 交易地点/附言, 对方账号与户名
  (个人活期账户全部交易明细; no sample was at hand)
"""

from __future__ import annotations

from ingest_service.domain.bank_profile import BankProfile, Layout


class CcbDebit(BankProfile):
    """The profile of debit cards."""

    id = "ccb-debit"
    name = "建设银行储蓄卡"
    label = "建设银行储蓄卡"
    title = "China Construction Bank"
    formats = ("xls", "xlsx", "csv")
    layouts = (
        Layout(
            generation="debit-web",
            header=("记账日", "交易日期", "支出", "收入", "币种", "摘要"),
            day=("交易日期", "记账日"),
            clock="交易时间",
            out="支出",
            back="收入",
            currency="币种",
            payee=("对方户名", "交易地点"),
            payee_account="对方账号",
            texts=("摘要",),
        ),
        Layout(
            generation="debit-full",
            header=("摘要", "币别", "钞汇", "交易日期", "交易金额", "账户余额"),
            day=("交易日期",),
            amount="交易金额",
            currency="币别",
            payee=("对方账号与户名", "交易地点/附言"),
            texts=("摘要",),
        ),
    )


PROFILE = CcbDebit()
