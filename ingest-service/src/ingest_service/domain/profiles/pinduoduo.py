"""Pinduoduo 拼多多 orders. The app exports nothing; what people have are tables that programs make
of the list of orders. No sample was at hand.

- orders: 订单号, 父单号, 类型, 下单时间, 店铺, 商品名, 规格, ..., 实付, 订单状态, 售后状态,
  退款金额, 净支出, ... (pinduoduo-order-export)
- short: 订单号 (or 订单编号), 下单时间 (or 支付时间), 店铺名称, 商品名称, 实付金额, 订单状态

Known by Pinduoduo's order numbers (240305-123456789012345), by the columns of the first, or by the
name above the table. A refund counts at the order; a status of 退款成功 without a sum gives all
back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest_service.domain.header_profile import HeaderProfile
from ingest_service.domain.profiles.base import Recognition, Sample, clean_header, preamble_says

if TYPE_CHECKING:
    import pandas as pd

_NUMBER = ("订单号", "订单编号")
_TIME = ("支付时间", "付款时间", "下单时间", "成交时间")
_SHOP = ("店铺", "店铺名称", "商家", "商家名称")
_ITEM = ("商品名", "商品名称", "商品", "商品标题")
_PAID = ("实付", "实付金额", "实付金额(元)", "实付款", "支付金额", "支付金额(元)")
_STATE = ("订单状态", "状态")
_REFUND = ("退款金额", "退款金额(元)")
_ORDER_NUMBER = re.compile(r"\d{6}-\d{12,18}")
_VOID = r"取消|未支付|待付款|待支付|关闭|未付款"
_PENDING = r"待扣款|先用后付"


class Pinduoduo(HeaderProfile):
    """The Pinduoduo profile."""

    id = "pinduoduo"
    name = "拼多多订单"
    required = tuple(frozenset(names) for names in (_NUMBER, _TIME, _SHOP, _ITEM, _PAID, _STATE))
    own = frozenset({"父单号", "售后状态", "退款金额", "净支出"})
    confidence = 0.6

    def recognise(self, sample: Sample) -> Recognition | None:
        """Sure by the form of the numbers, the name above, or the columns; else another shop's."""
        found = super().recognise(sample)
        if found is None:
            return None
        names = [clean_header(cell) for cell in sample.rows[found.header_index]]
        at = next(names.index(name) for name in _NUMBER if name in names)
        numbers = [
            row[at].strip(" \t'\"=")
            for row in sample.rows[found.header_index + 1 :]
            if len(row) > at
        ]
        theirs = any(_ORDER_NUMBER.fullmatch(number) for number in numbers)
        told = theirs or preamble_says(sample, found.header_index, "拼多多|多多买菜")
        if not told and not {"父单号", "净支出"} <= set(names):
            return None
        generation = "orders" if "净支出" in names else "short"
        return Recognition(min(0.97, found.confidence + 0.3), found.header_index, generation)

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - the columns tell the generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        state = c.join_texts(c.text(frame, *_STATE), c.text(frame, "售后状态"))
        amount, refund = c.text(frame, *_PAID), c.text(frame, *_REFUND)
        whole = c.has(state, r"退款成功|已退款|全额退款") & ((refund == "") | c.is_zero(refund))
        times = [c.text(frame, name) for name in _TIME]
        drafted = c.draft(
            frame.index,
            time_text=c.first_said(*times),
            amount_text=amount,
            refund_text=refund.mask(whole & ~c.has(state, "部分"), amount),
            currency_text="CNY",
            direction="expense",
            merchant=c.text(frame, *_SHOP),
            note=c.join_all(c.text(frame, *_ITEM), c.text(frame, "规格", "商品规格")),
            account=c.text(frame, "支付方式"),
            external_id=c.text(frame, *_NUMBER),
            order_ref=c.text(frame, "父单号"),
            keywords=c.text(frame, "类型"),
            source=self.id,
        )
        drafted = drafted.assign(closed=c.has(state, _VOID), pending=c.has(state, _PENDING))
        return c.ignored(drafted, [(c.is_zero(amount), "zero-amount")])


PROFILE = Pinduoduo()
