"""Cells as people write them, read one at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest_service.domain.mapping.values import (
    clean_cell,
    currency_code,
    direction_of,
    join_texts,
    read_amount,
    read_coordinate,
    read_moment,
)


@pytest.mark.parametrize(
    ("text", "order", "plain"),
    [
        ("2024-03-05 12:21:00", "dmy", "2024-03-05 12:21:00"),
        ("2024/3/5 12:21", "mdy", "2024-03-05 12:21:00"),
        ("2024年3月5日 12:21:09", "ymd", "2024-03-05 12:21:09"),
        ("2024年3月5日 12时21分", "ymd", "2024-03-05 12:21:00"),
        ("2019.04.19.", "ymd", "2019-04-19"),
        ("20240305", "dmy", "2024-03-05"),
        ("20240305122109", "ymd", "2024-03-05 12:21:09"),
        ("20240305 122109", "ymd", "2024-03-05 12:21:09"),
        ("2024-03-05T12:21:00Z", "ymd", "2024-03-05 12:21:00+00:00"),
        ("2024-03-05 12:21:00 +0800", "ymd", "2024-03-05 12:21:00+08:00"),
        ("2024-03-05T12:21:00.123+08:00", "ymd", "2024-03-05 12:21:00+08:00"),
        ("05/03/2024", "dmy", "2024-03-05"),
        ("05/03/2024", "mdy", "2024-05-03"),
        ("5.3.24", "dmy", "2024-03-05"),
        ("24-03-05", "ymd", "2024-03-05"),
        ("31.12.99", "dmy", "1999-12-31"),
        ("3/5/2024 2:15 PM", "mdy", "2024-03-05 14:15:00"),
        ("3/5/2024 12:05 am", "mdy", "2024-03-05 00:05:00"),
        ("06-12-2018 / 14:33", "dmy", "2018-12-06 14:33:00"),
        ("27 Feb 2018", "ymd", "2018-02-27"),
        ("12-Dec-2019", "mdy", "2019-12-12"),
        ("10 Feb 18", "ymd", "2018-02-10"),
        ("3. März 2024", "ymd", "2024-03-03"),
        ("5 août 2024", "ymd", "2024-08-05"),
        ("Feb 27, 2018", "dmy", "2018-02-27"),
        ("45356.514583333", "dmy", "2024-03-05 12:21:00"),
        ("45356", "ymd", "2024-03-05"),
    ],
)
def test_a_date_has_many_spellings(text: str, order: str, plain: str) -> None:
    assert read_moment(text, "", order=order) == plain


@pytest.mark.parametrize(
    ("text", "order"),
    [("31/12/2024", "ymd"), ("13/31/2024", "dmy"), ("31/12/2024", "mdy"), ("2024-02-30", "ymd"),
     ("2024-03-05 25:00:00", "ymd"), ("2024-03-05 12:61:00", "ymd"), ("Pending", "dmy"),
     ("00:00:00", "ymd"), ("10240", "ymd"), ("202491", "ymd"), ("5 Foo 2024", "dmy"), ("", "ymd"),
     ("2024-03-05 noon", "ymd"), ("99999", "ymd"), ("2024-03-05 12:21:00+19:00", "ymd")],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str, order: str) -> None:
    assert read_moment(text, "", order=order) is None


@pytest.mark.parametrize(
    ("clock", "plain"),
    [("12:21", "2024-03-05 12:21:00"), ("122109", "2024-03-05 12:21:09"), ("", "2024-03-05"),
     ("-", "2024-03-05"), ("2:15 PM", "2024-03-05 14:15:00"), ("0.5", "2024-03-05 12:00:00"),
     ("1899-12-30 12:21:00", "2024-03-05 12:21:00"), ("soon", None)],
)  # fmt: skip
def test_the_time_of_day_may_stand_in_a_column_of_its_own(clock: str, plain: str | None) -> None:
    assert read_moment("5/3/2024", clock, order="dmy") == plain
    assert read_moment("5/3/2024 00:00:00", clock, order="dmy") == (
        plain if plain != "2024-03-05" else "2024-03-05 00:00:00"
    )


@pytest.mark.parametrize(
    ("text", "decimal", "digits", "negative", "currency"),
    [
        ("12.50", ".", "12.50", False, ""),
        ("¥1,234.50", ".", "1234.50", False, ""),
        ("-£1,183.23", ".", "1183.23", True, "GBP"),
        ("12元", ".", "12", False, "CNY"),
        ("(12.50)", ".", "12.50", True, ""),
        ("12.50-", ".", "12.50", True, ""),
        ("−12.50", ".", "12.50", True, ""),
        ("+50,00", ",", "50.00", False, ""),
        ("1.234.567,8", ",", "1234567.8", False, ""),
        ("1 234,50", ",", "1234.50", False, ""),
        ("1'234.50", ".", "1234.50", False, ""),
        ("12,34,567.00", ".", "1234567.00", False, ""),
        ("EUR -3,50", ",", "3.50", True, "EUR"),
        ("3,50 €", ",", "3.50", False, "EUR"),
        (".5", ".", "0.5", False, ""),
        ("007.", ".", "7", False, ""),
        ("US$ 3.00", ".", "3.00", False, "USD"),
    ],
)
def test_an_amount_has_many_spellings(
    text: str, decimal: str, digits: str, negative: bool, currency: str
) -> None:
    amount = read_amount(text, decimal=decimal)
    assert amount is not None
    assert (amount.digits, amount.negative, amount.currency) == (digits, negative, currency)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [("3,20", "."), ("1,23,45", "."), ("1.024,90", "."), ("12.50", ","), ("1e3", "."), ("NaN", "."),
     ("--5", "."), ("-(5)", "."), ("(5", "."), ("5 apples", "."), ("12:30", "."), ("", "."),
     ("2024-03-05", "."), ("1.2.3", "."), (".", "."), ("5-3", "."), ("1 23", ".")],
)  # fmt: skip
def test_what_is_no_amount_is_none(text: str, decimal: str) -> None:
    assert read_amount(text, decimal=decimal) is None


@given(st.integers(0, 10**12), st.booleans(), st.sampled_from([(".", ","), (",", "."), (",", " ")]))
def test_every_written_amount_reads_back_and_never_as_another(
    cents: int, negative: bool, signs: tuple[str, str]
) -> None:
    decimal, group = signs
    whole = f"{cents // 100:,}".replace(",", group)
    text = f"{'-' if negative else ''}{whole}{decimal}{cents % 100:02}"
    amount = read_amount(text, decimal=decimal)
    assert amount is not None
    assert (amount.digits, amount.negative) == (f"{cents // 100}.{cents % 100:02}", negative)
    assert read_amount(text, decimal="." if decimal == "," else ",") is None


def test_small_texts() -> None:
    assert clean_cell('\t="00123" ') == "00123"
    assert clean_cell(" a\x00b\u3000") == "ab"
    assert (currency_code("人民币"), currency_code("kr"), currency_code("usd")) == (
        "CNY",
        "KR",
        "USD",
    )
    assert direction_of(" D ", {}) == "expense"
    assert direction_of("D", {"d": "income"}) == "income"
    assert direction_of("Sonstiges", {}) == ""
    assert join_texts("a", "", "/", "b", "a") == "a; b"
    assert (read_coordinate("31,23"), read_coordinate("−1.5")) == ("31.23", "-1.5")
