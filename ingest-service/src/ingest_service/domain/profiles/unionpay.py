"""UnionPay's wallet 云闪付. No sample was at hand; columns as public converters tell them.

- wallet: 交易时间, 交易类型, 交易金额(元), 交易方式, 收/支, 交易状态, 商户名称, 订单号, 备注
- detail: 交易时间, 交易类型, 交易对方, 交易说明, 收/支, 交易金额, 交易流水号, 备注
- booked: 记账日期, 交易时间, 借贷标志, 交易金额, 商户名称, 对方账户, 付款账户, 交易状态, 流水号,
  备注
- plain: 交易日期, 交易时间, 交易类型, 交易金额, 账户余额 (or 余额), 交易对方 (or 对方账号),
  交易备注 (or 备注)

All but the first are known only where 云闪付 or 银联 stands above the table.
"""

from __future__ import annotations

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
    from collections.abc import Sequence

    import pandas as pd

_AMOUNT = ("交易金额(元)", "交易金额", "金额(元)", "金额")
_FLOW = ("收/支", "收支", "借贷标志")
_KIND = ("交易类型", "交易类别")
_SHOP = ("商户名称", "交易对方", "收付款对象")
_ACCOUNT = ("付款账户", "付款卡号", "交易方式", "付款方式", "支付方式", "银行卡")
_NUMBER = ("订单号", "交易流水号", "流水号", "交易单号")
_STATE = ("交易状态", "订单状态")
_NOTE = ("交易说明", "商品说明")
_REMARK = ("备注", "交易备注")
_REQUIRED = (frozenset({"交易时间"}), frozenset(_AMOUNT), frozenset((*_FLOW, *_KIND)))
_WALLET = frozenset({"交易金额(元)", "交易方式", "商户名称", "订单号"})
# The words with which a known status says how far the payment came.
_KNOWN = r"成功|完成|失败|关闭|取消|退|撤销|处理中|支付|待|已"
_VOID = r"关闭|失败|取消|未支付|撤销"
_OWN_MOVE = r"还款|充值到|提现|转账到本人|余额充值|零钱"
_REFUND = r"退款|退货|消费撤销"
_SPENT = r"支出|借|消费|支付|付款|缴费|转出|购买"
_EARNED = r"收入|贷|收款|转入|红包|返还|退"
_NEUTRAL = r"不计|中性|预授权(?!完成)"


class UnionPay:
    """The profile of 云闪付."""

    id = "unionpay"
    name = "云闪付账单"
    formats: tuple[str, ...] = ("csv", "xlsx")

    def recognise(self, sample: Sample) -> Recognition | None:
        """Sure where the wallet's name stands above, or where all of its own columns are there."""
        header = find_header(sample, _REQUIRED)
        if header is None:
            return None
        names = {clean_header(cell) for cell in sample.rows[header]}
        told = preamble_says(sample, header, "云闪付|银联|UnionPay")
        if not told and not names >= _WALLET:
            return None
        return Recognition(0.93 if told else 0.82, header, _generation(names))

    def parse(self, frame: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:  # noqa: ARG002 - the columns tell the generation
        """Draft columns of a chunk."""
        from ingest_service.domain.profiles import columns as c

        amount, side = c.pair(c.text(frame), c.text(frame, *_AMOUNT))
        state = c.text(frame, *_STATE)
        direction = _direction(frame, side)
        drafted = c.draft(
            frame.index,
            time_text=c.moment(c.text(frame, "交易日期", "记账日期"), c.text(frame, "交易时间")),
            amount_text=amount,
            currency_text="CNY",
            direction=direction,
            merchant=c.blank_slashes(c.text(frame, *_SHOP)),
            note=c.join_all(
                c.blank_slashes(c.text(frame, *_NOTE)), c.blank_slashes(c.text(frame, *_REMARK))
            ),
            account=c.blank_slashes(c.text(frame, *_ACCOUNT)),
            external_id=c.blank_slashes(c.text(frame, *_NUMBER)),
            keywords=c.text(frame, *_KIND),
            source=self.id,
        )
        drafted = c.ignored(
            drafted.assign(closed=(direction == "expense") & c.has(state, _VOID)),
            [
                (c.has(frame.iloc[:, 0], "合计|总计"), "summary-row"),
                (c.is_zero(amount), "zero-amount"),
            ],
        )
        word = c.first_said(c.text(frame, *_FLOW), c.text(frame, *_KIND))
        unknown = (state != "") & ~c.has(state, _KNOWN)
        return c.unknown(
            drafted,
            [(direction == "", "direction-invalid", word), (unknown, "status-unknown", state)],
        )

    def ends_at(self, cells: Sequence[str]) -> bool:
        """A line of dashes ends the table."""
        return is_rule_line(cells)


def _generation(names: set[str]) -> str:
    if "借贷标志" in names:
        return "booked"
    if names & {"账户余额", "余额"}:
        return "plain"
    return "detail" if "交易流水号" in names else "wallet"


def _direction(frame: pd.DataFrame, side: pd.Series[str]) -> pd.Series[str]:
    """By the flow's word where the table has that column, else the kind's; last by a minus."""
    from ingest_service.domain.profiles import columns as c

    kind, state = c.text(frame, *_KIND), c.text(frame, *_STATE)
    flow = c.text(frame, *_FLOW)
    word = flow.mask(flow == "", kind)
    says = c.join_all(kind, c.text(frame, *_NOTE), c.text(frame, *_REMARK))
    return c.choose(
        [
            (c.has(says, _OWN_MOVE), "transfer"),
            (c.has(word, _NEUTRAL) & ~c.has(kind, _REFUND), "neutral"),
            (c.has(says, _REFUND) & ~c.has(flow, "支出|借"), "refund"),
            (c.has(word, _EARNED) & c.has(state, _VOID), "neutral"),
            (c.has(word, _SPENT), "expense"),
            (c.has(word, _EARNED), "income"),
            (side == "out", "expense"),
        ],
        default="",
        index=frame.index,
    )


PROFILE = UnionPay()
