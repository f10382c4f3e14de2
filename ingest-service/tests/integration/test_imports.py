from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import factories as f
import pytest
from factories import Row
from fakes import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from ingest_service.app import create_worker
from ingest_service.config import Config
from ingest_service.store.staging import StagedRows
from servicekit.contracts import assert_matches_contract
from servicekit.sqlite import open_engine

LUNCH = Row()
_NEW_USERS = itertools.count(1000)
COFFEE = Row(
    time="2024-03-05 09:00:00",
    merchant="瑞幸咖啡",
    item="拿铁",
    amount="16.00",
    number="7",
    order="C1",
)
SALARY = Row(
    time="2024-03-10 10:00:00",
    merchant="某某公司",
    item="工资",
    flow="收入",
    amount="9000.00",
    number="8",
    order="",
    category="转账红包",
)


def counts(record: Any) -> tuple[int, int, int, int]:
    return (
        record["rows_success"], record["rows_duplicate"],
        record["rows_failed"], record["rows_ignored"],
    )  # fmt: skip


@pytest.mark.parametrize("write", [f.alipay_2023, f.wechat_csv, f.wechat_xlsx])
def test_progress_comes_to_the_number_of_rows_whatever_else_the_file_holds(
    client: Client, engine: Engine, write: Callable[[Sequence[Row]], bytes]
) -> None:
    closed = replace(COFFEE, number="9", order="C9", status="交易关闭")
    record = client.import_file(write([LUNCH, COFFEE, SALARY, closed]), "statement")
    query = "SELECT done, total, stage FROM jobs WHERE kind = 'import_statement'"
    with engine.connect() as connection:
        last_told = tuple(connection.exec_driver_sql(query).one())
    assert last_told == (record["rows_total"], record["rows_total"], "storing")
    assert record["progress"] == {"done": 4, "total": 4, "stage": "done"}


def test_an_upload_is_accepted_worked_on_and_stored(client: Client) -> None:
    response = client.upload(f.alipay_2023([LUNCH, COFFEE, SALARY]), "账单.csv")
    assert response.status_code == 202
    accepted = response.get_json()
    assert_matches_contract(accepted, "ingest/import_accepted")
    assert response.headers["Location"] == accepted["location"]
    assert client.json(accepted["location"])["status"] == "queued"
    client.work()
    record = client.json(accepted["location"])
    assert_matches_contract(record, "ingest/import")
    assert_matches_contract(client.json("/data/imports"), "ingest/imports")
    assert (record["status"], record["profile"], record["filename"]) == (
        "succeeded",
        "alipay",
        "账单.csv",
    )
    assert counts(record) == (3, 0, 0, 0)
    assert record["progress"] == {"done": 3, "total": 3, "stage": "done"}
    rows = client.expenses()
    assert_matches_contract(client.json("/expenses"), "ingest/expenses")
    assert_matches_contract(client.json(f"/expenses/{rows[0]['id']}"), "ingest/expense")
    assert [(row["amount"], row["direction"]) for row in rows] == [
        ("9000.00", "income"), ("28.50", "expense"), ("16.00", "expense"),
    ]  # fmt: skip
    paths = {item["id"]: item["path"] for item in client.json("/categories")["items"]}
    assert [paths[row["category_id"]] for row in rows] == [
        "收入/工资",
        "餐饮/午餐",
        "餐饮/咖啡饮品",
    ]
    assert {row["category_source"] for row in rows} == {"rule"}


def test_the_same_bytes_again_answer_the_earlier_import(client: Client) -> None:
    data = f.alipay_2023([LUNCH])
    first = client.import_file(data)
    again = client.upload(data, "other name.csv")
    assert again.status_code == 200
    assert_matches_contract(again.get_json(), "ingest/import_duplicate")
    assert (again.get_json()["id"], again.get_json()["status"]) == (first["id"], "duplicate_file")
    forced = client.import_file(data, force="true")
    assert counts(forced) == (0, 1, 0, 0)
    assert client.as_user("2").upload(data).status_code == 202
    assert len(client.expenses()) == 1


