"""Amounts as people write them in forms, in minor units."""

from __future__ import annotations

import re
from decimal import Decimal

from ingest_service.domain.errors import FieldProblem, InvalidInputError

MAX_AMOUNT_MINOR = 10**14
_PLAIN = re.compile(r"\d{1,14}(?:\.\d{1,6})?")


def parse_minor(text: str, *, places: int, pointer: str) -> int:
    """The minor units of a plain decimal such as "12.50".

    Raises:
        InvalidInputError: not a plain decimal, or finer than the currency allows.
    """
    scaled = Decimal(text).scaleb(places) if _PLAIN.fullmatch(text) else None
    if scaled is None or scaled != scaled.to_integral_value():
        problem = FieldProblem("amount-invalid", 'Write the amount like "12.50".', pointer)
        raise InvalidInputError("The amount is not valid.", [problem])
    return int(scaled)


def format_minor(minor: int, *, places: int) -> str:
    """The plain decimal of an amount of at least 0."""
    if places == 0:
        return str(minor)
    digits = str(minor).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"
