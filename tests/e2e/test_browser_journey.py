"""The same journey through the pages, in a real browser."""

from pathlib import Path

import pytest
from browsing import (
    assert_fits_and_is_accessible,
    go,
    import_file,
    register,
    wait_until_ready,
)
from playwright.sync_api import Page, expect
from statements import BROKEN_ROWS, household, statement


def test_person_registers_imports_and_sees_where_the_money_went(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url)
    frame = household()
    import_file(
        page, base_url, statement(frame, tmp_path, name="支付宝.csv", statement_format="alipay")
    )
    expect(page.locator("main")).to_contain_text(f"{len(frame):,}")
    go(page, f"{base_url}/?lang=zh-CN#/dashboard?from=2025-01-01&to=2026-01-01")
    expect(page.locator("main")).to_contain_text("居住")
    assert page.locator("main canvas").count() >= 2
    assert page.complaints == []  # type: ignore[attr-defined]


def test_error_rows_are_shown_with_number_and_reason_in_the_readers_language(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url)
    path = tmp_path / "broken.csv"
    path.write_text(BROKEN_ROWS, encoding="utf-8")
    import_file(page, base_url, path)
    main = page.locator("main")
    expect(main).to_contain_text("2025/13/05")
    expect(main).to_contain_text("一百元")
    assert page.complaints == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("lang", "words"), [("zh-CN", "账号或密码不正确"), ("en", "Wrong account or password")]
)
def test_wrong_password_is_explained(page: Page, base_url: str, lang: str, words: str) -> None:
    go(page, f"{base_url}/?lang={lang}#/login")
    page.fill("input[name=identifier]", "nobody@example.com")
    page.fill("input[name=password]", "not-the-password")
    page.click("button[type=submit]")
    expect(page.locator("body")).to_contain_text(words)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_fit_a_phone_and_are_accessible(
    page: Page, base_url: str, lang: str, theme: str
) -> None:
    page.set_viewport_size({"width": 375, "height": 812})
    register(page, base_url, lang=lang)
    for name in ("dashboard", "import", "transactions", "reports", "settings"):
        go(page, f"{base_url}/?lang={lang}&theme={theme}#/{name}")
        assert_fits_and_is_accessible(page, name)
    assert page.complaints == []  # type: ignore[attr-defined]


def test_person_signs_out_and_the_back_button_shows_nothing(page: Page, base_url: str) -> None:
    register(page, base_url)
    status = page.evaluate(
        "fetch('/auth/refresh', {method: 'POST'}).then(r => r.json())"
        ".then(t => fetch('/auth/logout', {method: 'POST',"
        " headers: {Authorization: 'Bearer ' + t.access_token}})).then(r => r.status)"
    )
    assert status == 204
    go(page, f"{base_url}/#/dashboard")
    expect(page.locator("input[name=identifier]")).to_be_visible()
    page.go_back()
    wait_until_ready(page)
    expect(page.locator("input[name=identifier]")).to_be_visible()


def test_report_is_made_and_downloaded_from_its_page(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url)
    frame = household(rows=800)
    import_file(
        page, base_url, statement(frame, tmp_path, name="账单.csv", statement_format="wechat")
    )
    expect(page.locator("main")).to_contain_text(f"{len(frame):,}")
    go(page, f"{base_url}/?lang=zh-CN#/reports")
    page.locator("main form .button-primary").click()
    link = page.locator("main [data-action=download]").first
    expect(link).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        link.click()
    assert Path(download.value.path()).read_bytes().startswith((b"%PDF", b"PK"))
