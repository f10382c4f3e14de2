"""Row errors and the file in which they are repaired."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import factories as f
from factories import Row
from fakes import Client

GOOD = Row()
BAD_AMOUNT = Row(time="2024-03-05 09:00:00", merchant="=瑞幸", amount="很多", number="C1")
BAD_TIME = Row(time="昨天", merchant="盒马", amount="30.00", number="H1", order="O1")


def failed_import(client: Client, **form: Any) -> Any:
    return client.import_file(f.alipay_2023([GOOD, BAD_AMOUNT, BAD_TIME]), **form)


def repair_file(client: Client, record: Any) -> list[list[str]]:
    response = client.get(record["error_report_url"], headers={"Accept": "text/csv"})
    assert response.content_type == "text/csv; charset=utf-8"
    text = response.get_data().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def mended(lines: list[list[str]], **cells: str) -> bytes:
    """The repair file with "很多" and "昨天" put right."""
    right = {"很多": "16.00", "昨天": "2024-03-06 18:00:00", **cells}
    return f.table_csv([[right.get(cell, cell) for cell in line] for line in lines], bom=True)


def counts(record: Any) -> tuple[int, ...]:
    names = ("rows_success", "rows_duplicate", "rows_failed", "rows_ignored")
    found = tuple(record[name] for name in names)
    assert sum(found) == record["rows_total"]
    return found


def test_errors_come_in_the_order_of_the_file_and_can_be_chosen_by_kind(client: Client) -> None:
    lines = [["时间", "金额", "商户"], ["2024-03-05", "x", "甲"], ["", "", "乙"]]
    lines += [["2024-03-05", "1", "丙"], ["?", "2", "丁"]]
    record = client.import_file(f.table_csv(lines))
    assert counts(record) == (1, 0, 2, 1)
    items = client.json(f"/data/imports/{record['id']}/errors")["items"]
    assert [(item["row"], item["kind"]) for item in items] == [
        (2, "error"), (3, "ignored"), (5, "error"),
    ]  # fmt: skip
    ignored = client.json(f"/data/imports/{record['id']}/errors", kind="ignored")["items"]
    assert [(item["row"], item["code"], item["suggestion"]) for item in ignored] == [
        (3, "blank-row", None),
    ]  # fmt: skip
    wrong = client.get(f"/data/imports/{record['id']}/errors", query_string={"kind": "all"})
    assert wrong.status_code == 422


def test_the_repair_file_has_the_columns_of_the_statement_and_the_reason(client: Client) -> None:
    record = failed_import(client)
    header, *lines = repair_file(client, record)
    assert header[:3] == ["交易时间", "交易分类", "交易对方"]
    assert header[-3:] == ["#row", "#reason", "#suggestion"]
    assert [line[-3] for line in lines] == ["9", "10"]
    assert lines[0][2] == "'=瑞幸"
    items = client.json(f"/data/imports/{record['id']}/errors")["items"]
    shown = [item["suggestion"] for item in items]
    assert [line[-1] for line in lines] == shown
    assert all(shown)


def test_a_repaired_file_brings_only_the_rows_that_failed(client: Client) -> None:
    first = failed_import(client, time_zone="America/New_York")
    header, *lines = repair_file(client, first)
    other = [*lines[0]]
    other[header.index("金额")] = "99.00"
    other[header.index("#row")] = "8"
    second = client.import_file(mended([header, *lines, other]), repair_of=first["id"])
    assert (second["repair_of"], second["time_zone"]) == (first["id"], "America/New_York")
    assert (second["profile"], counts(second)) == ("alipay", (2, 0, 0, 1))
    whole = client.json(f"/data/imports/{first['id']}")
    assert (whole["status"], counts(whole)) == ("succeeded", (3, 0, 0, 0))
    rows = {row["external_id"]: row for row in client.expenses()}
    assert rows["C1"]["merchant"] == "=瑞幸"
    assert rows["H1"]["time"] == "2024-03-06T23:00:00Z"
    assert client.json(f"/data/imports/{first['id']}/errors")["items"] == []


def test_a_repair_is_recognised_by_its_columns(client: Client) -> None:
    first = failed_import(client)
    second = client.import_file(mended(repair_file(client, first)), "repaired.csv")
    assert (second["repair_of"], counts(second)) == (first["id"], (2, 0, 0, 0))


def test_what_still_fails_can_be_repaired_again(client: Client) -> None:
    first = failed_import(client)
    second = client.import_file(mended(repair_file(client, first), 昨天="明天"))
    assert counts(second) == (1, 0, 1, 0)
    assert counts(client.json(f"/data/imports/{first['id']}")) == (2, 0, 1, 0)
    lines = repair_file(client, second)
    assert [line[-3] for line in lines[1:]] == ["10"]
    third = client.import_file(mended(lines, 明天="2024-03-06"), repair_of=second["id"])
    assert (third["repair_of"], counts(third)) == (first["id"], (1, 0, 0, 0))
    assert counts(client.json(f"/data/imports/{first['id']}")) == (3, 0, 0, 0)


def test_undoing_a_repair_lets_its_rows_wait_again(client: Client) -> None:
    first = failed_import(client)
    second = client.import_file(mended(repair_file(client, first)))
    client.call("DELETE", f"/data/imports/{second['id']}")
    client.work()
    whole = client.json(f"/data/imports/{first['id']}")
    assert (whole["status"], counts(whole)) == ("partial", (1, 0, 2, 0))
    assert len(client.json(f"/data/imports/{first['id']}/errors")["items"]) == 2
    assert len(client.expenses()) == 1


def test_a_statement_of_which_nothing_could_be_read_is_repaired_too(client: Client) -> None:
    first = client.import_file(f.alipay_2023([BAD_AMOUNT]))
    assert first["status"] == "failed"
    client.import_file(mended(repair_file(client, first)))
    whole = client.json(f"/data/imports/{first['id']}")
    assert (whole["status"], whole["error"], counts(whole)) == ("succeeded", None, (1, 0, 0, 0))


def test_only_an_import_of_ones_own_can_be_repaired(client: Client) -> None:
    first = failed_import(client)
    other = client.as_user("2")
    assert other.upload(f.alipay_2023([GOOD]), repair_of=first["id"]).status_code == 404
    assert other.json("/data/imports")["items"] == []


def test_a_dry_run_of_a_repair_changes_nothing(client: Client) -> None:
    first = failed_import(client)
    tried = client.import_file(mended(repair_file(client, first)), dry_run="true")
    assert counts(tried) == (2, 0, 0, 0)
    assert counts(client.json(f"/data/imports/{first['id']}")) == (1, 0, 2, 0)


def test_a_workbook_is_repaired_in_a_csv_file(client: Client) -> None:
    rows = [GOOD, replace(GOOD, time="昨天", number="2", amount="30.00")]
    first = client.import_file(f.wechat_xlsx(rows), "bill.xlsx")
    assert counts(first) == (1, 0, 1, 0)
    second = client.import_file(mended(repair_file(client, first)))
    assert (second["profile"], counts(second)) == ("wechat", (1, 0, 0, 0))
