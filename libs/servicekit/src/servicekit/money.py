"""Money as integers in minor units; text and numbers only at the edges."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

# ISO 4217 minor units that differ from two.
_EXPONENTS: Mapping[str, int] = {
    **dict.fromkeys(
        (
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
            "VND", "VUV", "XAF", "XOF", "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}  # fmt: skip
_DEFAULT_EXPONENT = 2
_CURRENCY = re.compile(r"[A-Z]{3}")
_PLAIN_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")


def exponent(currency: str) -> int:
    """The number of decimal places of a currency's minor unit.

    Raises:
        ValueError: The code is not three capital letters.
    """
    if not _CURRENCY.fullmatch(currency):
        raise ValueError("a currency is three capital letters")
    return _EXPONENTS.get(currency, _DEFAULT_EXPONENT)


def parse_decimal(text: str, *, places: int) -> int:
    """The integer number of units of 10**-places in a plain decimal such as "12.50".

    Raises:
        ValueError: Not a plain decimal, or finer than the places allow.
    """
    if not _PLAIN_DECIMAL.fullmatch(text):
        raise ValueError("an amount is written like 12.50")
    try:
        scaled = Decimal(text).scaleb(places)
    except InvalidOperation as error:
        raise ValueError("an amount is written like 12.50") from error
    if scaled != scaled.to_integral_value():
        raise ValueError(f"an amount here has at most {places} decimal places")
    return int(scaled)


def format_decimal(minor: int, *, places: int) -> str:
    """The plain decimal of an integer number of units of 10**-places."""
    sign = "-" if minor < 0 else ""
    digits = str(abs(minor)).rjust(places + 1, "0")
    if places == 0:
        return sign + digits
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def to_minor(text: str, currency: str) -> int:
    """The amount in minor units that a decimal string states in this currency.

    Raises:
        ValueError: Not a plain decimal, too fine for the currency, or no currency code.
    """
    return parse_decimal(text, places=exponent(currency))


def to_decimal_string(minor: int, currency: str) -> str:
    """The decimal string of an amount in minor units: 1250 CNY is "12.50"."""
    return format_decimal(minor, places=exponent(currency))


def to_major(minor: int, currency: str) -> float:
    """The amount as a float in major units, for charts only."""
    value: float = minor / 10 ** exponent(currency)
    return value
