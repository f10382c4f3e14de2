"""The shipped rules for one row, without pandas: what a person enters by hand."""

from __future__ import annotations

from collections.abc import Sequence

from ingest_service.domain.models import Rule
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


def user_rule_for(rules: Sequence[Rule], *, merchant: str, note: str) -> Rule | None:
    """The first of the user's rules that holds."""
    texts = {"merchant": (merchant,), "note": (note,), "any": (merchant, note), "keywords": ()}
    for rule in rules:
        if any(rule.contains.lower() in text.lower() for text in texts[rule.field]):
            return rule
    return None
