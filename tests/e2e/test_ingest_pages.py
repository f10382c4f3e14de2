"""Import, transactions, categories and export through their pages, in a real browser."""

from pathlib import Path

import pytest
import requests
from browsing import assert_fits_and_is_accessible, go, import_file, register, wait_until_ready
from platform_client import wait_for
from playwright.sync_api import Page, expect
from statements import BROKEN_ROWS, household, statement

PAGES = ("import", "transactions", "categories", "export")
ROWS = 700


def with_statement(page: Page, base_url: str, folder: Path, *, lang: str = "zh-CN") -> int:
    """A new reader with a statement; how many rows it has."""
    register(page, base_url, lang=lang)
    frame = household(rows=ROWS)
    path = statement(frame, folder, name="账单.csv", statement_format="platform")
    import_file(page, base_url, path, lang=lang)
    return len(frame)


def rows_of(page: Page) -> str:
    return page.locator(".vlist").get_attribute("aria-rowcount") or ""


def test_a_dry_run_stores_nothing_until_it_is_meant(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url)
    frame = household(rows=ROWS)
    path = statement(frame, tmp_path, name="试试.csv", statement_format="platform")
    go(page, f"{base_url}/#/import")
    page.check("input[name=dry_run]")
    page.set_input_files("input[name=file]", str(path))
    expect(page.locator("main [data-action=for-real]")).to_be_visible(timeout=60_000)
    assert page.locator("main [data-action=undo]").count() == 0
    page.click("main [data-action=for-real]")
    expect(page.locator("main [data-action=undo]").first).to_be_visible(timeout=60_000)
    page.locator(".import-counts a").first.click()
    wait_until_ready(page)
    assert rows_of(page) == str(len(frame) + 1)
    assert page.complaints == []  # type: ignore[attr-defined]


def test_an_import_shows_its_rows_and_is_undone(page: Page, base_url: str, tmp_path: Path) -> None:
    register(page, base_url)
    path = tmp_path / "broken.csv"
    path.write_text(BROKEN_ROWS, encoding="utf-8")
    import_file(page, base_url, path)
    page.click(".import-history a")
    wait_until_ready(page)
    expect(page.locator("#rows-panel")).to_contain_text("2025/13/05")
    with page.expect_download() as download:
        page.click("[data-action=repair]")
    assert "2025/13/05" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    page.click("[data-action=undo]")
    page.locator("dialog .button-danger").click()
    expect(page.locator(".toasts")).to_contain_text("broken.csv", timeout=60_000)
    expect(page.locator("main [data-action=undo]")).to_have_count(0)
    go(page, f"{base_url}/#/transactions")
    expect(page.locator("main .empty")).to_be_visible()
    assert page.complaints == []  # type: ignore[attr-defined]


