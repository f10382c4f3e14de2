"""The analysis page: one bar of filters for every chart, kept in the address and under names."""

import re
from pathlib import Path

import pytest
from browsing import assert_fits_and_is_accessible, go, import_file, register, wait_until_ready
from matplotlib.image import imread
from playwright.sync_api import Locator, Page, expect

STATEMENT = (
    "time,amount,merchant,direction,category,place,source,account\n"
    "2024-03-04 08:10:00,12.50,Harbor Bakery,expense,Dining/Breakfast,Ferry Street,,\n"
    "2024-03-04 19:30:00,86.00,Old Mill Diner,expense,Dining/Dinner,Mill Lane,,\n"
    "2024-03-05 19:45:00,94.00,Old Mill Diner,expense,Dining/Dinner,Mill Lane,,\n"
    "2024-04-09 12:00:00,310.00,Anchor Outfitters,expense,Clothing,Ferry Street,,\n"
    "2024-04-10 09:00:00,8000.00,Shipping Company,income,Salary,,,\n"
)
SPRING = "from=2024-01-01&to=2024-05-01"
TABS = ("trend", "shares", "distribution", "time", "ties", "levels", "calendar", "rank")


@pytest.fixture
def page_with_rows(page: Page, base_url: str, tmp_path: Path) -> Page:
    register(page, base_url, lang="en")
    path = tmp_path / "table.csv"
    path.write_text(STATEMENT, encoding="utf-8")
    import_file(page, base_url, path, lang="en")
    return page


def analysis(base_url: str, query: str) -> str:
    return f"{base_url}/?lang=en#/analysis?{query}"


def chips(page: Page) -> Locator:
    return page.locator(".filters [data-chip]")


