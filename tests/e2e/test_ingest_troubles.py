"""What the import and transaction pages do when something goes wrong, or on in the background."""

import json
from pathlib import Path

from browsing import PASSWORD, go, import_file, register, wait_until_ready
from playwright.sync_api import Page, Route, expect
from statements import BROKEN_ROWS, household, statement

ONE_ROW = "时间,金额,商户,分类\n2025-03-01 08:00:00,{amount},巷口豆浆铺,餐饮/早餐\n"
DROP = """([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name));
  for (const type of ["dragover", "drop"]) {
    const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: carried });
    document.querySelector("h1").dispatchEvent(event);
  }
}"""


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_queue_passes_a_bad_file_and_lets_go_of_one_that_waits(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url)
    go(page, f"{base_url}/#/import")
    held: list[Route] = []
    page.route("**/data/import", lambda route: held.append(route), times=1)  # noqa: PLW0108 - Playwright marks its handlers
    files = [
        write(tmp_path, "甲.csv", ONE_ROW.format(amount="1.00")),
        write(tmp_path, "空.csv", ""),
        write(tmp_path, "乙.csv", ONE_ROW.format(amount="2.00")),
        write(tmp_path, "丙.csv", ONE_ROW.format(amount="3.00")),
    ]
    page.set_input_files("input[name=file]", files)
    names = page.locator(".import-item .import-name")
    expect(names).to_have_text(["甲.csv", "空.csv", "乙.csv", "丙.csv"])
    page.locator(".import-item").nth(2).locator("[data-action=dismiss]").click()
    expect(names).to_have_text(["甲.csv", "空.csv", "丙.csv"])
    held[0].continue_()
    expect(page.locator("main .import-item [data-action=undo]")).to_have_count(2, timeout=60_000)
    expect(page.locator(".import-item").nth(1)).to_contain_text("文件是空的")
    expect(page.locator(".import-history tbody tr")).to_have_count(2)


def test_a_file_dropped_beside_the_zone_is_imported(page: Page, base_url: str) -> None:
    register(page, base_url)
    go(page, f"{base_url}/#/import")
    page.evaluate(DROP, ["拖来的.csv", ONE_ROW.format(amount="4.00")])
    expect(page.locator(".import-item")).to_contain_text("拖来的.csv")
    expect(page.locator(".import-item [data-action=undo]")).to_be_visible(timeout=60_000)


def test_a_reload_finds_the_import_that_goes_on(page: Page, base_url: str, tmp_path: Path) -> None:
    register(page, base_url)
    import_file(page, base_url, Path(write(tmp_path, "在途.csv", ONE_ROW.format(amount="5.00"))))

    def still_running(route: Route) -> None:
        answer = route.fetch()
        told = answer.json()
        for item in told.get("items", [told]):
            item.update(status="running", progress={"done": 4, "total": 10, "stage": "storing"})
        route.fulfill(response=answer, body=json.dumps(told))

    page.route("**/data/imports**", still_running)
    page.reload()
    wait_until_ready(page)
    expect(page.locator(".import-item progress")).to_be_visible()
    expect(page.locator(".import-item")).to_contain_text("写入流水 · 40% · 4 / 10")
    page.unroute_all(behavior="wait")
    expect(page.locator(".import-item [data-action=undo]")).to_be_visible(timeout=30_000)


def test_rows_that_failed_are_mended_and_complete_the_import(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url)
    import_file(page, base_url, Path(write(tmp_path, "broken.csv", BROKEN_ROWS)))
    with page.expect_download() as download:
        page.click(".import-item [data-action=repair]")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    mended = write(
        tmp_path, "mended.csv", text.replace("2025/13/05", "2025-03-05").replace("一百元", "100")
    )
    page.set_input_files("input[name=repaired]", mended)
    first = page.locator(".import-item").nth(0)
    expect(first).to_contain_text("修复", timeout=60_000)
    expect(first.locator("[data-action=undo]")).to_be_visible(timeout=60_000)
    # The first import is told anew: nothing of it is missing any more.
    repaired = page.locator(".import-item").nth(1)
    expect(repaired.locator(".import-counts")).to_contain_text("新增4")
    expect(repaired.locator("[data-part=errors]")).to_have_count(0)
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_service_that_is_down_is_told_and_tried_again(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    register(page, base_url)
    path = statement(household(rows=400), tmp_path, name="账单.csv", statement_format="platform")
    import_file(page, base_url, path)
    down = {"type": "/problems/bad-gateway", "title": "Bad gateway", "status": 502}
    page.route("**/expenses**", lambda route: route.fulfill(
        status=502, content_type="application/problem+json", body=json.dumps(down),
    ))  # fmt: skip
    go(page, f"{base_url}/#/transactions")
    expect(page.locator("main [role=alert]")).to_contain_text("服务暂时不可用，请稍后重试。")
    page.unroute("**/expenses**")
    page.route("**/expenses/positions**", lambda route: route.abort())
    page.click("main [data-action=retry]")
    # The first rows are there although the rest cannot be counted, and all are not for choosing.
    expect(page.locator(".vlist-body .vlist-row").first).to_be_visible()
    expect(page.locator("main [role=alert]")).to_contain_text("连不上服务器")
    page.locator(".vlist [data-action=all]").click()
    expect(page.locator(".bulk-bar")).to_be_hidden()
    page.unroute("**/expenses/positions**")
    page.click("main [data-action=retry]")
    expect(page.locator(".vlist")).to_have_attribute("aria-rowcount", "401")
    expect(page.locator("main [role=alert]")).to_have_count(0)


def test_a_session_that_ended_leads_back_to_the_same_rows(
    page: Page, base_url: str, tmp_path: Path
) -> None:
    email = register(page, base_url)
    import_file(page, base_url, Path(write(tmp_path, "一条.csv", ONE_ROW.format(amount="6.00"))))
    go(page, f"{base_url}/#/transactions")
    page.context.clear_cookies()
    page.route("**/expenses?**", lambda route: route.fulfill(status=401, body="{}"), times=1)
    page.fill("input[name=q]", "豆浆")
    page.keyboard.press("Enter")
    page.wait_for_url("**#/login**")
    page.fill("input[name=identifier]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**#/transactions?q=**")
    wait_until_ready(page)
    expect(page.locator(".vlist-body")).to_contain_text("巷口豆浆铺")
    expect(page.locator("input[name=q]")).to_have_value("豆浆")
