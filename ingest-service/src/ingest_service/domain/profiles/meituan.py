"""Meituan 美团 statements (CSV, UTF-8 with BOM), one generation of columns.

What was paid (实付金额) counts, not the price of the order (订单金额). Paying 美团月付 back is a
move, because what it bought stands in the statement already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition

if TYPE_CHECKING:
    import pandas as pd

_KIND_MOVES = r"还款|充值|提现|转账"
_FLOWS = ("支出", "收入", "不计收支", "/")


class Meituan(HeaderProfile):
    """The Meituan profile."""

    id = "meituan"
    name = "美团账单"
    required = tuple(
        frozenset({name})
        for name in ("交易成功时间", "交易类型", "订单标题", "收/支", "支付方式", "实付金额")
    )
    own = frozenset({"交易创建时间", "订单金额", "交易单号", "商家单号"})
    confidence = 0.86

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        kind, flow = c.text(frame, "交易类型"), c.text(frame, "收/支")
        title = c.text(frame, "订单标题")
        amount = c.text(frame, "实付金额")
        ordered = c.text(frame, "订单金额")
        paid, made = c.text(frame, "交易成功时间"), c.text(frame, "交易创建时间")
        # A voucher's number would make every voucher another merchant.
        merchant = title.str.replace(r"\s*订单详情$|-\d{8,}$", "", regex=True)
        drafted = c.draft(
            frame.index,
            time_text=c.first_said(c.blank_slashes(paid), made),
            amount_text=amount.mask(amount == "", ordered),
            currency_text="CNY",
            direction=c.choose(
                [
                    (c.has(kind, _KIND_MOVES), "transfer"),
                    (c.has(kind, "退款"), "refund"),
                    (flow == "支出", "expense"),
                    (flow == "收入", "income"),
                ],
                default="neutral",
                index=frame.index,
            ),
            merchant=merchant,
            note=c.join_texts(
                title.mask(title == merchant, ""), c.blank_slashes(c.text(frame, "备注"))
            ),
            account=c.blank_slashes(c.text(frame, "支付方式")),
            external_id=c.blank_slashes(c.text(frame, "交易单号")),
            order_ref=c.blank_slashes(c.text(frame, "商家单号")),
            keywords=kind,
            source=self.id,
        )
        return c.unknown(
            c.ignored(drafted, [(c.is_zero(amount), "zero-amount")]),
            [(~flow.isin(_FLOWS), "direction-invalid", flow)],
        )


PROFILE = Meituan()
