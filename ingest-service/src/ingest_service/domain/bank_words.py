"""What the words of a Chinese bank statement mean: own moves, refunds, the platform that was paid.

The patterns are judgement, held by the cases in tests/unit/test_bank_words.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Repaying what was spent before, and moving money into one's own savings, is no spending.
_OUT_TO_SELF = (
    r"还款|还信用卡|溢缴款|理财|基金(?!会)|申购|余额宝|零钱通|小金库|朝朝宝"
    r"|(?:零钱|余额|钱包)充值|银证|银转证|证券保证金|银行转证券|定期存|存定期|定活|结汇|购汇"
)
_IN_FROM_SELF = (
    r"提现|赎回|理财|基金(?!会)|余额宝|零钱通|小金库|朝朝宝|证转银|证券转银行|定期|结汇|购汇"
)
_CARD_REPAID = r"还款|转账|转帐|银联入账|自动扣款|溢缴|转入|存款(?!利息)|存入|汇入"
_CARD_EARNED = r"利息|返现|奖励|笔笔返|赠送|积分|返利|红包|礼金"
_REFUND = r"退款|退货|退回|冲正|冲账|冲帐|撤销|费用返还|消费退"
# Money that is only held; the payment itself comes as a row of its own.
_HELD = r"预授权(?!完成|确认)|冻结|解冻"
_PLATFORM = (
    r"^(?:(?:支付宝外部商户|支付宝|财付通|微信支付|微信|云闪付APP|云闪付|网银在线|京东支付|美团支付"
    r"|钱袋宝支付|抖音支付|拼多多支付|消费)\s*[-－—:：]+\s*)+(?=\S)"
)

_CHANNEL = (
    r"手机银行|网上银行|个人网银|网银|掌上银行|自助设备|自助终端|柜台|柜面|批处理|网络支付"
    r"|电子商务|其他|其它"
)


def direction_of(
    side: pd.Series[str],
    says: pd.Series[str],
    party: pd.Series[str],
    *,
    holder: str,
    is_credit: bool,
) -> pd.Series[str]:
    """The direction of rows whose money went "out" or came "in"; "" where the side is not known.

    says holds all words of a row, party the other account's name; holder is the owner's name
    where the statement tells it. Cash from a machine counts as spending.
    """
    from ingest_service.domain.profiles import columns as c

    out, back = side == "out", side == "in"
    to_self = (party == holder) & (party != "")
    if is_credit:
        meaning = [
            (out & c.has(says, r"溢缴款|还款"), "transfer"),
            (out, "expense"),
            (back & c.has(says, _REFUND), "refund"),
            (back & (to_self | c.has(says, _CARD_REPAID)), "transfer"),
            (back & c.has(says, _CARD_EARNED), "income"),
            (back, "refund"),
        ]
    else:
        meaning = [
            (out & (to_self | c.has(says, _OUT_TO_SELF)), "transfer"),
            (out, "expense"),
            (back & c.has(says, _REFUND), "refund"),
            (back & (to_self | c.has(says, _IN_FROM_SELF)), "transfer"),
            (back, "income"),
        ]
    held = (side != "") & c.has(says, _HELD)
    return c.choose([(held, "neutral"), *meaning], default="", index=side.index)


def names_platform(texts: pd.Series[str]) -> pd.Series[bool]:
    """Where a text begins with the platform that was paid through: 支付宝-便民微超."""
    from ingest_service.domain.profiles import columns as c

    return c.has(texts, _PLATFORM)


def without_platform(texts: pd.Series[str]) -> pd.Series[str]:
    """The payee behind the platform: 便民微超."""
    return texts.str.replace(_PLATFORM, "", regex=True)


def is_channel(texts: pd.Series[str]) -> pd.Series[bool]:
    """Where a text names the way of a payment, not a payee: 手机银行."""
    return texts.str.fullmatch(_CHANNEL)


def without_tail(texts: pd.Series[str]) -> pd.Series[str]:
    """The name without the last digits of its account behind it: 张三(1234)."""
    return texts.str.replace(r"\(\d{4}\)$", "", regex=True)
