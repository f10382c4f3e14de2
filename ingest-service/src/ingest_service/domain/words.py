"""The shipped rules for one row, without pandas: what a person enters by hand."""

from __future__ import annotations

from ingest_service.domain.shipped_rules import INCOME_RULES, KEYWORD_RULES


def shipped_code(*, merchant: str, note: str, direction: str) -> str:
    """The code of the first shipped rule that holds, the payee before the note; "" for none."""
    if direction == "transfer":
        return ""
    rules = INCOME_RULES if direction == "income" else KEYWORD_RULES
    for text in (merchant.lower(), note.lower()):
        for code, words in rules:
            if any(word in text for word in words):
                return code
    return ""
