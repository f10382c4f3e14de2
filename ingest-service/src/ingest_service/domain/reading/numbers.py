"""Numbers as statements of many countries write them, one text at a time."""

from __future__ import annotations

import re

_GROUPED = re.compile(r"(?<=\d)[ \xa0\u202f'’](?=\d{3}(?!\d))")
_DECIMAL_COMMA = re.compile(r"[^,]*\d,\d{0,2}|[^,]*,\d{1,2}")
_BLANK_INSIDE = re.compile(r"(?<=\d)\s+(?=\d)")


def plain_number(text: str) -> str:
    """The number with a decimal point: 1.234,56 and 1 234,56 and 1'234.56 become 1234.56.

    What is no number stays none: a blank between digits that groups no thousands becomes "?".
    """
    plain = _GROUPED.sub("", text.strip())
    if _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    return _BLANK_INSIDE.sub("?", plain)
