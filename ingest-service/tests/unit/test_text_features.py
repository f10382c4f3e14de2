from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from ingest_service.domain.text_features import FEATURE_BITS, hashed, hashed_one

TEXTS = st.text(max_size=40) | st.sampled_from(
    ["瑞幸咖啡(人民广场店)", "SQ *JOES PIZZA 0423", "T3出行"]
)


@given(st.lists(TEXTS, max_size=8))
@example(["", " ", "\x00", "\ud800", "𠀀𠀁", "ＡＢＣ　ｄ", "a\nb"])
def test_many_texts_have_the_features_that_each_has_alone(texts: list[str]) -> None:
    starts, features = hashed(texts)
    assert [features[first:end].tolist() for first, end in pairwise(starts)] == [
        hashed_one(text) for text in texts
    ]


@given(TEXTS)
def test_features_fit_their_table(text: str) -> None:
    assert all(0 <= feature < 1 << FEATURE_BITS for feature in hashed_one(text))


def test_case_width_and_numbers_of_branches_make_no_difference() -> None:
    plain = hashed_one("pizza")
    assert hashed_one("ＰＩＺＺＡ") == plain
    grams = set(plain) & set(hashed_one("Pizza #1234"))
    assert len(grams) == len(set(plain)) - 1  # all but the whole text


def test_a_long_number_is_no_part_of_the_name() -> None:
    assert hashed_one("RAIL 1234567890") == hashed_one("rail 0987654321")


def test_a_text_of_signs_has_only_itself() -> None:
    assert hashed_one("") == []
    assert len(hashed_one("--- 12 ---")) == 1
