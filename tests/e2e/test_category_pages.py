"""Categories that the model gives and suggests, through the pages, in a real browser."""

from pathlib import Path

from browsing import assert_fits_and_is_accessible, go, import_file, register, wait_until_ready
from playwright.sync_api import Page, expect

SURE, UNSURE = "Old Harbor Espresso Bar", "Old Town Harbor Rentals Espresso"
STATEMENT = (
    "time,amount,merchant,direction\n"
    f"2024-03-05 12:00:00,12.50,{SURE},expense\n"
    f"2024-03-06 12:00:00,13.50,{UNSURE},expense\n"
    f"2024-03-07 12:00:00,14.50,{UNSURE},expense\n"
)


def test_a_guess_says_how_sure_it_is_and_a_suggestion_is_taken_with_one_click(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url)
    path = tmp_path / "bank.csv"
    path.write_text(STATEMENT, encoding="utf-8")
    import_file(page, base_url, path)
    go(page, f"{base_url}/?lang=zh-CN#/transactions")
    guessed = page.locator(".vlist-body .vlist-row", has_text=SURE)
    assert "由模型判断，把握" in (
        guessed.locator("[data-edit=category]").get_attribute("title") or ""
    )
    suggested = page.locator(".vlist-body .tx-suggested")
    expect(suggested).to_have_count(2)
    assert_fits_and_is_accessible(page, "transactions with suggestions")
    suggested.first.click()
    expect(suggested).to_have_count(1)
    # The rule that the correction suggests is learnt, and applied to the other row.
    page.click("[data-part=suggestion] [data-action=accept]")
    expect(suggested).to_have_count(0)
    go(page, f"{base_url}/?lang=zh-CN#/categories")
    expect(page.locator(".rule .tag")).to_have_text("从修改中学到")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_the_model_is_let_loose_on_open_rows_after_a_count(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url, lang="en")
    path = tmp_path / "bank.csv"
    path.write_text(STATEMENT, encoding="utf-8")
    import_file(page, base_url, path, lang="en")
    go(page, f"{base_url}/?lang=en#/categories")
    page.click("[data-act=classify]")
    # What the model is sure of was decided by the import.
    expect(page.locator("dialog [data-part=count]")).to_contain_text(
        "0 would change", timeout=15_000
    )
    expect(page.locator("dialog .button-primary")).to_be_disabled()
    page.keyboard.press("Escape")
    go(page, f"{base_url}/?lang=en#/transactions")
    page.locator(".vlist-body .vlist-row", has_text=UNSURE).first.locator(".tx-merchant").click()
    page.click("dialog [data-part=guess] [data-action=take]")
    expect(page.locator(".vlist-body .tx-suggested")).to_have_count(1)
    wait_until_ready(page)
    assert page.complaints == []  # type: ignore[attr-defined]
