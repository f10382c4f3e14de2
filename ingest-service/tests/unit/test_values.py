from __future__ import annotations

import datetime as dt
import zipfile
from io import BytesIO

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.amounts import format_minor, parse_minor
from ingest_service.domain.categorise import match_words
from ingest_service.domain.category_tree import DEFAULT_CATEGORIES, FALLBACK_BY_DIRECTION
from ingest_service.domain.errors import InvalidInputError, StatementError
from ingest_service.domain.export_table import neutralise, restore
from ingest_service.domain.fingerprints import FINGERPRINT_BYTES, fingerprint
from ingest_service.domain.local_clock import LocalClock
from ingest_service.domain.local_time import local_fields
from ingest_service.domain.messages import codes, sentence
from ingest_service.domain.normalise import read_amounts
from ingest_service.domain.profiles.generic import PROFILE as GENERIC
from ingest_service.domain.reading.workbook import guard_archive
from ingest_service.domain.shipped_rules import INCOME_RULES, KEYWORD_RULES, STATEMENT_CATEGORIES
from ingest_service.domain.times import parse_times
from ingest_service.domain.words import shipped_code


def texts(*values: str) -> pd.Series[str]:
    return pd.Series(list(values), dtype="str")


@given(st.integers(0, 10**14), st.sampled_from([0, 2, 3]))
def test_every_amount_reads_back_exactly(minor: int, places: int) -> None:
    read = read_amounts(texts(format_minor(minor, places=places)), pd.Series([places]))
    assert read.minor.tolist() == [minor]
    assert not any(mask.any() for _, mask in read.problems)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("¥1,234.50", 123450), ("￥0.1", 10), ("12元", 1200), (".5", 50), ("1.100", 110), ("7.", 700)],
)
def test_amounts_read_as_people_write_them(text: str, minor: int) -> None:
    assert read_amounts(texts(text), pd.Series([2])).minor.tolist() == [minor]


def test_an_amount_by_hand_is_exact_or_refused() -> None:
    assert parse_minor("12.50", places=2, pointer="/x") == 1250
    with pytest.raises(InvalidInputError):
        parse_minor("12.505", places=2, pointer="/x")
    with pytest.raises(InvalidInputError):
        parse_minor("1e3", places=2, pointer="/x")


@pytest.mark.parametrize(
    "text",
    ["2024-03-05 12:21:00", "2024/3/5 12:21", "2024年3月5日 12:21:00", "2024-03-05T04:21:00Z",
     "2024-03-05T12:21:00+08:00", "20240305122100", "2024-03-05 12:21:00.0", "45356.514583333"],
)  # fmt: skip
def test_one_instant_has_many_spellings(text: str) -> None:
    read = parse_times(texts(text), "Asia/Shanghai").iloc[0]
    assert read["time"] == 1709612460
    assert (read["local_hour"], read["local_weekday"]) == (12, 1)
    assert read["has_clock"]


@given(
    st.integers(31_536_000, 4_102_272_000),
    st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York", "Australia/Lord_Howe"]),
)
def test_bulk_and_single_calendar_agree(moment: int, zone: str) -> None:
    stamp = dt.datetime.fromtimestamp(moment, tz=dt.UTC)
    one = local_fields(stamp, zone)
    bulk = parse_times(texts(stamp.strftime("%Y-%m-%dT%H:%M:%SZ")), zone).iloc[0]
    assert (one.time, one.local_day, one.local_hour, one.local_weekday) == (
        bulk["time"], bulk["local_day"], bulk["local_hour"], bulk["local_weekday"],
    )  # fmt: skip
    back = parse_times(texts(*LocalClock(zone).texts([one.time])), zone).iloc[0]
    assert back["time"] == one.time


def test_the_hour_that_comes_twice_is_written_with_its_offset() -> None:
    first, second = 1730611800, 1730615400  # 01:30 in New York, before and after the clocks change
    clock = LocalClock("America/New_York")
    assert clock.texts([first, second]) == ["2024-11-03 01:30:00", "2024-11-03 01:30:00-0500"]
    assert clock.instants([first, second]) == [
        "2024-11-03T01:30:00-04:00",
        "2024-11-03T01:30:00-05:00",
    ]


@given(st.text(max_size=40))
def test_a_neutralised_cell_never_starts_a_formula_and_reads_back(cell: str) -> None:
    safe = neutralise(cell)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert restore(safe) == cell


def test_a_fingerprint_begins_with_its_time_and_tells_rows_apart() -> None:
    common = {
        "time": 1709612460, "amount_minor": 2850, "currency": "CNY", "direction": "expense",
        "source": "alipay", "external_id": "", "merchant": "兰州拉面", "note": "",
    }  # fmt: skip
    one = fingerprint(**common)  # type: ignore[arg-type]
    assert len(one) == FINGERPRINT_BYTES
    assert int.from_bytes(one[:4], "big") == 1709612460
    for name, other in (("amount_minor", 1), ("currency", "USD"), ("direction", "income"),
                        ("source", "x"), ("external_id", "1"), ("merchant", "x"),
                        ("note", "x")):  # fmt: skip
        assert fingerprint(**{**common, name: other}) != one  # type: ignore[arg-type]
    # A closed order may turn neutral in a later statement and stays the same row.
    assert fingerprint(**{**common, "direction": "neutral"}) == one  # type: ignore[arg-type]


def test_a_fingerprint_never_changes_between_versions() -> None:
    pinned = fingerprint(
        time=1709612460, amount_minor=2850, currency="CNY", direction="expense", source="alipay",
        external_id="2024", merchant="", note="",
    )  # fmt: skip
    assert pinned.hex() == PINNED


PINNED = "65e69dac35d8098020e41a25"


def test_every_rule_points_to_a_category_of_the_tree() -> None:
    known = {category.code for category in DEFAULT_CATEGORIES}
    pointed = {code for code, _ in (*KEYWORD_RULES, *INCOME_RULES)}
    assert (
        pointed | set(STATEMENT_CATEGORIES.values()) | set(FALLBACK_BY_DIRECTION.values()) <= known
    )
    assert all(category.parent_code in known | {None} for category in DEFAULT_CATEGORIES)
    words = [word for _, rule in (*KEYWORD_RULES, *INCOME_RULES) for word in rule]
    assert all(word and word == word.lower() for word in words)


@pytest.mark.parametrize(
    ("merchant", "code"),
    [
        ("瑞幸咖啡", "food.drinks"), ("滴滴出行", "transport.taxi"), ("美团外卖", "food.delivery"),
        ("盒马鲜生", "groceries.fresh"), ("中国移动", "communication.phone"), ("谁也不认识", ""),
        ("LUCKIN COFFEE", "food.drinks"), ("上海地铁", "transport.public"),
    ],
)  # fmt: skip
def test_words_decide_in_bulk_as_for_one_row(merchant: str, code: str) -> None:
    assert shipped_code(merchant=merchant, note="", direction="expense") == code
    assert match_words([merchant], KEYWORD_RULES) == [code]


def test_every_code_has_a_sentence_in_both_languages() -> None:
    for code in codes():
        chinese = sentence(code, locale="zh-CN", params={})
        assert chinese != sentence(code, locale="en", params={})


def test_a_bomb_is_refused_before_it_inflates() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 << 20))
    with pytest.raises(StatementError, match="archive-too-large"):
        guard_archive(packed)


def test_the_generic_profile_knows_headers_in_two_languages() -> None:
    assert GENERIC.name
