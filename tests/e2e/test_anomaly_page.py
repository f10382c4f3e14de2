"""What stands out in a year of spending, through the page, in a real browser."""

from datetime import date, timedelta
from pathlib import Path

from browsing import assert_fits_and_is_accessible, go, import_file, register, wait_until_ready
from playwright.sync_api import Page, expect

FIRST = date(2023, 9, 1)
SPIKE = FIRST + timedelta(days=150)


def statement(path: Path) -> Path:
    """Lunches, one of them charged twice, a dear dinner, a subscription that became dearer."""

    def lunch(offset: int, clock: str) -> str:
        cents = 1800 + offset * 397 % 1400
        day = FIRST + timedelta(days=offset)
        return f"{day} {clock},{cents / 100:.2f},Noodle House,餐饮,expense"

    lines = ["time,amount,merchant,category,direction"]
    lines += [lunch(offset, "12:10:05") for offset in range(200)]
    lines.append(lunch(120, "12:10:45"))
    lines.append(f"{SPIKE} 19:30:00,888.00,Grand Hotel,餐饮,expense")
    for at, amount in enumerate((15, 15, 15, 15, 18)):
        day = FIRST + timedelta(days=30 * at)
        lines.append(f"{day} 09:00:00,{amount},Video Club,娱乐,expense")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_anomalies_are_read_judged_silenced_and_taken_back(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url, lang="en")
    go(page, f"{base_url}/?lang=en#/anomalies")
    expect(page.locator("main .message")).to_contain_text("Not enough history")
    import_file(page, base_url, statement(tmp_path / "year.csv"), lang="en")

    go(page, f"{base_url}/?lang=en#/anomalies?scope=transaction")
    dinner = page.locator("[data-id^=tx-]", has_text="Grand Hotel")
    expect(dinner).to_contain_text("Critical")
    expect(page.locator("[data-id^=tx-]", has_text="Video Club")).to_contain_text("up 20% from")
    twice = page.locator("[data-id^=tx-]", has_text="the same charge again")
    expect(twice).to_contain_text("within 40 seconds")
    assert_fits_and_is_accessible(page, "anomalies")

    # By the keyboard: confirm the dinner, call the repeated lunch normal, and undo that.
    dinner.get_by_role("button", name="Confirm").focus()
    page.keyboard.press("Enter")
    expect(dinner.locator(".tag")).to_have_text("Confirmed")
    expect(page.locator(".kpi", has_text="Right so far")).to_contain_text("100%")
    twice.get_by_role("button", name="Normal").click()
    expect(twice).to_have_count(0)
    expect(page.locator(".kpi", has_text="Right so far")).to_contain_text("50%")
    page.locator(".toast", has_text="Called normal").get_by_role("button", name="Undo").click()
    expect(twice).to_have_count(1)

    dinner.get_by_role("link", name="See it").click()
    wait_until_ready(page)
    expect(page.locator(".vlist-body .vlist-row")).to_have_count(1)
    assert page.complaints == []  # type: ignore[attr-defined]


def test_the_address_filters_and_the_dashboard_leads_there(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url)
    import_file(page, base_url, statement(tmp_path / "year.csv"))
    go(page, f"{base_url}/?lang=zh-CN#/dashboard?range=all")
    page.locator(".kpi", has_text="异常").click()
    wait_until_ready(page)
    assert "#/anomalies?level=warning" in page.url
    page.select_option("select[name=scope]", "day")
    page.select_option("select[name=method]", "3sigma")
    wait_until_ready(page)
    assert "scope=day" in page.url
    assert "method=3sigma" in page.url
    expect(page.locator(f"[data-id=day-{SPIKE}]")).to_contain_text("标准差")
    expect(page.locator("[data-id^=tx-]")).to_have_count(0)
    page.set_viewport_size({"width": 375, "height": 812})
    assert_fits_and_is_accessible(page, "anomalies on a phone")
    assert page.complaints == []  # type: ignore[attr-defined]