def test_an_idempotency_key_answers_twice_and_imports_once(client: Client) -> None:
    data = f.alipay_2023([LUNCH])
    key = {"Idempotency-Key": "import-1"}
    first = client.upload(data, headers=key)
    second = client.upload(data, headers=key)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.get_json() == second.get_json()
    assert client.upload(f.alipay_2023([COFFEE]), headers=key).status_code == 422


def test_overlapping_statements_add_only_what_is_new(client: Client) -> None:
    client.import_file(f.alipay_2023([LUNCH, COFFEE]))
    second = client.import_file(f.alipay_2021([COFFEE, SALARY]))
    assert counts(second) == (1, 1, 0, 0)
    assert len(client.expenses()) == 3


def test_two_equal_coffees_of_one_file_stay_two(client: Client) -> None:
    lines = [["时间", "金额", "商户"], *[["2024-03-05", "16.00", "瑞幸"]] * 2]
    assert counts(client.import_file(f.table_csv(lines))) == (2, 0, 0, 0)
    more = f.table_csv([*lines, ["2024-03-05", "16.00", "瑞幸"], ["2024-03-06", "9", "罗森"]])
    assert counts(client.import_file(more)) == (2, 2, 0, 0)
    assert len(client.expenses()) == 4


def test_one_order_number_may_stand_for_several_rows(client: Client) -> None:
    split = replace(LUNCH, merchant="另一家", order="M2")
    record = client.import_file(f.alipay_2023([LUNCH, split, LUNCH]))
    assert counts(record) == (2, 1, 0, 0)
    assert counts(client.import_file(f.alipay_2023([LUNCH, split]))) == (0, 2, 0, 0)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.lists(st.integers(0, 4), max_size=8), min_size=1, max_size=4))
def test_after_any_imports_each_row_is_there_as_often_as_in_the_file_that_has_it_oftenest(
    client: Client, files: list[list[int]]
) -> None:
    # Examples share one database, so each has a user of its own.
    mine = client.as_user(str(next(_NEW_USERS)))
    wanted: Counter[int] = Counter()
    for kinds in files:
        lines = [["时间", "金额", "商户"], *[["2024-03-05", str(k + 1), "甲"] for k in kinds]]
        response = mine.upload(f.table_csv(lines), force="true")
        assert response.status_code == 202
        mine.work()
        record = mine.json(response.get_json()["location"])
        if not kinds:
            assert record["error"]["code"] == "no-transactions"
            continue
        assert sum(counts(record)) == record["rows_total"] == len(kinds)
        wanted |= Counter(k + 1 for k in kinds)
    assert Counter(int(float(row["amount"])) for row in mine.expenses()) == wanted


def test_bad_rows_are_told_and_good_ones_kept(client: Client) -> None:
    data = f.alipay_2023([LUNCH, replace(COFFEE, amount="很多"), replace(SALARY, time="昨天")])
    record = client.import_file(data)
    assert record["status"] == "partial"
    assert counts(record) == (1, 0, 2, 0)
    page = client.json(record["error_report_url"], limit=1)
    assert_matches_contract(page, "ingest/import_errors")
    rest = client.json(record["error_report_url"], cursor=page["next_cursor"])
    found = [(error["row"], error["code"]) for error in page["items"] + rest["items"]]
    assert sorted(found) == [(9, "amount-invalid"), (10, "time-invalid")]
    report = client.get(record["error_report_url"], headers={"Accept": "text/csv"})
    assert report.content_type.startswith("text/csv")
    assert len(report.get_data(as_text=True).strip().splitlines()) == 3


