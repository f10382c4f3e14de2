"""Undo: after any imports and undos the data are as if only the remaining files had come."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import factories as f
from factories import Row
from fakes import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

_NEW_USERS = itertools.count(5000)
LUNCH = Row(number="2024030522001400000001")
COFFEE = Row(time="2024-03-05 09:00:00", merchant="瑞幸", item="拿铁", amount="16.00", number="C1")
PLATFORM = [
    "time", "amount", "direction", "category", "merchant", "note", "external_id", "source",
    "pending",
]  # fmt: skip
Line = tuple[str, ...]

# Rows that repeat, that grow, that other files tell otherwise, a refund of one of them, and of the
# same number one that is pending, what it settles to, and one of another month.
LINES: tuple[Line, ...] = (
    ("2024-03-05 12:00:00", "10.00", "expense", "", "甲", "", "", "shop", ""),
    ("2024-03-05 12:00:00", "20.00", "expense", "新类/小类", "乙", "", "N-2000", "shop", ""),
    ("2024-03-05 12:00:00", "20.00", "expense", "别类", "乙店", "晚饭", "N-2000", "shop", ""),
    ("2024-03-06 12:00:00", "30.00", "expense", "新类", "丙", "", "N-3000", "shop", ""),
    ("2024-03-08 12:00:00", "12.00", "refund", "", "丙", "", "N-3000_1", "shop", ""),
    ("2024-03-08 13:00:00", "31.00", "expense", "", "丙", "已入账", "N-3000", "shop", ""),
    ("2024-03-06 12:00:00", "30.50", "expense", "", "丙", "", "N-3000", "shop", "yes"),
    ("2024-04-20 12:00:00", "30.00", "expense", "", "丙", "分期", "N-3000", "shop", ""),
    ("2024-03-08 12:00:00", "30.00", "expense", "", "丙", "", "N-3000", "shop", ""),
)
_SHOWN = (
    "time", "local_date", "amount", "refunded_amount", "currency", "direction", "merchant", "note",
    "external_id", "category_source",
)  # fmt: skip


def table(lines: Sequence[Line]) -> bytes:
    return f.table_csv([PLATFORM, *lines])


def counts(record: Any) -> tuple[int, ...]:
    names = ("rows_success", "rows_updated", "rows_duplicate", "rows_failed", "rows_ignored")
    return tuple(record[name] for name in names)


def undo(client: Client, record: Any) -> None:
    assert client.call("DELETE", f"/data/imports/{record['id']}").status_code == 202
    client.work()
    assert client.json(f"/data/imports/{record['id']}")["status"] == "undone"


def shown(client: Client) -> list[Any]:
    paths = {item["id"]: item["path"] for item in client.json("/categories")["items"]}
    rows = client.expenses()
    content = {row["id"]: tuple(str(row[name]) for name in _SHOWN) for row in rows}
    return sorted(
        (
            *content[row["id"]],
            paths[row["category_id"]],
            str(sorted((link["kind"], content[link["expense_id"]]) for link in row["links"])),
        )
        for row in rows
    )


def categories(client: Client) -> set[str]:
    return {item["path"] for item in client.json("/categories")["items"]}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.lists(
        st.lists(st.integers(0, len(LINES) - 1), min_size=1, max_size=5), min_size=1, max_size=4
    ),
    undone=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=4),
)
@example(files=[[0, 5, 0], [3, 0, 0, 0, 0], [0, 5, 0, 3], [0, 0, 0, 0, 0]], undone=[(2, 1)])
def test_after_any_imports_and_undos_the_data_are_as_if_only_the_rest_had_come(
    client: Client, files: list[list[int]], undone: list[tuple[int, int]]
) -> None:
    mine = client.as_user(str(next(_NEW_USERS)))
    standing: dict[int, Any] = {}
    for number, kinds in enumerate(files):
        data = table([LINES[kind] for kind in kinds])
        standing[number] = mine.import_file(data, force="true")
        for at, which in undone:
            if at == number and which in standing:
                undo(mine, standing.pop(which))
    fresh = client.as_user(str(next(_NEW_USERS)))
    for number in standing:
        fresh.import_file(table([LINES[kind] for kind in files[number]]), force="true")
    assert shown(mine) == shown(fresh)
    assert categories(mine) == categories(fresh) or not standing
    assert sum(row["import_id"] is None for row in mine.expenses()) == 0


def test_rows_that_a_later_file_also_holds_stay_and_pass_to_it(client: Client) -> None:
    first = client.import_file(f.alipay_2023([LUNCH, COFFEE]))
    second = client.import_file(f.alipay_2021([COFFEE]))
    undo(client, first)
    assert [(r["external_id"], r["import_id"]) for r in client.expenses()] == [("C1", second["id"])]
    undo(client, second)
    assert client.expenses() == []
    assert counts(client.import_file(f.alipay_2023([LUNCH, COFFEE])))[0] == 2


def test_undoing_the_later_file_first_leaves_the_earlier_one_whole(client: Client) -> None:
    first = client.import_file(f.alipay_2023([LUNCH, COFFEE]))
    before = shown(client)
    second = client.import_file(f.alipay_2021([COFFEE, replace(LUNCH, item="牛肉面加蛋")]))
    assert counts(second) == (0, 1, 2, 0, 0)
    assert shown(client) != before
    undo(client, second)
    assert shown(client) == before
    undo(client, first)
    assert client.expenses() == []


def test_categories_that_a_file_made_go_with_it_unless_somebody_uses_them(client: Client) -> None:
    plain = categories(client)
    first = client.import_file(table([LINES[1], LINES[3]]))
    second = client.import_file(table([(*LINES[0][:3], "新类", *LINES[0][4:])]))
    assert categories(client) - plain == {"新类", "新类/小类"}
    undo(client, first)
    assert categories(client) - plain == {"新类"}
    undo(client, second)
    assert categories(client) == plain


def test_a_category_that_a_remaining_file_names_stays_though_its_row_has_moved_on(
    client: Client,
) -> None:
    plain = categories(client)
    first = client.import_file(table([LINES[2]]))
    same = client.import_file(table([LINES[2]]), force="true")
    later = client.import_file(table([LINES[1]]))
    assert client.expenses()[0]["category_source"] == "file"

    undo(client, first)
    assert categories(client) - plain == {"别类", "新类", "新类/小类"}
    undo(client, same)
    assert categories(client) - plain == {"新类", "新类/小类"}
    undo(client, later)
    assert categories(client) == plain


def test_a_parent_category_goes_with_the_last_file_that_names_its_child(client: Client) -> None:
    plain = categories(client)
    first = client.import_file(table([LINES[1]]))
    second = client.import_file(table([LINES[1]]), force="true")
    client.import_file(table([LINES[0]]))

    undo(client, first)
    assert categories(client) - plain == {"新类", "新类/小类"}
    undo(client, second)
    assert categories(client) == plain


def test_what_a_person_edited_is_neither_overwritten_nor_undone(client: Client) -> None:
    client.import_file(table([LINES[1]]))
    row = client.expenses()[0]
    home = next(c["id"] for c in client.json("/categories")["items"] if c["code"] == "housing")
    change = {"category_id": home, "note": "我的备注"}
    assert client.call("PATCH", f"/expenses/{row['id']}", json=change).status_code == 200
    later = client.import_file(table([LINES[2]]))
    assert counts(later) == (0, 1, 1, 0, 0)
    kept = client.expenses()[0]
    assert (kept["note"], kept["category_id"], kept["merchant"]) == ("我的备注", home, "乙店")
    undo(client, later)
    kept = client.expenses()[0]
    assert (kept["note"], kept["category_id"], kept["merchant"]) == ("我的备注", home, "乙")


def test_tellings_go_to_the_rows_that_they_would_have_met_without_the_undone_file(
    client: Client,
) -> None:
    first = client.import_file(table([LINES[5]]))
    between = client.import_file(table([LINES[3]]))
    last = client.import_file(table([LINES[5], LINES[3]]))
    before = {row["amount"]: row["id"] for row in client.expenses()}
    change = {"note": "我的备注"}
    assert client.call("PATCH", f"/expenses/{before['30.00']}", json=change).status_code == 200

    undo(client, between)
    rows = {row["amount"]: row for row in client.expenses()}
    assert {amount: row["id"] for amount, row in rows.items()} == before
    assert (rows["30.00"]["import_id"], rows["30.00"]["note"]) == (last["id"], "我的备注")
    assert (rows["31.00"]["import_id"], rows["31.00"]["note"]) == (first["id"], "已入账")
    undo(client, first)
    assert {row["import_id"] for row in client.expenses()} == {last["id"]}
    undo(client, last)
    assert client.expenses() == []


def test_a_row_that_only_the_undone_file_kept_together_parts_again(client: Client) -> None:
    settled, months_later = LINES[8], LINES[7]
    client.import_file(table([LINES[6]]))
    between = client.import_file(table([settled]))
    client.import_file(table([months_later]))
    assert len(client.expenses()) == 2
    undo(client, between)
    # What was pending is now settled by the later payment, as it would have been at once.
    assert [(row["amount"], row["note"]) for row in client.expenses()] == [("30.00", "分期")]


def test_a_row_that_undo_has_to_make_finds_its_twin_in_the_bank_statement(client: Client) -> None:
    day = "2024-03-{:02} 12:00:00"
    paid = ("30.00", "expense", "", "兰州拉面", "", "N-4000", "alipay", "")
    files = [client.import_file(table([(day.format(at), *paid)])) for at in (2, 8, 14)]
    client.import_file(table([(day.format(2), *paid[:3], "支付宝-兰州拉面", "", "B1", "cmb", "")]))
    assert [row["direction"] for row in client.expenses()] == ["expense", "expense"]
    undo(client, files[1])
    rows = {(row["local_date"], row["source"]): row for row in client.expenses()}
    twin, bank = rows["2024-03-02", "alipay"], rows["2024-03-02", "cmb"]
    assert (len(rows), twin["import_id"], bank["direction"]) == (3, files[0]["id"], "neutral")
    assert [link["expense_id"] for link in bank["links"]] == [twin["id"]]
    assert rows["2024-03-14", "alipay"]["links"] == []
