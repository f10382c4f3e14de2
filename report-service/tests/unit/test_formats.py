from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report_service.domain.formats import Formats
from report_service.domain.report import Period

ZH = Formats("zh-CN", "CNY")
EN = Formats("en", "CNY")


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [
        (1234.5, "CNY", "¥1,234.50"),
        (-1234.56, "CNY", "−¥1,234.56"),
        (-0.001, "CNY", "¥0.00"),
        (123456789.0, "USD", "$123,456,789.00"),
        (1234.0, "JPY", "JP¥1,234"),
        (1.2345, "KWD", "KWD 1.234"),
        (5.0, "CHF", "CHF 5.00"),
    ],
)
def test_an_amount_carries_sign_separators_and_the_currencys_decimals(
    value: float, currency: str, text: str
) -> None:
    assert Formats("zh-CN", currency).money(value) == text


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (12.5, "¥12.5", "¥12.5"),
        (864.24, "¥864", "¥864"),
        (9999.0, "¥9,999", "¥10k"),
        (12345.0, "¥1.23 万", "¥12.35k"),
        (123456789.0, "¥1.23 亿", "¥123.46M"),
        (2.5e9, "¥25 亿", "¥2.5B"),
        (0.0, "¥0", "¥0"),
    ],
)
def test_a_label_is_short(value: float, zh: str, en: str) -> None:
    assert (ZH.short_money(value), EN.short_money(value)) == (zh, en)


@pytest.mark.parametrize(
    ("formats", "maximum", "caption"),
    [
        (ZH, 9999, "元"),
        (ZH, 10000, "万元"),
        (ZH, 1e8, "亿元"),
        (Formats("zh-CN", "USD"), 2e4, "万 USD"),
        (EN, 999, "¥"),
        (EN, 1000, "¥k"),
        (EN, 1e6, "¥M"),
        (EN, 1e9, "¥B"),
    ],
)
def test_the_unit_of_an_axis_follows_its_maximum(
    formats: Formats, maximum: float, caption: str
) -> None:
    assert formats.unit_caption(formats.axis_unit(maximum)) == caption


@pytest.mark.parametrize(
    ("first", "end", "zh", "en"),
    [
        ("2024-03-01", "2024-04-01", "2024-03-01 ～ 2024-03-31", "1–31 Mar 2024"),
        ("2024-03-05", "2024-03-06", "2024-03-05", "5 Mar 2024"),
        ("2024-02-27", "2024-03-03", "2024-02-27 ～ 2024-03-02", "27 Feb – 2 Mar 2024"),
        ("2023-12-01", "2024-02-01", "2023-12-01 ～ 2024-01-31", "1 Dec 2023 – 31 Jan 2024"),
    ],
)
def test_a_period_is_written_with_its_last_day(first: str, end: str, zh: str, en: str) -> None:
    period = Period(date.fromisoformat(first), date.fromisoformat(end))
    assert (ZH.period(period), EN.period(period)) == (zh, en)


def test_an_instant_is_written_to_the_minute() -> None:
    instant = datetime.fromisoformat("2024-03-05T14:08:59+08:00")
    assert ZH.instant(instant) == "2024-03-05 14:08"
    assert EN.instant(instant) == "5 Mar 2024 14:08"


@pytest.mark.parametrize(("ratio", "text"), [(0.1234, "12.3%"), (-0.5, "−50.0%"), (0, "0.0%")])
def test_a_ratio_is_a_percentage_with_one_decimal(ratio: float, text: str) -> None:
    assert ZH.percent(ratio) == text


@given(st.floats(min_value=-1e12, max_value=1e12))
def test_an_exact_amount_reads_back_to_the_cent(value: float) -> None:
    text = ZH.money(value).replace("¥", "").replace(",", "").replace("−", "-")
    assert abs(float(text) - value) <= 0.00501
