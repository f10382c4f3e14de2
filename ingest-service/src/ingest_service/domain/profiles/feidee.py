"""Feidee 随手记 account books: one row for each entry, in the exports that people still have.

- app (CSV, 随手记导出文件): 交易类型, 日期, 类别, 子类别, 账户, 账户币种, 金额, 备注, 关联Id, ...;
  a transfer is two rows, 转出 and 转入, with the same 关联Id: the first is stored, the second is
  the same money seen from the other account
- web and 神象云账本 (XLS, XLSX; a sheet for each kind): 分类, 子分类, 账户1, 账户2, 金额, 成员, ...
- web since 2025 (XLS): 一级分类, 二级分类 and, by the sheet, 支出账户, 收入账户, 转出账户, 转入账户
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest_service.domain.profiles.base import (
    Recognition,
    Sample,
    clean_header,
    find_header,
    preamble_says,
)

if TYPE_CHECKING:
    import pandas as pd

_COMMON = [frozenset({"交易类型"}), frozenset({"日期"}), frozenset({"金额"})]
_GENERATIONS = {
    "app": [frozenset({"子类别"}), frozenset({"账户"}), frozenset({"关联id"})],
    "web": [frozenset({"账户1"}), frozenset({"账户2"}), frozenset({"子分类", "二级分类"})],
    "web-2025": [frozenset({"支出账户", "收入账户", "转出账户"}), frozenset({"成员"})],
}
_DIRECTIONS = {
    "支出": "expense", "收入": "income", "转账": "transfer", "转出": "transfer", "转入": "transfer",
    "余额变更": "neutral", "负债变更": "neutral", "债权变更": "neutral",
}  # fmt: skip
_NUMBER = r"[\d,]*\.?\d+"
_BALANCES = ("余额变更", "负债变更", "债权变更")
# What an entry below zero is: money that came back, or an income that was paid back.
_OPPOSITE = {"expense": "refund", "income": "expense"}


class Feidee:
    """The Feidee profile."""

    id = "feidee"
    name = "随手记"
    formats: tuple[str, ...] = ("csv", "xls", "xlsx")

    def recognise(self, sample: Sample) -> Recognition | None:
        """Sure where kind, day and amount stand with the accounts and categories of an export."""
        for generation, own in _GENERATIONS.items():
            header = find_header(sample, [*_COMMON, *own])
            if header is not None:
                names = {clean_header(cell) for cell in sample.rows[header]}
                said = preamble_says(sample, header, "随手记")
                sure = 0.8 + 0.15 * said + 0.02 * len(names & {"成员", "商家", "项目"})
                return Recognition(min(0.99, sure), header, generation)
        return None

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - the columns tell the generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        kind = c.text(frame, "交易类型")
        amount, by_sign = c.signed(
            c.text(frame, "金额"), c.text(frame), {}, spending_is_negative=True
        )
        direction = kind.map(_DIRECTIONS).fillna("").astype("str")
        below = (by_sign == "expense") & direction.isin(_OPPOSITE)
        main = c.text(frame, "分类", "一级分类", "类别")
        path = main.str.cat(c.text(frame, "子分类", "二级分类", "子类别"), sep="/").str.strip("/")
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "日期"),
            amount_text=amount,
            currency_text=c.text(frame, "账户币种"),
            direction=direction.mask(below, direction.map(_OPPOSITE).fillna("")).astype("str"),
            merchant=c.join_texts(c.text(frame, "商家"), c.text(frame, "账户2", "转入账户")),
            note=c.text(frame, "备注"),
            account=c.text(frame, "账户", "账户1", "支出账户", "收入账户", "转出账户"),
            category_path=path.mask(direction == "transfer", ""),
            order_ref=c.text(frame, "关联id"),
            keywords=c.join_texts(c.text(frame, "成员"), c.text(frame, "项目")),
            source=self.id,
        )
        drafted = c.unknown(drafted, [(direction == "", "direction-invalid", kind)])
        counted = amount.str.fullmatch(_NUMBER)
        return c.ignored(
            drafted,
            [
                (kind.isin(_BALANCES) & counted, "balance-row"),
                ((kind == "转入") & (drafted["order_ref"] != "") & counted, "transfer-counterpart"),
            ],
        )

    def ends_at(self, cells: Sequence[str]) -> bool:  # noqa: ARG002 - no footer
        """Never: the table has no footer."""
        return False


PROFILE = Feidee()
