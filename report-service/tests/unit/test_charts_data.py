import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from factories import make_figures, make_points, make_trend
from hypothesis import given
from hypothesis import strategies as st

from report_service.domain.charts import (
    date_ticks,
    rank_chart,
    share_chart,
    trend_chart,
    value_axis,
)
from report_service.domain.figures import CategoryShare, Granularity, Trend
from report_service.domain.formats import Formats
from report_service.domain.palette import CATEGORICAL, OTHER, category_colour, category_place
from report_service.domain.report import Period

ZH = Formats("zh-CN", "CNY")
EN = Formats("en", "CNY")
MARCH = Period(date(2024, 3, 1), date(2024, 4, 1))


def test_an_axis_counts_in_wan_and_says_so() -> None:
    axis = value_axis([12000.0, 36000.0], ZH, caption="金额（{unit}）")

    assert axis.caption == "金额（万元）"
    assert [tick.label for tick in axis.ticks] == ["0", "1", "2", "3", "4"]
    assert axis.maximum == 40000


def test_an_axis_of_nothing_still_has_ticks() -> None:
    axis = value_axis([0.0, 0.0], ZH, caption="{unit}")

    assert (axis.maximum, len(axis.ticks)) == (1.0, 6)


@given(st.floats(min_value=0.01, max_value=1e12), st.booleans())
def test_an_axis_has_four_to_six_ticks_and_covers_its_values(
    highest: float, is_chinese: bool
) -> None:
    axis = value_axis([highest], ZH if is_chinese else EN, caption="{unit}")

    assert 4 <= len(axis.ticks) <= 6
    assert axis.maximum >= highest * (1 - 1e-9)
    assert axis.ticks[0].position == 0
    assert axis.ticks[-1].position == axis.maximum
    labels = [tick.label for tick in axis.ticks]
    assert len(set(labels)) == len(labels)


def test_days_name_the_year_once_and_again_when_it_changes() -> None:
    days = [date(2023, 12, 22) + timedelta(days=index) for index in range(24)]

    labels = [tick.label for tick in date_ticks(days, Granularity.DAY, ZH)]

    assert labels == [
        "12月22日\n2023年", "12月26日", "12月30日", "1月3日\n2024年", "1月7日", "1月11日",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("granularity", "zh", "en"),
    [
        (Granularity.DAY, "3月1日\n2024年", "1 Mar\n2024"),
        (Granularity.MONTH, "3月\n2024年", "Mar\n2024"),
        (Granularity.YEAR, "2024年", "2024"),
    ],
)
def test_a_date_tick_speaks_the_language(granularity: Granularity, zh: str, en: str) -> None:
    day = [date(2024, 3, 1)]
    assert date_ticks(day, granularity, ZH)[0].label == zh
    assert date_ticks(day, granularity, EN)[0].label == en


def test_the_peak_of_the_period_is_labelled_and_not_that_of_its_background() -> None:
    period = Period(date(2024, 3, 14), date(2024, 3, 15))
    points = make_points(Period(date(2024, 3, 1), date(2024, 3, 15)))
    points = (replace(points[0], amount=9000.0), *points[1:])

    chart = trend_chart(Trend(Granularity.DAY, points), period, ZH, caption="{unit}")

    assert chart.emphasised == (*[False] * 13, True)
    assert chart.peak is not None
    assert chart.peak.position == 13


def test_many_points_are_a_line_and_few_are_columns() -> None:
    long = make_trend(Period(date(2024, 1, 1), date(2024, 3, 1)))

    assert trend_chart(long, MARCH, ZH, caption="{unit}").as_line
    assert not trend_chart(make_trend(MARCH), MARCH, ZH, caption="{unit}").as_line


def test_categories_beyond_six_are_one_grey_slice() -> None:
    chart = share_chart(make_figures().categories, ZH, total_label="合计", other_label="其他")

    assert [piece.name for piece in chart.slices] == [
        "餐饮", "买菜日用", "购物", "交通", "居住", "通讯", "其他",
    ]  # fmt: skip
    assert chart.slices[-1].colour == OTHER
    assert chart.slices[-1].share == "10.0%"
    assert len({piece.colour for piece in chart.slices}) == 7


def test_seven_categories_need_no_rest() -> None:
    shares = make_figures().categories[:7]

    chart = share_chart(shares, ZH, total_label="合计", other_label="其他")

    assert [piece.name for piece in chart.slices][-1] == "娱乐"


def test_a_category_refunded_below_zero_has_no_slice() -> None:
    shares = (
        CategoryShare("1", "餐饮", "food", 100.0, 3, 1.25),
        CategoryShare("2", "购物", "shopping", -20.0, 1, -0.25),
    )

    chart = share_chart(shares, ZH, total_label="合计", other_label="其他")

    assert [(piece.name, piece.share) for piece in chart.slices] == [("餐饮", "100.0%")]


COLOURS = json.loads(
    (Path(__file__).parents[3] / "tests/contracts/category_colours.json").read_text("utf-8")
)


def test_default_categories_have_the_places_that_the_pages_use() -> None:
    for code, place in COLOURS["by_code"].items():
        assert category_place("7", code) == place
    for example in COLOURS["examples"]:
        assert category_place(example["id"], example["code"]) == example["place"]


@given(st.integers(1, 10**6))
def test_own_categories_made_one_after_another_differ(first: int) -> None:
    colours = {category_colour(str(number), None) for number in range(first, first + 8)}

    assert colours == set(CATEGORICAL)


def test_a_ranking_shows_ten_bars_with_their_values() -> None:
    chart = rank_chart(make_figures().merchants, ZH)

    assert len(chart.bars) == 10
    assert chart.bars[0].label == "¥1,383"
