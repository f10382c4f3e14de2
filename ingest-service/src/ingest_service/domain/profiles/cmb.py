"""CMB 招商银行: debit and credit.

- debit-web: 交易日期, 交易时间, 收入, 支出, 余额, 交易类型, 交易备注, below lines that begin with
  # (the web bank's CSV, GBK or UTF-8 with BOM, cells with a leading tab; no sample was at hand)
- debit-pdf: 记账日期, 货币, 交易金额, 联机余额, 交易摘要, 对手信息, 客户摘要 (the app's PDF, made
  a table)
- credit: 交易日, 记账日, 交易摘要, 人民币金额, 卡号末四位, 交易地金额 (the monthly bill). Its days
  have no year; the title's month tells it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ingest_service.domain.bank_profile import BankProfile, Layout

if TYPE_CHECKING:
    import pandas as pd

    from ingest_service.domain.profiles.base import Recognition

_PERIOD = re.compile(r"(\d{4})\s*[年/-]\s*(\d{1,2})")


class CmbDebit(BankProfile):
    """The profile of debit cards."""

    id = "cmb-debit"
    name = "招商银行储蓄卡"
    label = "招商银行储蓄卡"
    layouts = (
        Layout(
            generation="debit-web",
            header=("交易日期", "交易时间", "收入", "支出", "余额", "交易类型", "交易备注"),
            day=("交易日期",),
            clock="交易时间",
            out="支出",
            back="收入",
            payee=("交易备注",),
            texts=("交易类型",),
        ),
        Layout(
            generation="debit-pdf",
            header=("记账日期", "货币", "交易金额", "联机余额", "交易摘要", "对手信息"),
            day=("记账日期",),
            amount="交易金额",
            currency="货币",
            payee=("对手信息",),
            texts=("交易摘要", "客户摘要"),
        ),
    )


class CmbCredit(BankProfile):
    """The profile of credit cards."""

    id = "cmb-credit"
    name = "招商银行信用卡"
    label = "招商银行信用卡"
    is_credit = True
    spending = "positive"
    layouts = (
        Layout(
            generation="credit",
            header=("交易日", "记账日", "交易摘要", "人民币金额"),
            day=("交易日", "记账日"),
            amount="人民币金额",
            original="交易地金额",
            tail="卡号末四位",
            payee=("交易摘要",),
        ),
    )

    def options_of(self, above: str) -> Mapping[str, str]:
        """The month of the bill, as the title tells it."""
        period = _PERIOD.search(above)
        return {"period": f"{period[1]}-{period[2]}"} if period else {}

    def times(
        self, frame: pd.DataFrame, layout: Layout, recognition: Recognition
    ) -> pd.Series[str]:
        """Days such as 12/30 with the year of the bill, or the year before for later months."""
        from ingest_service.domain.profiles import columns as c

        days = super().times(frame, layout, recognition)
        return c.with_year(days, period=recognition.options.get("period", ""))


PROFILES = (CmbDebit(), CmbCredit())
