"""BOC 中国银行: debit and credit.

- debit-pdf: 记账日期, 记账时间, 币别, 金额, 余额, 交易名称, 渠道, 网点名称, 附言, 对方账户名,
  对方卡号/账号, 对方开户行, 借记卡号 (交易流水明细, the app's PDF, made a table; cells of dashes
  say nothing)
- debit-web: 交易时间 (or 交易日期), 业务摘要, 对方账户名称, 对方账户账号, 币种, 钞/汇, 收入金额,
  支出金额, 余额, 交易渠道/场所, 附言 (the web bank, also as UTF-16; no sample was at hand)
- credit: 交易日, 银行记账日, 卡号后四位, 交易描述, 存入, 支出, 币种. The day of the purchase
  counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.bank_profile import BankProfile, Layout

if TYPE_CHECKING:
    import pandas as pd

_COUNTRIES = (
    "CHN|HKG|MAC|TWN|JPN|KOR|SGP|THA|MYS|USA|CAN|GBR|IRL|DEU|FRA|ITA|ESP|NLD|LUX|CHE|AUS|NZL"
)


class BocDebit(BankProfile):
    """The profile of debit cards."""

    id = "boc-debit"
    name = "中国银行储蓄卡"
    label = "中国银行储蓄卡"
    layouts = (
        Layout(
            generation="debit-pdf",
            header=("记账日期", "记账时间", "币别", "金额", "余额", "交易名称", "对方账户名"),
            day=("记账日期",),
            clock="记账时间",
            amount="金额",
            currency="币别",
            tail="借记卡号",
            payee=("对方账户名",),
            payee_account="对方卡号/账号",
            texts=("交易名称", "附言", "渠道"),
        ),
        Layout(
            generation="debit-web",
            header=("业务摘要", "对方账户名称", "币种", "收入金额", "支出金额"),
            day=("交易时间", "交易日期"),
            out="支出金额",
            back="收入金额",
            currency="币种",
            payee=("对方账户名称", "交易渠道/场所"),
            payee_account="对方账户账号",
            texts=("业务摘要", "附言"),
        ),
    )


class BocCredit(BankProfile):
    """The profile of credit cards."""

    id = "boc-credit"
    name = "中国银行信用卡"
    label = "中国银行信用卡"
    is_credit = True
    layouts = (
        Layout(
            generation="credit",
            header=("交易日", "银行记账日", "卡号后四位", "交易描述", "存入", "支出"),
            day=("交易日", "银行记账日"),
            out="支出",
            back="存入",
            currency="币种",
            tail="卡号后四位",
            payee=("交易描述",),
        ),
    )

    def payee_of(self, text: pd.Series[str]) -> pd.Series[str]:
        """The shop without the country behind it: 上海公共交通卡CHN."""
        return text.str.replace(rf"\s*(?:{_COUNTRIES})$", "", regex=True)

    def says_of(self, says: pd.Series[str]) -> pd.Series[str]:
        """Shops carry a country; a bare name that pays in is the owner who repays."""
        person = says.str.fullmatch(r"[\u4e00-\u9fff·]{2,3}") & ~says.str.contains(r"[费息金款]")
        return says.mask(person, "还款 " + says)


PROFILES = (BocDebit(), BocCredit())