def test_a_file_of_which_no_row_can_be_read_fails_and_tells_each_row(client: Client) -> None:
    record = client.import_file(f.alipay_2023([replace(LUNCH, amount="很多")]))
    assert (record["status"], record["error"]["code"]) == ("failed", "all-rows-failed")
    assert counts(record) == (0, 0, 1, 0)
    assert len(client.json(record["error_report_url"])["items"]) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"\x89PNG\r\n\x1a\n" + b"x" * 50, "unsupported-content"),
     (b"%PDF-1.4 ...", "unsupported-content"),
     ("时间,金额\n".encode(), "no-transactions"), (b"hello\n", "not-recognised")],
)  # fmt: skip
def test_a_file_that_is_no_statement_fails_with_a_reason(
    client: Client, data: bytes, code: str
) -> None:
    record = client.import_file(data, "statement.csv")
    assert (record["status"], record["error"]["code"]) == ("failed", code)
    assert record["error"]["detail"]
    english = client.as_user("9", locale="en").import_file(data)
    assert english["error"]["detail"].isascii() or "“" in english["error"]["detail"]
    # It left nothing behind, so the same bytes may come again.
    assert client.upload(data).status_code == 202


def test_what_is_wrong_with_the_upload_itself_is_told_at_once(client: Client) -> None:
    missing = client.call("POST", "/data/import", data={})
    assert (missing.status_code, missing.get_json()["type"]) == (400, "/problems/missing-file")
    empty = client.upload(b"")
    assert (empty.status_code, empty.get_json()["type"]) == (422, "/problems/empty-file")
    large = client.upload(b"x" * (256 << 10) + b"y")
    assert (large.status_code, large.get_json()["type"]) == (413, "/problems/payload-too-large")
    zone = client.upload(b"x", time_zone="Mars/Olympus")
    assert (zone.status_code, zone.get_json()["errors"][0]["code"]) == (422, "unknown-time-zone")
    profile = client.upload(b"x", profile="nobody")
    assert (profile.status_code, profile.get_json()["errors"][0]["code"]) == (
        422,
        "unknown-profile",
    )
    assert client.json("/data/imports")["items"] == []


def test_a_dry_run_counts_and_stores_nothing(client: Client) -> None:
    record = client.import_file(f.alipay_2023([LUNCH, COFFEE]), dry_run="true")
    assert (record["dry_run"], counts(record)) == (True, (2, 0, 0, 0))
    assert client.expenses() == []
    assert counts(client.import_file(f.alipay_2023([LUNCH, COFFEE]))) == (2, 0, 0, 0)


def test_the_zone_of_the_upload_fixes_the_local_date(client: Client) -> None:
    late = replace(LUNCH, time="2024-03-05 23:30:00")
    client.import_file(f.alipay_2023([late]), time_zone="America/New_York")
    row = client.expenses()[0]
    assert (row["time"], row["local_date"]) == ("2024-03-06T04:30:00Z", "2024-03-05")


REFUND = Row(
    time="2024-03-20 08:00:00", item="退款-牛肉面", flow="不计收支", amount="8.50",
    status="退款成功",
    category="退款", number=f"{LUNCH.number}_99", order=LUNCH.order,
)  # fmt: skip


def test_a_refund_is_linked_to_its_spending_in_the_same_file(client: Client) -> None:
    closed = replace(LUNCH, number="5", order="M5", amount="40.00", status="交易关闭")
    back = replace(REFUND, number="5_1", order="M5", amount="40.00")
    void = replace(LUNCH, number="6", order="M6", status="交易关闭")
    client.import_file(f.alipay_2023([back, REFUND, LUNCH, closed, void]))
    rows = {row["external_id"]: row for row in client.expenses()}
    assert rows[LUNCH.number]["refunded_amount"] == "8.50"
    assert (rows["5"]["direction"], rows["5"]["refunded_amount"]) == ("expense", "40.00")
    assert rows["6"]["direction"] == "neutral"
    link = rows[LUNCH.number]["links"][0]
    assert (link["kind"], link["expense_id"], link["amount"]) == (
        "refund", rows[REFUND.number]["id"], "8.50",
    )  # fmt: skip


