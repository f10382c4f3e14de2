"""Alipay statements (CSV), in the three generations of columns that people still have.

- web, until 2021: 交易号, 商家订单号, 交易创建时间, ..., 金额（元）, 收/支, 交易状态, ...
- app, 2021: 收/支, 交易对方, 对方账号, 商品说明, 收/付款方式, 金额, 交易状态, 交易分类, ...
- app, from 2023: 交易时间, 交易分类, 交易对方, 对方账号, 商品说明, 收/支, 金额, ...
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

_TIME = frozenset({"交易时间", "交易创建时间"})
_AMOUNT = frozenset({"金额", "金额(元)"})
_FLOW = frozenset({"收/支"})
_STATUS = frozenset({"交易状态"})
_OWN = frozenset(
    [
        "交易分类",
        "商品说明",
        "收/付款方式",
        "交易订单号",
        "商家订单号",
        "交易号",
        "交易创建时间",
        "资金状态",
        "商品名称",
    ]
)

# No money moved under these.
_VOID = r"关闭|失败|等待付款|等待买家付款|已取消|已撤销"
# The words with which every known status says how far the payment came.
_KNOWN_STATUS = r"成功|完成|关闭|失败|等待|取消|撤销|处理中|冻结|^已"
_FLOWS = ("支出", "收入", "不计收支", "其他", "/")
# Money between the owner's own pockets.
_OWN_MOVE = (
    r"^(?:充值|提现|转账|转出到)|信用卡还款|花呗.*还款|还款$|-买入|-卖出|单次转入|自动转入"
    r"|转入$|转出|余额宝.*转入|零钱.*转入|基金(?:申购|赎回)|理财.*(?:买入|赎回)|买入退款"
)
_OWN_MOVE_SPENT = r"^(?:提现-|转账到银行卡|信用卡还款|花呗.*还款|余额宝-.*转入|转出到)"
_OWN_MOVE_CATEGORIES = r"^(?:投资理财|信用借还|账户存取)$"


class Alipay:
    """The Alipay profile."""

    id = "alipay"
    name = "支付宝账单"
    formats: tuple[str, ...] = ("csv",)

    def recognise(self, sample: Sample) -> Recognition | None:
        """Sure where status, flow, amount and time stand together with a column of Alipay's own."""
        header = find_header(sample, [_TIME, _AMOUNT, _FLOW, _STATUS])
        if header is None:
            return None
        names = [clean_header(cell) for cell in sample.rows[header]]
        own = len(_OWN & set(names))
        if {"商户名称", "交易说明"} & set(names) or preamble_says(sample, header, "京东|微信支付"):
            # JD's table has nearly the same columns.
            return None
        said = preamble_says(sample, header, "支付宝")
        if not own and not said:
            return None
        return Recognition(min(0.99, 0.6 + 0.08 * own + 0.2 * said), header, _generation(names))

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - the columns tell the generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        item = c.blank_slashes(c.text(frame, "商品说明", "商品名称"))
        status = c.text(frame, "交易状态")
        category = c.text(frame, "交易分类", "类型")
        spent = c.text(frame, "收/支") == "支出"
        drafted = c.draft(
            frame.index,
            time_text=c.text(frame, "交易时间", "交易创建时间"),
            amount_text=c.text(frame, "金额", "金额(元)"),
            refund_text=c.text(frame, "成功退款(元)"),
            direction=_direction(frame),
            merchant=c.blank_slashes(c.text(frame, "交易对方")),
            note=c.join_texts(item, c.blank_slashes(c.text(frame, "备注"))),
            account=c.blank_slashes(c.text(frame, "收/付款方式")),
            external_id=c.text(frame, "交易订单号", "交易号"),
            order_ref=c.text(frame, "商家订单号"),
            keywords=category,
            source=self.id,
        )
        return _judged(frame, drafted.assign(closed=spent & c.has(status, _VOID)))

    def ends_at(self, cells: Sequence[str]) -> bool:
        """The old web export closes with a line of dashes and its sums."""
        return is_rule_line(cells)


def _generation(names: Sequence[str]) -> str:
    if "交易创建时间" in names:
        return "web"
    return "app-2021" if names[0] == "收/支" else "app-2023"


def _judged(frame: pd.DataFrame, drafted: pd.DataFrame) -> pd.DataFrame:
    """The draft, with an error for what the app's words do not tell."""
    from ingest_service.domain.profiles import columns as c

    flow, status, money = (c.text(frame, name) for name in ("收/支", "交易状态", "资金状态"))
    # The web export leaves the flow of a move between own pockets empty and says so beside it.
    said = flow.isin(_FLOWS) | ((flow == "") & (money != ""))
    known = c.has(status, _KNOWN_STATUS) | ((status == "") & (money != ""))
    return c.unknown(
        drafted, [(~said, "direction-invalid", flow), (~known, "status-unknown", status)]
    )


def _direction(frame: pd.DataFrame) -> pd.Series[str]:
    from ingest_service.domain.profiles import columns as c

    item = c.text(frame, "商品说明", "商品名称")
    status = c.text(frame, "交易状态")
    category = c.text(frame, "交易分类", "类型")
    flow = c.text(frame, "收/支")
    spent, earned = flow == "支出", flow == "收入"
    own_move = (
        c.has(item, _OWN_MOVE)
        | c.has(category, _OWN_MOVE_CATEGORIES)
        | (c.text(frame, "资金状态") == "资金转移")
    )
    refund_word = (category == "退款") | item.str.startswith("退款") | c.has(status, r"退税成功")
    return c.choose(
        [
            (~spent & c.has(status, _VOID), "neutral"),
            (~spent & refund_word, "refund"),
            (spent & c.has(item, _OWN_MOVE_SPENT), "transfer"),
            (spent, "expense"),
            (~earned & own_move, "transfer"),
            (c.has(status, r"退款成功"), "refund"),
            (earned | c.has(item, r"收益发放"), "income"),
        ],
        default="neutral",
        index=frame.index,
    )


PROFILE = Alipay()
