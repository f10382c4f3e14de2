"""Categories changed in an exported sheet: imported again they are the word of a person."""

from __future__ import annotations

import csv
import io
from typing import Any

import factories as f
import pytest
from factories import Row
from fakes import Client

LUNCH = Row(number="2024030522001400000001")
COFFEE = Row(time="2024-03-05 09:00:00", merchant="瑞幸", item="拿铁", amount="16.00", number="C1")
NAMELESS = Row(time="2024-03-06 09:00:00", merchant="小店", item="杂物", amount="7.00", number="")


@pytest.fixture
def mine(client: Client) -> Client:
    client.import_file(f.alipay_2023([LUNCH, COFFEE, NAMELESS]))
    return client


def exported(client: Client, lang: str = "zh-CN") -> str:
    answer = client.get("/data/export", query_string={"format": "csv", "lang": lang})
    assert answer.status_code == 200
    return answer.get_data().decode("utf-8-sig")


def edited(text: str, merchant: str, category: str) -> bytes:
    """The sheet with another category beside a merchant, as a spreadsheet saves it."""
    header, *lines = csv.reader(io.StringIO(text))
    where = {name: at for at, name in enumerate(header)}
    named = where.get("商户", where.get("merchant", 0))
    cell = where.get("分类", where.get("category", 0))
    for line in lines:
        if line[named] == merchant:
            line[cell] = category
    told = io.StringIO()
    csv.writer(told).writerows([header, *lines])
    return told.getvalue().encode("utf-8-sig")


def counts(record: Any) -> tuple[int, int, int, int]:
    names = ("rows_success", "rows_updated", "rows_duplicate", "rows_failed")
    added, updated, known, failed = (record[name] for name in names)
    return added, updated, known, failed


def undo(client: Client, record: Any) -> None:
    assert client.call("DELETE", f"/data/imports/{record['id']}").status_code == 202
    client.work()


def shown(client: Client) -> list[Any]:
    """The rows with the paths of their categories, which an undo makes and takes away."""
    paths = {item["id"]: item["path"] for item in client.json("/categories")["items"]}
    return [{**row, "category_id": paths[row["category_id"]]} for row in client.expenses()]


def category(client: Client, merchant: str) -> tuple[str, str]:
    (row,) = [row for row in shown(client) if row["merchant"] == merchant]
    return row["category_id"], row["category_source"]


def choose(client: Client, merchant: str, code: str) -> None:
    (row,) = [row for row in client.expenses() if row["merchant"] == merchant]
    found = next(c["id"] for c in client.json("/categories")["items"] if c["code"] == code)
    change = {"category_id": found}
    assert client.call("PATCH", f"/expenses/{row['id']}", json=change).status_code == 200


@pytest.mark.parametrize("merchant", ["瑞幸", "小店"])
def test_a_changed_category_counts_is_foretold_and_undone(
    client: Client, mine: Client, merchant: str
) -> None:
    before = shown(client)
    sheet = edited(exported(mine), merchant, "我的/新类")
    dry = client.import_file(sheet, "dry.csv", dry_run="true")
    assert (counts(dry), shown(client)) == ((0, 1, 3, 0), before)
    record = client.import_file(sheet, "sheet.csv")
    assert counts(record) == (0, 1, 3, 0)
    assert category(client, merchant) == ("我的/新类", "user")
    again = client.import_file(sheet, "sheet.csv", force="true")
    assert counts(again) == (0, 0, 3, 0)
    undo(client, again)
    assert category(client, merchant) == ("我的/新类", "user")
    undo(client, record)
    assert shown(client) == before
    assert "我的" not in {item["path"] for item in client.json("/categories")["items"]}


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_a_sheet_in_which_nothing_was_changed_changes_nothing(
    client: Client, mine: Client, lang: str
) -> None:
    sheet = exported(mine, lang).encode()
    choose(client, "瑞幸", "housing")
    before = client.expenses()
    assert counts(client.import_file(sheet)) == (0, 0, 3, 0)
    assert client.expenses() == before


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_what_a_person_chose_after_the_export_stays(
    client: Client, mine: Client, lang: str
) -> None:
    choose(client, "瑞幸", "housing")
    sheet = edited(exported(mine, lang), "瑞幸", "我的")
    choose(client, "瑞幸", "transport")
    kept = client.expenses()
    assert counts(client.import_file(sheet)) == (0, 0, 3, 0)
    assert client.expenses() == kept
    choose(client, "瑞幸", "housing")
    assert counts(client.import_file(sheet, "again.csv", force="true")) == (0, 1, 3, 0)
    assert category(client, "瑞幸") == ("我的", "user")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_sheets_are_undone_in_either_order(
    client: Client, mine: Client, order: tuple[int, int]
) -> None:
    before = shown(client)
    records = [
        client.import_file(edited(exported(mine), "瑞幸", name), f"{name}.csv")
        for name in ("甲类", "乙类")
    ]
    assert category(client, "瑞幸") == ("乙类", "user")
    undo(client, records[order[0]])
    assert category(client, "瑞幸")[0] == ("乙类", "甲类")[order[0]]
    undo(client, records[order[1]])
    assert shown(client) == before


def test_what_a_person_chose_after_the_sheet_outlives_its_undo(
    client: Client, mine: Client
) -> None:
    record = client.import_file(edited(exported(mine), "瑞幸", "我的"))
    choose(client, "瑞幸", "housing")
    chosen = category(client, "瑞幸")
    undo(client, record)
    assert category(client, "瑞幸") == chosen


def test_an_emptied_category_is_no_word(client: Client, mine: Client) -> None:
    before = client.expenses()
    assert counts(client.import_file(edited(exported(mine), "瑞幸", ""))) == (0, 0, 3, 0)
    assert client.expenses() == before