def test_rows_are_found_mended_and_given_back_by_keyboard(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    total = with_statement(page, base_url, tmp_path)
    go(page, f"{base_url}/#/transactions?direction=expense&sort=-amount")
    assert 1 < int(rows_of(page)) <= total + 1
    page.locator(".vlist").focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    first = page.locator(".vlist-body .vlist-row").first
    before = first.locator(".tx-merchant").inner_text()
    page.keyboard.press("m")
    page.keyboard.type("改过的商户")
    page.keyboard.press("Enter")
    expect(first.locator(".tx-merchant")).to_contain_text("改过的商户")
    page.locator(".toasts [data-action=toast]").click()
    expect(first.locator(".tx-merchant")).to_have_text(before)
    page.locator(".vlist").focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog.panel [name=category_id]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_category_is_changed_in_place_and_stays(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    with_statement(page, base_url, tmp_path)
    go(page, f"{base_url}/#/transactions")
    first = page.locator(".vlist-body .vlist-row").first
    first.locator(".tx-category button").click()
    first.locator("select.tx-editor").select_option(label="旅行")
    expect(first.locator(".tx-category")).to_contain_text("旅行")
    expect(page.locator(".toasts")).to_contain_text("已保存")
    page.reload()
    wait_until_ready(page)
    expect(first.locator(".tx-category")).to_contain_text("旅行")


def test_many_rows_are_chosen_changed_and_deleted(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    total = with_statement(page, base_url, tmp_path)
    go(page, f"{base_url}/#/transactions")
    rows = page.locator(".vlist-body .vlist-row")
    rows.nth(0).locator(".tx-check input").click()
    rows.nth(4).locator(".tx-check input").click(modifiers=["Shift"])
    expect(page.locator(".bulk-bar")).to_contain_text("5")
    page.click(".bulk-bar [data-action=edit]")
    page.fill("dialog [name=note]", "一起改的")
    page.click("dialog .button-primary")
    expect(rows.nth(0).locator(".tx-note")).to_have_text("一起改的")
    page.fill("input[name=q]", "一起改的")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=*")
    wait_until_ready(page)
    assert rows_of(page) == "6"
    page.locator(".vlist").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.locator("dialog .button-danger").click()
    expect(page.locator("main .empty")).to_be_visible(timeout=30_000)
    go(page, f"{base_url}/#/transactions")
    assert rows_of(page) == str(total - 5 + 1)
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_row_is_entered_by_hand(page: Page, base_url: str) -> None:
    register(page, base_url)
    go(page, f"{base_url}/#/transactions")
    page.click("[data-action=add]")
    page.fill("dialog [name=amount]", "23.50")
    page.fill("dialog [name=merchant]", "街角花店")
    page.click("dialog .button-primary")
    expect(page.locator(".vlist-body")).to_contain_text("街角花店")
    expect(page.locator(".transactions-total")).to_contain_text("23.50")


def test_categories_are_made_renamed_and_moved_by_keyboard(page: Page, base_url: str) -> None:
    register(page, base_url)
    go(page, f"{base_url}/#/categories")
    page.click("[data-act=add]")
    page.fill("dialog [name=name]", "宠物")
    page.click("dialog .button-primary")
    chosen = page.locator("[role=treeitem][aria-selected=true]")
    expect(chosen).to_contain_text("宠物")
    level = chosen.get_attribute("aria-level")
    chosen.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(chosen).to_have_attribute("aria-level", str(int(level or 1) + 1))
    page.locator(".toasts [data-action=toast]").first.click()
    expect(chosen).to_have_attribute("aria-level", str(level))
    chosen.focus()
    page.keyboard.press("F2")
    page.fill("dialog [name=name]", "猫咪")
    page.click("dialog .button-primary")
    expect(chosen).to_contain_text("猫咪")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_rule_is_tried_kept_and_applied(page: Page, base_url: str, tmp_path: Path) -> None:
    with_statement(page, base_url, tmp_path)
    go(page, f"{base_url}/#/categories")
    page.locator(".card").nth(1).locator("[data-act=add]").click()
    page.fill(".condition [name=value]", "安居公寓")
    page.select_option("#r-category", label="旅行")
    expect(page.locator("[data-part=preview]")).to_contain_text("安居公寓", timeout=15_000)
    page.click("dialog .button-primary")
    expect(page.locator(".rules")).to_contain_text("安居公寓")
    page.locator(".rule input[role=switch]").first.click()
    expect(page.locator(".rule.is-off")).to_have_count(1)
    assert page.complaints == []  # type: ignore[attr-defined]


def test_export_says_how_much_and_gives_the_file(page: Page, base_url: str, tmp_path: Path) -> None:
    total = with_statement(page, base_url, tmp_path)
    go(page, f"{base_url}/#/export")
    expect(page.locator(".export-count")).to_contain_text(f"{total:,}")
    with page.expect_download() as download:
        page.click("[data-action=download]")
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == total + 1


@pytest.mark.parametrize(
    ("choice", "file"),
    [
        ("format=csv&lang=zh-CN", ("消费记录_2024-01-02_2025-12-31.csv", "时间,金额,")),
        ("format=csv&lang=en", ("expenses_2024-01-02_2025-12-31.csv", "time,amount,")),
        ("format=ndjson", ("消费记录_2024-01-02_2025-12-31.ndjson", '{"time":"2024-01-02T')),
        ("format=xlsx&lang=en", ("expenses_2024-01-02_2025-12-31.xlsx", "PK")),
        ("kind=forecasts&lang=en", ("forecasts_", "date,to (exclusive),period,")),
        ("kind=reports&lang=zh-CN", ("报表清单_", "标题,格式,")),
        ("kind=reports&format=xlsx", ("报表清单_", "PK")),
    ],
)
def test_every_kind_of_export_is_downloaded(
    page: Page, base_url: str, tmp_path: Path, choice: str, file: tuple[str, str]
) -> None:
    name, begins = file
    with_statement(page, base_url, tmp_path)
    go(page, f"{base_url}/#/export?{choice}")
    with page.expect_download() as download:
        page.click("[data-action=download]")
    assert download.value.suggested_filename.startswith(name)
    data = Path(download.value.path()).read_bytes()
    assert data.removeprefix(b"\xef\xbb\xbf").startswith(begins.encode())
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_link_is_opened_without_a_session_and_not_when_changed(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    total = with_statement(page, base_url, tmp_path)
    go(page, f"{base_url}/#/export?format=csv&lang=en")
    page.click("[data-action=link]")
    address = page.locator("#e-link").input_value()
    stranger = requests.get(address, timeout=30)
    assert stranger.status_code == 200
    assert len(stranger.content.splitlines()) == total + 1
    assert "expenses_2024-01-02_2025-12-31.csv" in stranger.headers["Content-Disposition"]
    assert requests.head(address, timeout=30).status_code == 200
    changed = requests.get(address[:-1] + ("A" if address[-1] != "A" else "B"), timeout=30)
    assert changed.status_code == 403
    assert changed.headers["Content-Type"] == "application/problem+json"
    assert "链接无效" in changed.json()["detail"]


def test_a_forecast_that_was_made_stands_in_its_list(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    with_statement(page, base_url, tmp_path)

    def listed() -> list[str]:
        # A busy machine's forecast service may not have heard of the rows within its bounded wait.
        go(page, f"{base_url}/#/forecast")
        go(page, f"{base_url}/#/export?kind=forecasts&lang=en")
        page.click("[data-action=link]")
        address = page.locator("#e-link").input_value()
        return requests.get(address, timeout=30).text.splitlines()

    lines = wait_for(listed, lambda found: len(found) > 1)
    assert ",total," in lines[1]


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_with_rows_fit_a_phone_and_are_accessible(
    page: Page, base_url: str, tmp_path: Path, lang: str, theme: str
) -> None:
    with_statement(page, base_url, tmp_path, lang=lang)
    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": 860})
        for name in PAGES:
            go(page, f"{base_url}/?lang={lang}&theme={theme}#/{name}")
            assert_fits_and_is_accessible(page, f"{name} at {width}")
    assert page.complaints == []  # type: ignore[attr-defined]


NOBODY_KNOWS = """Kontoauszug;;;;
Am;Wer;Wieviel;Art;Bemerkung
{0}.03.2024;Bäckerei Kornblume;3,20;Aus;Kartenzahlung
{1}.03.2024;Buchladen am Eck;1.024,90;Aus;
{2}.03.2024;Muster GmbH;2.100,00;Ein;Gehalt März
"""


def choose_table(page: Page, base_url: str, path: Path, *, lang: str = "zh-CN") -> None:
    go(page, f"{base_url}/?lang={lang}#/import")
    page.set_input_files("input[name=file]", str(path))


def test_a_table_nobody_knows_is_explained_once_and_then_goes_through(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url)
    path = tmp_path / "konto.csv"
    path.write_text(NOBODY_KNOWS.format("05", "06", "07"), encoding="utf-8")
    choose_table(page, base_url, path)
    page.locator(".import-item a[href*='view=map']").click(timeout=60_000)
    wait_until_ready(page)
    rows = page.locator(".map-preview tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("05.03.2024→2024-03-05")
    page.select_option("[name=date_order]", "mdy")
    expect(rows.nth(0)).to_contain_text("2024-05-03")
    page.select_option("[name=date_order]", "dmy")
    page.select_option("[name=decimal]", ".")
    expect(page.locator(".map-preview .error-text")).to_have_count(3)
    page.select_option("[name=decimal]", ",")
    expect(rows.nth(1)).to_contain_text("1,024.90")
    # The column that tells the direction does so in words of its own.
    page.get_by_label("“Art”的含义").select_option("direction")
    page.locator("[data-word=Ein]").select_option("income")
    page.locator("[data-word=Aus]").select_option("expense")
    expect(rows.nth(2)).to_contain_text("收入")
    page.select_option("[name=category_id]", label="旅行")
    expect(rows.nth(0)).to_contain_text("旅行")
    page.fill("[name=currency]", "EUR")
    page.keyboard.press("Tab")
    expect(rows.nth(0)).to_contain_text("EUR")
    page.click("form .button-primary")
    expect(page.locator("main [data-action=undo]").first).to_be_visible(timeout=60_000)
    page.locator(".import-counts a").first.click()
    wait_until_ready(page)
    assert rows_of(page) == "4"
    expect(page.locator(".vlist-body")).to_contain_text("Buchladen am Eck")
    path.write_text(NOBODY_KNOWS.format("15", "16", "17"), encoding="utf-8")
    choose_table(page, base_url, path)
    expect(page.locator(".import-item .import-counts")).to_contain_text("3", timeout=60_000)
    expect(page.locator(".mapping-name")).to_contain_text("Am · Wer · Wieviel · Art · Bemerkung")
    page.click("[data-forget]")
    page.locator("dialog .button-danger").click()
    expect(page.locator(".import-mappings")).to_be_hidden()
    assert page.complaints == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_mapping_of_columns_fits_a_phone_and_is_accessible(
    page: Page, base_url: str, tmp_path: Path, lang: str, theme: str
) -> None:
    register(page, base_url, lang=lang)
    path = tmp_path / "konto.csv"
    path.write_text(NOBODY_KNOWS.format("05", "06", "07"), encoding="utf-8")
    choose_table(page, base_url, path, lang=lang)
    link = page.locator(".import-item a[href*='view=map']")
    expect(link).to_be_visible(timeout=60_000)
    view = (link.get_attribute("href") or "").removeprefix("#")
    for width in (375, 1280):
        page.set_viewport_size({"width": width, "height": 860})
        go(page, f"{base_url}/?lang={lang}&theme={theme}#{view}")
        expect(page.locator(".map-preview tbody tr")).to_have_count(3)
        assert_fits_and_is_accessible(page, f"mapping at {width}")
    assert page.complaints == []  # type: ignore[attr-defined]
