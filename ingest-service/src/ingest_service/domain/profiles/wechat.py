"""WeChat Pay statements: CSV, and the workbook that replaced it; one generation of columns.

Cells that have nothing to say hold "/", amounts begin with ¥, and refunds are told in the status
of the payment itself: 已全额退款, 已退款(￥12.00).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest_service.domain.profiles.base import (
    Recognition,
    Sample,
    clean_header,
    find_header,
    is_rule_line,
    preamble_says,
)

if TYPE_CHECKING:
    import pandas as pd

_REQUIRED = [
    frozenset({"交易时间"}),
    frozenset({"交易类型"}),
    frozenset({"收/支"}),
    frozenset({"金额(元)", "金额"}),
    frozenset({"当前状态"}),
]
_OWN = {"交易单号", "商户单号", "支付方式", "商品", "交易对方"}
_OWN_MOVE = r"零钱提现|零钱充值|零钱通|理财通|信用卡还款|购买.*基金|转入.*零钱|提现"
_VOID = r"支付失败|已关闭|已取消"
# The words with which every known status says how far the payment came.
_KNOWN_STATUS = r"成功|完成|关闭|失败|取消|处理中|^(?:对方|朋友)?已|^待|^等待|到账"
_FLOWS = ("支出", "收入", "/", "中性交易")
_RETURNED = r"已退还|过期退还"
_REFUNDED_IN_FULL = r"已全额退款|对方已退还"
_REFUNDED_PART = r"已退款[(（]?[￥¥]?([0-9.,]+)"


class WeChat:
    """The WeChat Pay profile."""

    id = "wechat"
    name = "微信支付账单"
    formats: tuple[str, ...] = ("csv", "xlsx")

    def recognise(self, sample: Sample) -> Recognition | None:
        """Sure where type, flow and status stand together under WeChat's names."""
        header = find_header(sample, _REQUIRED)
        if header is None:
            return None
        own = len(_OWN & {clean_header(cell) for cell in sample.rows[header]})
        said = preamble_says(sample, header, "微信")
        return Recognition(min(0.99, 0.65 + 0.04 * own + 0.2 * said), header, "wechat")

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - one generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        amount = c.text(frame, "金额(元)", "金额")
        status = c.text(frame, "当前状态")
        direction = _direction(frame)
        remark = c.blank_slashes(c.text(frame, "备注"))
        fee = remark.str.extract(r"^服务费[￥¥]?([0-9.,]+)$", expand=False).fillna("")
        part = status.str.extract(_REFUNDED_PART, expand=False).fillna("")
        whole = c.has(status, _REFUNDED_IN_FULL) & (direction == "expense")
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "交易时间"),
            amount_text=amount,
            refund_text=part.where(direction == "expense", "").mask(whole, amount),
            fee_text=fee.where(direction == "transfer", ""),
            direction=direction,
            merchant=c.blank_slashes(c.text(frame, "交易对方")),
            note=c.join_texts(c.blank_slashes(c.text(frame, "商品")), remark),
            account=c.blank_slashes(c.text(frame, "支付方式")),
            external_id=c.blank_slashes(c.text(frame, "交易单号")),
            order_ref=c.blank_slashes(c.text(frame, "商户单号")),
            keywords=c.text(frame, "交易类型"),
            source=self.id,
        )
        flow = c.text(frame, "收/支")
        drafted = drafted.assign(closed=(flow == "支出") & c.has(status, _VOID))
        return c.unknown(
            drafted,
            [
                (~flow.isin(_FLOWS), "direction-invalid", flow),
                (~c.has(status, _KNOWN_STATUS), "status-unknown", status),
            ],
        )

    def ends_at(self, cells: Sequence[str]) -> bool:
        """A line of dashes never stands inside the table."""
        return is_rule_line(cells)


def _direction(frame: pd.DataFrame) -> pd.Series[str]:
    from ingest_service.domain.profiles import columns as c

    kind = c.text(frame, "交易类型")
    status = c.text(frame, "当前状态")
    flow = c.text(frame, "收/支")
    spent, earned = flow == "支出", flow == "收入"
    return c.choose(
        [
            (~spent & c.has(kind, r"退款"), "refund"),
            (~spent & c.has(status, f"{_VOID}|{_RETURNED}"), "neutral"),
            (c.has(kind, _OWN_MOVE), "transfer"),
            (spent, "expense"),
            (earned, "income"),
        ],
        default="neutral",
        index=frame.index,
    )


PROFILE = WeChat()
