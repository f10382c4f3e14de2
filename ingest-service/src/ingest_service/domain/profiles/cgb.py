"""CGB 广发银行: the credit card's bill, and debit tables that name the bank.

- credit: 交易日期, 入账日期, 交易摘要, 交易金额, 交易货币, 入账金额, 入账货币 (the PDF or the
  mail, made a table; 交易摘要 begins with its kind in brackets: （消费）, （还款）, （退款）,
  （分期）, （赠送）)
- debit: any of the usual columns below a line that names the bank; the bank's own are not known.

No sample was at hand; the credit card's columns are as public converters tell them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.bank_profile import USUAL_DEBIT, BankProfile, Layout

if TYPE_CHECKING:
    import pandas as pd


class CgbDebit(BankProfile):
    """The profile of debit cards."""

    id = "cgb-debit"
    name = "广发银行储蓄卡"
    label = "广发银行储蓄卡"
    layouts = USUAL_DEBIT


class CgbCredit(BankProfile):
    """The profile of credit cards."""

    id = "cgb-credit"
    name = "广发银行信用卡"
    label = "广发银行信用卡"
    is_credit = True
    spending = "positive"
    layouts = (
        Layout(
            generation="credit",
            header=("交易日期", "入账日期", "交易摘要", "交易货币", "入账金额", "入账货币"),
            day=("交易日期", "入账日期"),
            amount="入账金额",
            currency="入账货币",
            original="交易金额",
            original_currency="交易货币",
            payee=("交易摘要",),
        ),
    )

    def payee_of(self, text: pd.Series[str]) -> pd.Series[str]:
        """The shop without the kind in brackets."""
        return text.str.replace(r"^[（(][^）)]{1,6}[）)]\s*", "", regex=True)


PROFILES = (CgbDebit(), CgbCredit())
