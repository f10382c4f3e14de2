"""BOCOM 交通银行: debit and credit. No sample was at hand; columns as public converters tell them.

- debit-app: 序号, 交易日期, 交易时间, 交易类型, 借贷, 交易金额, 余额, 对方账号, 对方户名,
  交易地点, 摘要 (the app's PDF, made a table; 借 Dr is spending)
- debit-web: 记账日期, 交易时间, 交易地点, 交易方式, 支出金额, 收入金额, 余额, 对方户名, 对方账户,
  对方开户行, 摘要 (.xls, whose 交易时间 tells the day too; -- stands for nothing)
- credit: 交易日期, 记账日期, 交易说明, 交易币种/金额, 入账币种/金额 (amounts such as CNY 12.50
  without a sign: the first word of 交易说明 tells the side)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.bank_profile import BankProfile, Layout

if TYPE_CHECKING:
    import pandas as pd

_PAID_IN = (
    r"^(?:退货|退款|信用卡还款|还款|费用返还|返还|冲正|存款|溢缴款存入|返现|利息返还|.{0,4}撤销)"
)


class BocomDebit(BankProfile):
    """The profile of debit cards."""

    id = "bocom-debit"
    name = "交通银行储蓄卡"
    label = "交通银行储蓄卡"
    formats = ("csv", "xls", "xlsx")
    layouts = (
        Layout(
            generation="debit-app",
            header=("交易日期", "交易时间", "交易类型", "借贷", "交易金额", "余额", "对方户名"),
            day=("交易日期",),
            clock="交易时间",
            amount="交易金额",
            side="借贷",
            payee=("对方户名", "交易地点"),
            payee_account="对方账号",
            texts=("交易类型", "摘要"),
        ),
        Layout(
            generation="debit-web",
            header=("记账日期", "交易时间", "交易方式", "支出金额", "收入金额", "对方户名"),
            day=("记账日期",),
            clock="交易时间",
            out="支出金额",
            back="收入金额",
            payee=("对方户名", "交易地点"),
            payee_account="对方账户",
            texts=("交易方式", "摘要"),
        ),
    )


class BocomCredit(BankProfile):
    """The profile of credit cards."""

    id = "bocom-credit"
    name = "交通银行信用卡"
    label = "交通银行信用卡"
    is_credit = True
    layouts = (
        Layout(
            generation="credit",
            header=("交易日期", "记账日期", "交易说明", "入账币种/金额"),
            day=("交易日期", "记账日期"),
            amount="入账币种/金额",
            original="交易币种/金额",
            payee=("交易说明",),
            tail="卡号末四位",
        ),
    )

    def payee_of(self, text: pd.Series[str]) -> pd.Series[str]:
        """The shop without the kind before it: 消费 美团."""
        return text.str.replace(r"^(?:消费|退货|退款|取现|分期\S*)\s+", "", regex=True)

    def money(self, frame: pd.DataFrame, layout: Layout) -> tuple[pd.Series[str], pd.Series[str]]:
        """Amounts, and the side that the first word tells; a sign counts too."""
        from ingest_service.domain.profiles import columns as c

        amount = c.without_unit(c.text(frame, layout.amount))
        bare, side = c.pair(amount, c.text(frame))
        paid_in = c.has(c.text(frame, "交易说明"), _PAID_IN) & (side == "out")
        return bare, side.mask(paid_in, "in")


PROFILES = (BocomDebit(), BocomCredit())
