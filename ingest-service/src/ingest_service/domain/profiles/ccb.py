"""CCB 建设银行: debit and credit.

- debit-web: 记账日, 交易日期, 交易时间, 支出, 收入, 账户余额, 币种, 摘要, 对方账号, 对方户名,
  交易地点 (.xls of the web bank; older ones lack 交易时间 or 账户余额)
- debit-full: 序号, 摘要, 币别, 钞汇, 交易日期, 交易金额, 账户余额, 交易地点/附言, 对方账号与户名
  (个人活期账户全部交易明细; no sample was at hand)
- credit-bill: 交易日, 银行记账日, 卡号后四位, 交易描述, 交易币/金额, 结算币/金额 (the page of the
  mail 信用卡电子账单; each of the last two stands above two cells, CNY and 12.50; days such as
  2024-03-05)
- credit-list: 序号 and the same (龙卡信用卡对账单明细, a PDF, made a table; 人民币元/12.50 in one
  cell; days such as 20240305)

What was settled (结算) counts; above zero is spending, below it a payment in. No sample of a credit
card was at hand; its columns are as public converters tell them (docs/formats.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest_service.domain.bank_profile import BankProfile, Layout
from ingest_service.domain.profiles.base import Recognition, Sample, clean_header

if TYPE_CHECKING:
    import pandas as pd

_MONEY = {"交易币/金额": ("交易币", "交易金额"), "结算币/金额": ("结算币", "结算金额")}
_UNIT_AND_AMOUNT = r"^([^\d.+-]*?)\s*/?\s*([-+]?[\d.,]*)$"
_OTHER_LINES = r"账单余额|承前页|接下页"
_SECOND_HEADER = "t-date"


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


_BILL = Layout(
    generation="credit-bill",
    header=("交易日", "银行记账日", "卡号后四位", "交易描述", *_MONEY),
    day=("交易日", "银行记账日"),
    amount="结算金额",
    currency="结算币",
    original="交易金额",
    original_currency="交易币",
    tail="卡号后四位",
    payee=("交易描述",),
)


class CcbCredit(BankProfile):
    """The profile of credit cards."""

    id = "ccb-credit"
    name = "建设银行信用卡"
    label = "建设银行信用卡"
    title = "龙卡信用卡|China Construction Bank"
    formats = ("xls", "xlsx", "csv")
    is_credit = True
    spending = "positive"
    layouts = (_BILL, replace(_BILL, generation="credit-list", header=("序号", *_BILL.header)))

    def recognise(self, sample: Sample) -> Recognition | None:
        """Sure by the columns; where a heading of money stands above two cells, both get a name."""
        found = super().recognise(sample)
        if found is None:
            return None
        header, at = sample.rows[found.header_index], found.header_index
        if _SECOND_HEADER in map(clean_header, _row(sample, at + 1)):
            at += 1
        columns = _parted_columns(header, sample.rows[at + 1 :]) or header
        return replace(found, header_index=at, columns=columns)

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:
        """Draft columns of a chunk; lines of balances and of turned pages are no transactions."""
        from ingest_service.domain.profiles import columns as c

        for joined, (unit, amount) in _MONEY.items():
            if joined in frame:
                parts = (
                    frame[joined].str.extract(r"^([^\d.+-]*?)\s*/?\s*([-+]?[\d.,]*)$").fillna("")
                )
                frame = frame.assign(**{unit: parts[0], amount: parts[1]})
        drafted = super().parse(frame, recognition)
        said = c.join_all(*(c.text(frame, name) for name in ("序号", "交易日", "银行记账日")))
        return drafted.assign(
            ignore_reason=drafted["ignore_reason"].mask(c.has(said, _OTHER_LINES), "balance-row")
        )

    def ends_at(self, cells: Sequence[str]) -> bool:
        """A line of stars ends the table: *** 结束 The End ***."""
        return super().ends_at(cells) or "".join(cells).lstrip().startswith("***")


def _row(sample: Sample, at: int) -> Sequence[str]:
    return sample.rows[at] if at < len(sample.rows) else ()


def _parted_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Sequence[str]:
    """The names of all columns where each heading of money stands above two; else none."""
    names: list[str] = []
    for name in map(clean_header, header):
        # A page repeats a heading that spans two cells, or leaves the second empty.
        if name and name not in names:
            names.append(name)
    width = len(names) + len(_MONEY)
    if rows:
        parted = any(len(cells) >= width and cells[width - 1].strip() for cells in rows)
    else:
        parted = len(header) >= width
    return [part for name in names for part in _MONEY.get(name, (name,))] if parted else ()


PROFILES = (CcbDebit(), CcbCredit())
