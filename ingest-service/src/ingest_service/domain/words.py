"""The shipped rules for one row, without pandas: what a person enters by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from ingest_service.domain.shipped_rules import INCOME_RULES, KEYWORD_RULES


def shipped_code(*, merchant: str, note: str, direction: str) -> str:
    """The code of the first shipped rule that holds, the payee before the note; "" for none."""
    if direction == "transfer":
        return ""
    rules = INCOME_RULES if direction == "income" else KEYWORD_RULES
    for text in (merchant.lower(), note.lower()):
        for code, words in rules:
            if _compiled(words).search(text):
                return code
    return ""


def words_pattern(words: Sequence[str]) -> str:
    """A regular expression for lower-case texts in which one of the words stands.

    Words in Latin letters or digits stand alone or in the plural, so that `rent` is not found in
    `parents` nor 711 in a number. Without look-around: Arrow's expressions have none.
    """
    latin = "|".join(re.escape(word) for word in words if word.isascii())
    other = [re.escape(word) for word in words if not word.isascii()]
    alone = [rf"(?:^|[^a-z0-9])(?:{latin})s?(?:[^a-z0-9]|$)"] if latin else []
    return "|".join([*other, *alone])


@cache
def _compiled(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(words_pattern(words))
