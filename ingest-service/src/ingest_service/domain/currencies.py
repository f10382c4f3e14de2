"""Currencies as statements name them."""

from __future__ import annotations

import re
from collections.abc import Mapping

CURRENCY_WORDS: Mapping[str, str] = {
    "人民币": "CNY", "RMB": "CNY", "CNH": "CNY", "元": "CNY", "¥": "CNY", "美元": "USD",
    "人民币元": "CNY", "日元": "JPY", "日圆": "JPY", "港币": "HKD", "港元": "HKD", "欧元": "EUR",
    "英镑": "GBP", "澳元": "AUD", "澳大利亚元": "AUD", "加元": "CAD", "加拿大元": "CAD",
    "瑞士法郎": "CHF", "新加坡元": "SGD", "新西兰元": "NZD", "澳门元": "MOP", "澳门币": "MOP",
    "新台币": "TWD", "韩元": "KRW", "韩国元": "KRW", "泰铢": "THB", "泰国铢": "THB",
    "卢布": "RUB", "马来西亚林吉特": "MYR",
}  # fmt: skip
"""What a cell of a currency may hold instead of the code, in capitals."""
_CODE = re.compile(r"[A-Z]{3}")
# ISO 4217 codes that say that there is no currency, and that it is only a test.
_NO_CURRENCIES = frozenset({"XXX", "XTS"})


def named_currency(text: str) -> str:
    """The ISO 4217 code that a text names; the text in capitals where none is known."""
    return CURRENCY_WORDS.get(text.upper(), text.upper())


def is_currency(code: str) -> bool:
    """Whether it has the form of an ISO 4217 code that names a currency."""
    return _CODE.fullmatch(code) is not None and code not in _NO_CURRENCIES
