from __future__ import annotations

import pytest

from ingest_service.domain.categorise import match_words
from ingest_service.domain.shipped_rules import KEYWORD_RULES
from ingest_service.domain.words import shipped_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("parents club", ""),
        ("Toffee Works", ""),
        ("Order 47112", ""),
        ("7-ELEVEN 12", "groceries.daily"),
        ("Netflix.com", "entertainment.subscriptions"),
        ("Grand Hotels", "travel.hotel"),
        ("keep健身", "entertainment.sports"),
        ("高速ETC", "transport.fuel"),
        ("T3出行", "transport.taxi"),
        ("rent", "housing.rent"),
    ],
)
def test_latin_words_stand_alone_and_many_rows_agree_with_one(text: str, code: str) -> None:
    assert shipped_code(merchant=text, note="", direction="expense") == code
    assert match_words([text], KEYWORD_RULES) == [code]
