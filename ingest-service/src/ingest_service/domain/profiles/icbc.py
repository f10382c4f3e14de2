"""ICBC 工商银行: the CSV of the web bank (really GBK), debit and credit, and the app's PDF as a
table.

- debit-v1: 交易日期, 摘要, 交易场所, 交易国家或地区简称, 钞/汇, 交易金额(收入), ..., 记账币种,
  余额, 对方户名
- debit-v2: the same with 交易详情 and 对方账户
- debit-pdf: 交易日期, 账号, 储种, 序号, 币种, 钞汇, 摘要, 地区, 收入/支出金额, 余额, 对方户名, ...
  (the PDF of the app, made a table by a converter; no sample was at hand)
- credit: 交易日期, 记账日期, 摘要, 交易场所, ..., 记账金额(支出), 记账币种, 余额, 对方户名

What was booked (记账) counts; what was paid abroad (交易金额) is kept in the note.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingest_service.domain.bank_profile import BankProfile, Layout

if TYPE_CHECKING:
    import pandas as pd

    from ingest_service.domain.profiles.base import Recognition

_V1 = Layout(
    generation="debit-v1",
    header=("交易日期", "摘要", "钞/汇", "记账金额(收入)", "记账金额(支出)", "余额"),
    day=("交易日期",),
    out="记账金额(支出)",
    back="记账金额(收入)",
    currency="记账币种",
    original="交易金额(支出)",
    original_currency="交易币种",
    payee=("交易场所", "对方户名"),
    texts=("摘要",),
)
_V2 = replace(
    _V1,
    generation="debit-v2",
    header=(*_V1.header, "交易详情", "对方账户"),
    payee_account="对方账户",
    texts=("摘要", "交易详情"),
)
_PDF = Layout(
    generation="debit-pdf",
    header=("交易日期", "储种", "币种", "钞汇", "摘要", "收入/支出金额", "余额"),
    day=("交易日期",),
    amount="收入/支出金额",
    currency="币种",
    tail="账号",
    payee=("对方户名",),
    payee_account="对方账号",
    texts=("摘要", "渠道"),
)
_CREDIT = replace(
    _V1,
    generation="credit",
    header=("交易日期", "记账日期", "摘要", "记账金额(收入)", "记账金额(支出)"),
    day=("交易日期", "记账日期"),
)


class IcbcDebit(BankProfile):
    """The profile of debit cards."""

    id = "icbc-debit"
    name = "工商银行储蓄卡"
    label = "工商银行储蓄卡"
    title = "明细查询文件下载"
    layouts = (_V1, _V2, _PDF)

    def times(
        self, frame: pd.DataFrame, layout: Layout, recognition: Recognition
    ) -> pd.Series[str]:
        """The PDF writes day and clock into one cell, sometimes without a blank between."""
        times = super().times(frame, layout, recognition)
        return times.str.replace(r"^(\d{4}-\d\d-\d\d)(\d\d:)", r"\1 \2", regex=True)


class IcbcCredit(BankProfile):
    """The profile of credit cards."""

    id = "icbc-credit"
    name = "工商银行信用卡"
    label = "工商银行信用卡"
    title = "明细查询文件下载"
    is_credit = True
    layouts = (_CREDIT,)


PROFILES = (IcbcDebit(), IcbcCredit())
