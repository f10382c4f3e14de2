"""What a row's texts say of the accounts and platforms that took part."""

from __future__ import annotations

import re
from collections.abc import Mapping

BANK, WALLET, SHOP = 0, 1, 2
WALLETS = frozenset({"alipay", "wechat", "unionpay", "paypal"})
SHOPS = frozenset({"jd", "meituan", "pinduoduo"})
# Records that a person keeps, of money that may pass through any account.
LEDGERS = frozenset(
    {"manual", "platform", "feidee", "firefly", "ezbookkeeping", "actual", "mint", "ynab"}
)

_PLATFORM_WORDS: Mapping[str, tuple[str, ...]] = {
    "alipay": ("支付宝", "蚂蚁", "alipay"),
    "wechat": ("财付通", "微信", "tenpay", "wechat", "weixin"),
    "unionpay": ("云闪付",),
    "paypal": ("paypal",),
    "jd": ("京东", "网银在线"),
    "meituan": ("美团", "大众点评", "钱袋宝"),
    "pinduoduo": ("拼多多", "付费通"),
}
_BANK_WORDS: Mapping[str, tuple[str, ...]] = {
    "cmb": ("招商银行", "招行"),
    "icbc": ("工商银行", "工行"),
    "ccb": ("建设银行", "建行"),
    "abc": ("农业银行", "农行"),
    "boc": ("中国银行", "中行"),
    "bocom": ("交通银行", "交行"),
    "citic": ("中信",),
    "spdb": ("浦发", "浦东发展"),
    "cgb": ("广发",),
    "psbc": ("邮储", "邮政储蓄"),
    "cib": ("兴业银行",),
    "cmbc": ("民生银行",),
    "ceb": ("光大银行",),
    "pab": ("平安银行",),
    "hxb": ("华夏银行",),
}
# Paid out of the platform's own purse or credit line: no card statement tells of it.
_OWN_PURSE = re.compile(r"余额|零钱|花呗|白条|月付|paypal balance", re.IGNORECASE)
_TAILS = re.compile(r"[(（*](\d{4})(?!\d)|(\d{4})\D{0,2}$")


def tier_of(source: str) -> int | None:
    """BANK, WALLET or SHOP; None for a person's own records, which are never linked by themselves.

    Whatever is not known otherwise may be a bank's statement.
    """
    if source in LEDGERS:
        return None
    if source in SHOPS:
        return SHOP
    return WALLET if source in WALLETS else BANK


def tails_of(account: str) -> frozenset[str]:
    """The last four digits of every card that the text names."""
    return frozenset(bracketed or last for bracketed, last in _TAILS.findall(account))


def banks_of(account: str, source: str = "") -> frozenset[str]:
    """The banks that the text or the source of a row names, by their short names."""
    prefix = re.split(r"[-_ ]", source, maxsplit=1)[0]
    named = {bank for bank, words in _BANK_WORDS.items() if any(w in account for w in words)}
    return frozenset(named | ({prefix} & _BANK_WORDS.keys()))


def platforms_of(text: str) -> frozenset[str]:
    """The payment platforms and shops that the text names."""
    lowered = text.lower()
    return frozenset(
        platform
        for platform, words in _PLATFORM_WORDS.items()
        if any(word in lowered for word in words)
    )


def is_own_purse(account: str) -> bool:
    """Whether it was paid from the platform's own purse or credit line, past any card."""
    return bool(_OWN_PURSE.search(account))