def test_filters_stand_in_the_address_and_hold_on_every_tab(
    page_with_rows: Page, base_url: str
) -> None:
    page = page_with_rows
    go(page, analysis(base_url, "tab=rank&range=all"))
    main = page.locator("main")
    expect(main).to_contain_text("Anchor Outfitters")
    page.fill(".filters [name=q]", "mill")
    page.press(".filters [name=q]", "Enter")
    wait_until_ready(page)
    assert "q=mill" in page.url
    expect(main.locator(".bar-row")).to_have_count(1)
    for tab in TABS:
        page.click(f"[data-tab={tab}]")
        wait_until_ready(page)
        assert "q=mill" in page.url
        expect(page.locator("#tab-panel .problem, #tab-panel .message-error")).to_have_count(0)
        expect(chips(page)).to_have_text(["Contains “mill”"])
    address = page.url
    page.go_back()
    wait_until_ready(page)
    expect(page.locator("[data-tab=calendar]")).to_have_attribute("aria-selected", "true")
    go(page, address)
    expect(main.locator(".bar-row")).to_have_text(re.compile("Old Mill Diner"))
    page.click("[data-action=clear-filters]")
    wait_until_ready(page)
    assert "q=" not in page.url
    expect(chips(page)).to_have_count(0)
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_chip_is_dropped_by_keyboard_and_the_focus_stays_in_the_bar(
    page_with_rows: Page, base_url: str
) -> None:
    page = page_with_rows
    go(page, analysis(base_url, "tab=rank&range=all&min_amount=90&place=Mill%20Lane"))
    expect(chips(page)).to_have_count(2)
    chips(page).first.focus()
    page.keyboard.press("Enter")
    wait_until_ready(page)
    expect(chips(page)).to_have_text(["Place: Mill Lane"])
    assert page.evaluate("document.querySelector('.filters').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_figures_lead_to_exactly_their_rows(page_with_rows: Page, base_url: str) -> None:
    page = page_with_rows
    total = page.locator(".transactions-total")
    go(page, analysis(base_url, "tab=rank&range=all&q=mill"))
    page.click("#tab-panel .bar-row")
    wait_until_ready(page)
    expect(total).to_contain_text("2 transactions")
    expect(total).to_contain_text("180.00")
    for tab, row, count in (
        ("tab=time&unit=weekday", "Mon", 2),
        ("tab=time&unit=hour", "19:00", 2),
        ("tab=time&unit=month", "Apr", 1),
        ("tab=shares&level=2", "Dinner", 2),
        ("tab=trend&granularity=month", "Mar 2024", 3),
        ("tab=calendar&to=2024-05-01&from=2024-01-01", "4 Mar 2024", 2),
    ):
        go(page, analysis(base_url, f"range=all&{tab}"))
        page.click("[data-part=table-button]")
        page.locator(".card-table").get_by_role("link", name=row, exact=True).click()
        wait_until_ready(page)
        expect(total).to_contain_text(f"{count} transaction")


def test_every_chart_can_be_saved_as_a_picture_of_what_it_covers(
    page_with_rows: Page, base_url: str, tmp_path: Path
) -> None:
    page = page_with_rows
    for tab in TABS:
        go(page, analysis(base_url, f"tab={tab}&{SPRING}&max_amount=5000"))
        foot = page.locator(f".analysis-{tab} .card-foot")
        expect(foot).to_contain_text("1 Jan – 30 Apr 2024 · Amount up to 5000 · Updated")
        with page.expect_download() as saved:
            page.click("[data-part=picture-button]")
        assert re.fullmatch(r"[A-Z][a-z]+ \d{4}-\d\d-\d\d\.png", saved.value.suggested_filename)
        path = tmp_path / f"{tab}.png"
        saved.value.save_as(path)
        box = page.locator(f".analysis-{tab}").bounding_box()
        assert box is not None
        picture = imread(path)
        height, width = picture.shape[:2]
        assert abs(width - 2 * box["width"]) <= 2
        # The drawing itself, and not only the card's ground and words.
        middle = picture[height // 3 : height * 2 // 3].reshape(-1, picture.shape[2])
        assert len({tuple(pixel) for pixel in middle[::7].tolist()}) > 20
    page.click("[data-part=table-button]")
    expect(page.locator("[data-part=picture-button]")).to_be_hidden()
    assert page.complaints == []  # type: ignore[attr-defined]


def test_the_newest_rows_stand_below_their_chart(page_with_rows: Page, base_url: str) -> None:
    page = page_with_rows
    rows = page.locator(".analysis-rows")
    go(page, analysis(base_url, "tab=shares&range=all"))
    expect(rows).to_contain_text("4 transactions, ¥502.50 in all")
    assert rows.locator(".expense-merchant").all_inner_texts()[1:3] == [
        "Anchor Outfitters",
        "Old Mill Diner",
    ]
    go(page, analysis(base_url, "tab=rank&range=all&q=mill"))
    expect(rows).to_contain_text("2 transactions, ¥180.00 in all")
    rows.get_by_role("link", name="All transactions").click()
    wait_until_ready(page)
    expect(page.locator(".transactions-total")).to_contain_text("2 transaction")
    go(page, analysis(base_url, "tab=rank&range=all&q=nothing-of-this-name"))
    expect(rows).to_be_hidden()
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_view_is_kept_opened_renamed_and_deleted(page_with_rows: Page, base_url: str) -> None:
    page = page_with_rows
    go(page, analysis(base_url, "tab=rank&by=place&range=all&min_amount=50"))
    page.click("[data-action=views]")
    page.fill("#view-name", "Large by place")
    page.click("[data-form=save] button")
    view = page.locator(".view-list li")
    expect(view).to_contain_text("Large by place")
    assert_fits_and_is_accessible(page, "saved views")
    page.fill("#view-name", "Large by place")
    page.click("[data-form=save] button")
    expect(page.locator("dialog [role=alert] .message-error")).to_be_visible()
    view.locator("[data-act=rename]").click()
    page.fill("[data-form=rename] input", "Big spots")
    page.keyboard.press("Enter")
    expect(view.locator("a")).to_have_text("Big spots")
    page.click("dialog [data-action=close]")
    go(page, analysis(base_url, "tab=trend"))
    page.click("[data-action=views]")
    page.locator(".view-list a", has_text="Big spots").click()
    wait_until_ready(page)
    assert {"tab=rank", "by=place", "min_amount=50"} <= set(page.url.split("?")[-1].split("&"))
    expect(chips(page)).to_have_text(["Amount from 50"])
    page.click("[data-action=views]")
    page.locator("[data-act=delete]").click()
    page.click("dialog .button-danger")
    expect(page.locator("dialog [data-part=views]")).to_contain_text("No views yet")
    assert page.complaints == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(("lang", "theme"), [("zh-CN", "dark"), ("en", "light")])
def test_the_bar_folds_on_a_phone(
    page_with_rows: Page, base_url: str, lang: str, theme: str
) -> None:
    page = page_with_rows
    page.set_viewport_size({"width": 375, "height": 812})
    go(
        page,
        f"{base_url}/?lang={lang}&theme={theme}#/analysis?tab=rank&range=all&place=Mill%20Lane",
    )
    expect(page.locator(".filters [name=direction]")).to_be_hidden()
    expect(chips(page)).to_be_visible()
    assert_fits_and_is_accessible(page, "folded")
    page.click(".filters-toggle")
    expect(page.locator(".filters [name=direction]")).to_be_visible()
    assert_fits_and_is_accessible(page, "unfolded")
    page.click("[data-action=more-filters]")
    expect(page.locator("dialog [name=place]")).to_have_value("Mill Lane")
    assert_fits_and_is_accessible(page, "further filters")
