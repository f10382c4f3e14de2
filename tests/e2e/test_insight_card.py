"""What stands out in a month, on the dashboard: a sentence, its parts, and the rows behind it."""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from browsing import assert_fits_and_is_accessible, go, import_file, register, wait_until_ready
from playwright.sync_api import Locator, Page, expect

FIRST = date(2023, 9, 1)
DAYS = 182
LAST_MONTH = date(2024, 2, 1)


def statement(path: Path) -> Path:
    """A lunch on each day of half a year; in its last month tea at a new house besides."""
    lines = ["time,amount,merchant,category,direction"]
    for offset in range(DAYS):
        day = FIRST + timedelta(days=offset)
        lines.append(f"{day} 12:10:05,{18 + offset % 5}.50,Noodle House,餐饮,expense")
        lines.append(f"{day} 08:05:00,4.00,Metro,交通,expense")
        if day >= LAST_MONTH and offset % 2:
            lines.append(f"{day} 15:30:00,{24 + offset % 3}.50,Tea House,餐饮,expense")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def cents(cell: Locator) -> Decimal:
    return Decimal(re.sub(r"[^\d.−-]", "", cell.inner_text()).replace("−", "-"))


def test_an_insight_unfolds_into_parts_that_add_up_and_leads_to_its_rows(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url, lang="en")
    import_file(page, base_url, statement(tmp_path / "half-year.csv"), lang="en")
    go(page, f"{base_url}/?lang=en#/dashboard?range=all")
    card = page.locator(".card", has_text="What stands out")
    expect(card).to_contain_text("Feb 2024")
    item = card.locator("li", has_text="Dining").first
    expect(item).to_contain_text("above your usual")
    item.locator("summary").focus()
    page.keyboard.press("Enter")
    rows = item.locator("tbody tr")
    changes = [cents(row.locator("td").last) for row in rows.all()]
    assert len(changes) > 1
    assert sum(changes[:-1]) == changes[-1]
    assert_fits_and_is_accessible(page, "dashboard with an insight unfolded")

    link = item.get_by_role("link", name=re.compile(r"View \d+ transactions"))
    told = int(re.sub(r"\D", "", link.inner_text()))
    link.click()
    wait_until_ready(page)
    expect(page.locator("main")).to_contain_text(f"{told} transactions")
    page.go_back()
    wait_until_ready(page)
    expect(card.locator("li").first).to_be_visible()
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_person_with_one_purchase_sees_no_insights(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url)
    path = tmp_path / "week.csv"
    path.write_text("time,amount,merchant\n2024-03-04 12:00:00,20.00,面馆\n", encoding="utf-8")
    import_file(page, base_url, path)
    go(page, f"{base_url}/?lang=zh-CN#/dashboard?range=all")
    expect(page.locator(".card", has_text="商户排行")).to_be_visible()
    expect(page.locator(".card", has_text="值得留意")).to_be_hidden()