@pytest.mark.parametrize("refund_first", [False, True])
def test_a_refund_is_linked_across_files_and_undo_restores(
    client: Client, *, refund_first: bool
) -> None:
    files = [f.alipay_2023([LUNCH]), f.alipay_2023([REFUND])]
    records = [client.import_file(data) for data in (reversed(files) if refund_first else files)]
    spending = client.expenses(direction="expense")[0]
    assert spending["refunded_amount"] == "8.50"
    refund_import = records[0 if refund_first else 1]
    response = client.call("DELETE", f"/data/imports/{refund_import['id']}")
    assert response.status_code == 202
    assert_matches_contract(response.get_json(), "ingest/import_accepted")
    client.work()
    assert client.json(f"/data/imports/{refund_import['id']}")["status"] == "undone"
    assert [(row["refunded_amount"], row["links"]) for row in client.expenses()] == [("0.00", [])]
    # What was undone may come again.
    assert counts(client.import_file(files[1])) == (1, 0, 0, 0)


def test_a_later_statement_that_states_a_refund_updates_the_row_and_undo_restores_it(
    client: Client,
) -> None:
    client.import_file(f.wechat_csv([replace(LUNCH, status="支付成功")]))
    later = client.import_file(f.wechat_csv([replace(LUNCH, status="已退款(￥12.00)")]))
    assert counts(later) == (0, 1, 0, 0)
    assert client.expenses()[0]["refunded_amount"] == "12.00"
    client.call("DELETE", f"/data/imports/{later['id']}")
    client.work()
    assert client.expenses()[0]["refunded_amount"] == "0.00"


def test_undo_leaves_tombstones_in_the_feed(client: Client) -> None:
    record = client.import_file(f.alipay_2023([LUNCH, COFFEE]))
    seen = client.changes()
    client.call("DELETE", f"/data/imports/{record['id']}")
    client.work()
    assert client.expenses() == []
    gone = client.changes(after=seen["next"])
    assert gone["columns"]["deleted"] == [True, True]
    assert set(gone["columns"]["id"]) == set(seen["columns"]["id"])


def test_undo_of_an_unfinished_import_is_refused(client: Client) -> None:
    location = client.upload(f.alipay_2023([LUNCH])).get_json()["location"]
    assert client.call("DELETE", location).status_code == 409
    client.work()
    assert client.call("DELETE", location).status_code == 202


def test_a_deleted_row_does_not_come_back_with_the_next_statement(client: Client) -> None:
    client.import_file(f.alipay_2023([LUNCH, COFFEE]))
    row = client.expenses(q="瑞幸")[0]
    assert client.call("DELETE", f"/expenses/{row['id']}").status_code == 204
    assert counts(client.import_file(f.alipay_2021([LUNCH, COFFEE]))) == (0, 2, 0, 0)
    assert len(client.expenses()) == 1


class Killed(BaseException):
    """Stands for a process that ends without a word."""


@pytest.mark.parametrize("step", ["add", "_plan", "_copy", "_settle", "_finish"])
def test_a_worker_killed_at_any_step_leaves_the_import_whole_or_to_be_resumed(
    client: Client, config: Config, clock: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    location = client.upload(f.alipay_2023([LUNCH, COFFEE, REFUND])).get_json()["location"]

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(StagedRows, step, die)
        patch.setattr(threading.Thread, "join", lambda *_: None)
        with pytest.raises(Killed):
            client.worker.run_once()
    assert client.expenses() == []
    assert client.json(location)["status"] == "running"
    engine = open_engine(config.database_path)
    later = lambda: clock.now.replace(hour=clock.now.hour + 1)  # noqa: E731 - the lease has run out
    worker = create_worker(config, clock=later, engine=engine)
    assert worker.run_once()
    engine.dispose()
    assert counts(client.json(location)) == (3, 0, 0, 0)
    assert len(client.expenses()) == 3


def test_a_finished_import_is_not_done_again(client: Client, config: Config, clock: Any) -> None:
    record = client.import_file(f.alipay_2023([LUNCH]))
    seq = client.changes()["next"]
    with client.app.extensions["ingest"].database.write() as session:
        session.imports.enqueue("import_statement", int(record["id"]), 1)
    client.work()
    assert client.changes()["next"] == seq
    assert counts(client.json(f"/data/imports/{record['id']}")) == (1, 0, 0, 0)
