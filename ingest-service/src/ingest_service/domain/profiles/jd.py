"""JD 京东 statements (CSV, UTF-8 with BOM), in the two generations of columns.

- 2025: 交易时间, 商户名称, 交易说明, 金额, 收/付款方式, 交易状态, 收/支, 交易分类, 交易订单号,
  商家订单号, 备注
- short: the same without order numbers and 备注 (of JD Finance)

Refunds stand in the amount of the payment (131.77(已退款89.84), 468.32(已全额退款)) and as rows of
their own, which are 不计收支. A pay-later order (先享后付) is only promised; the charge comes
later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition, is_rule_line

if TYPE_CHECKING:
    import pandas as pd

_AMOUNT = r"^([^(（]*)"
_PART = r"已退款[￥¥]?([\d.,]+)"
_VOID = r"关闭|失败|取消|撤销|等待付款|待付款|未支付"
_PENDING = r"处理中|待扣款"
# The words with which a known status says how far the payment came.
_KNOWN = r"成功|完成|退款|收货|处理中|待|关闭|失败|取消|撤销"
_REFUND = r"退款|价保|返还"
_OWN_MOVE = r"充值|提现|还款|小金库|转入|转出|基金|理财|白条取现|信用卡"
_FLOWS = ("支出", "收入", "不计收支", "其他", "/")


class JD(HeaderProfile):
    """The JD profile."""

    id = "jd"
    name = "京东账单"
    required = tuple(
        frozenset({name})
        for name in ("交易时间", "商户名称", "交易说明", "金额", "收/付款方式", "交易状态", "收/支")
    )
    own = frozenset({"交易分类", "交易订单号", "商家订单号"})
    confidence = 0.88

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - the columns tell the generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        stated = c.text(frame, "金额")
        amount = stated.str.extract(_AMOUNT, expand=False).fillna("").str.strip()
        part = stated.str.extract(_PART, expand=False).fillna("")
        direction = _direction(frame)
        spent = c.text(frame, "收/支") == "支出"
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "交易时间"),
            amount_text=amount,
            refund_text=part.mask(c.has(stated, "全额退款"), amount),
            currency_text="CNY",
            direction=direction,
            merchant=c.blank_slashes(c.text(frame, "商户名称")),
            note=c.join_texts(c.text(frame, "交易说明"), c.blank_slashes(c.text(frame, "备注"))),
            account=c.blank_slashes(c.text(frame, "收/付款方式")),
            external_id=c.text(frame, "交易订单号"),
            order_ref=c.text(frame, "商家订单号"),
            keywords=c.text(frame, "交易分类"),
            source=self.id,
        )
        status = c.text(frame, "交易状态")
        drafted = drafted.assign(
            closed=spent & c.has(status, _VOID), pending=c.has(status, _PENDING)
        )
        flow = c.text(frame, "收/支")
        return c.unknown(
            c.ignored(drafted, [(c.is_zero(amount), "zero-amount")]),
            [
                (~flow.isin(_FLOWS), "direction-invalid", flow),
                (~c.has(status, _KNOWN), "status-unknown", status),
            ],
        )

    def ends_at(self, cells: Sequence[str]) -> bool:
        """A line of dashes never stands inside the table."""
        return is_rule_line(cells)


def _direction(frame: pd.DataFrame) -> pd.Series[str]:
    from ingest_service.domain.profiles import columns as c

    flow, status = c.text(frame, "收/支"), c.text(frame, "交易状态")
    item, way = c.text(frame, "交易说明"), c.text(frame, "收/付款方式")
    spent, earned = flow == "支出", flow == "收入"
    back = c.has(status, "退款成功") | c.has(item, _REFUND)
    promised = c.has(way, "先享后付") | c.has(c.text(frame, "交易分类"), "先享后付")
    return c.choose(
        [
            (~spent & c.has(status, _VOID), "neutral"),
            (c.has(c.text(frame, "金额"), "全额退款"), "expense"),
            (spent & c.has(item, r"白条.*还款|信用卡还款"), "transfer"),
            (spent, "expense"),
            (back, "refund"),
            (~earned & promised, "neutral"),
            (~earned & c.has(item, _OWN_MOVE), "transfer"),
            (earned | c.has(item, r"收益"), "income"),
        ],
        default="neutral",
        index=frame.index,
    )


PROFILE = JD()
