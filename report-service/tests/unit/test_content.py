import string
from dataclasses import replace
from datetime import date

import pytest
from factories import make_edition, make_empty_figures, make_figures

from report_service.domain.content import build_document
from report_service.domain.document import Document, Table, Tone
from report_service.domain.figures import Figures, MissingForecast, Overview
from report_service.domain.report import Filters, Period, Section
from report_service.domain.words import CATALOGUES


def document_of(figures: Figures | None = None, **changes: object) -> Document:
    return build_document(make_edition(figures, **changes))


def with_overview(**changes: object) -> Figures:
    figures = make_figures()
    overview: Overview = replace(figures.overview, **changes)  # type: ignore[arg-type]
    return replace(figures, overview=overview)


def tables_of(document: Document) -> list[Table]:
    return [b for s in document.sections for b in s.blocks if isinstance(b, Table)]


def test_both_languages_have_the_same_texts() -> None:
    zh, en = CATALOGUES["zh-CN"], CATALOGUES["en"]
    assert zh.keys() == en.keys()
    for key, text in zh.items():
        fields = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        others = {name for _, name, _, _ in string.Formatter().parse(en[key]) if name}
        assert fields == others, key


def test_the_answer_comes_first() -> None:
    document = document_of()

    assert document.title == "消费报告 2024-03-01 ～ 2024-03-31"
    assert document.hero.value == "¥8,642.35"
    assert document.hero.note == "31 天，187 笔"
    assert document.answer == "这段时间共支出 ¥8,642.35，比上一区间多 8.2%。"
    assert [(kpi.value, kpi.tone) for kpi in document.kpis] == [
        ("▲ 8.2%", Tone.RISE),
        ("¥278.79", Tone.PLAIN),
        ("餐饮", Tone.PLAIN),
        ("盒马鲜生（望京店）", Tone.PLAIN),
    ]


def test_english_is_english_throughout_but_for_names() -> None:
    document = document_of(locale="en")

    assert document.title == "Spending report, 1–31 Mar 2024"
    assert document.answer == "You spent ¥8,642.35, 8.2% more than in the period before."
    assert document.hero.note == "31 days, 187 transactions"
    assert document.kpis[2].value == "Dining"
    assert tables_of(document)[0].rows[0].cells == ("Dining", "60", "2,592.70", "30.0%")
    assert document.page_label == "Page {page} of {pages}"


@pytest.mark.parametrize(
    ("ratio", "value", "tone", "answer"),
    [
        (-0.25, "▼ 25.0%", Tone.FALL, "比上一区间少 25.0%"),
        (0.0001, "0.0%", Tone.PLAIN, "与上一区间持平"),
        (None, "—", Tone.PLAIN, "上一区间没有支出可比"),
    ],
)
def test_the_change_is_told_by_word_and_mark(
    ratio: float | None, value: str, tone: Tone, answer: str
) -> None:
    document = document_of(with_overview(change_ratio=ratio))

    assert (document.kpis[0].value, document.kpis[0].tone) == (value, tone)
    assert answer in document.answer


def test_one_of_something_is_singular() -> None:
    document = document_of(with_overview(count=1), locale="en")

    assert document.hero.note == "31 days, 1 transaction"
    assert "12 transactions in JPY, 1 transaction in USD" in "".join(document.notes.items)


def test_what_was_left_out_is_counted() -> None:
    notes = document_of().notes.items

    assert "只统计 CNY；其他币种未换算、未计入：JPY 12 笔、USD 1 笔。" in notes


def test_a_period_without_spending_says_so_and_draws_nothing() -> None:
    document = document_of(make_empty_figures())

    assert document.answer == "这段时间没有支出，试试更长的范围。"
    assert [section.heading for section in document.sections] == ["预测"]
    assert [kpi.value for kpi in document.kpis] == ["—", "¥0.00", "—", "—"]


@pytest.mark.parametrize("reason", MissingForecast)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_a_missing_forecast_has_a_reason(reason: MissingForecast, locale: str) -> None:
    document = document_of(replace(make_figures(), forecast=reason), locale=locale)

    assert document.sections[-1].answer == CATALOGUES[locale][f"forecast.{reason}"]
    assert document.sections[-1].blocks == ()


def test_the_forecast_states_its_range_and_its_error() -> None:
    section = document_of().sections[-1]

    assert section.answer == (
        "预计 2024-04-01 ～ 2024-04-28 支出约 ¥5,321.40，八成可能在 ¥4,500.00 到 ¥6,200.00 之间。"
    )
    text = "".join(getattr(block, "text", "") for block in section.blocks)
    assert "最近 3 次回测，合计的典型误差为 ¥482.50（9.1%）" in text


def test_only_the_chosen_sections_are_printed() -> None:
    document = document_of(sections=(Section.MERCHANTS,))

    assert [section.heading for section in document.sections] == ["商户"]


def test_filters_are_named_on_the_cover_and_in_the_notes() -> None:
    filters = Filters(category_id="1", merchant="盒马", min_amount="10", max_amount="99", q="早")

    document = document_of(filters=filters)

    expected = "分类为“餐饮”；商户为“盒马”；文字含“早”；金额不低于 ¥10.00；金额不高于 ¥99.00"
    assert ("筛选", expected) in document.facts
    assert any(expected in note for note in document.notes.items)


def test_the_category_table_ends_with_the_total() -> None:
    last = tables_of(document_of())[0].rows[-1]

    assert (last.cells, last.is_total) == (("合计", "187", "8,642.35", "100.0%"), True)


def test_an_expense_is_filed_under_its_top_category() -> None:
    expenses = tables_of(document_of())[2]

    assert expenses.rows[0].cells[:3] == ("2024-03-01", "盒马鲜生（望京店）", "餐饮")
    assert expenses.rows[3].cells[1] == "（未写明商户）"


def test_a_period_in_years_names_its_months() -> None:
    figures = make_figures(Period(date(2023, 1, 1), date(2024, 1, 1)))

    assert "支出最高的月份是 2023年" in document_of(figures).sections[0].answer
