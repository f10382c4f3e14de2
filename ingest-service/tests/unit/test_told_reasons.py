"""The reasons of links in the platform's own table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.export_links import ToldReason, ties_of, ties_text
from ingest_service.domain.links import REASONS

NAME = "65e6b1c000112233445566aa-3"
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "seconds": st.integers(0, 10**9 - 1),
        "days": st.integers(0, 90),
        "number": st.text(min_size=1, max_size=40),
        "tail": st.from_regex(r"[0-9]{4}", fullmatch=True),
        "platform": st.sampled_from(["alipay", "wechat"]),
    },
)
HUNDREDTHS = st.integers(0, 100).map(lambda whole: whole / 100)


@given(
    code=st.sampled_from(REASONS),
    score=HUNDREDTHS,
    params=PARAMS,
    lang=st.sampled_from(["zh-CN", "en"]),
)
def test_reasons_come_back_whatever_their_values_hold(
    code: str, score: float, params: dict[str, object], lang: str
) -> None:
    tie = ["refund", "linked", NAME, code, score, params]
    cell = ties_text([tie], [tie], lang)
    there, back = ties_of(cell)
    assert (there.is_from, back.is_from) == (True, False)
    assert there.reason == back.reason == ToldReason(code, score, params)


@pytest.mark.parametrize(
    "why",
    ["", " []", " [refund-order]", " [refund-order 7]", " [no-such 0.85]", " [refund-order 0.8 x"],
)
def test_what_is_no_reason_counts_for_nothing(why: str) -> None:
    (tie,) = ties_of(f"退款→{NAME} 自动{why}")
    assert (tie.kind, tie.status, tie.reason) == ("refund", "linked", None)


def test_values_that_no_reason_has_are_left_out() -> None:
    (tie,) = ties_of(f"refund→{NAME} automatic [time-amount 0.85 seconds:x days:2 evil:1]")
    assert tie.reason == ToldReason("time-amount", 0.85, {"days": 2})
