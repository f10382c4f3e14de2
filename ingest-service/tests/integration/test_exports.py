"""Files of exports: their bytes, names and headers, and that they wait for nobody."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import factories as f
import openpyxl
import pytest
from factories import Row
from fakes import Client
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, text

from ingest_service.config import Config
from ingest_service.domain.errors import WorkbookUnavailableError
from ingest_service.domain.export_cells import Block
from ingest_service.domain.export_table import TABLE_COLUMNS, headers
from ingest_service.domain.export_workbook import SheetLayout, write_workbook
from ingest_service.domain.models import ExpenseFilter
from ingest_service.store.export_files import ExportFolder
from ingest_service.store.workbook_children import WorkbookChildren
from ingest_service.usecases.export import ExportOrder
from servicekit.money import exponent
from servicekit.sqlite import write_transaction

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def with_rows(client: Client, count: int = 2) -> None:
    rows = [
        Row(number=f"N{number}", order=f"M{number}", time=f"2024-03-{number + 1:02d} 12:21:00")
        for number in range(count)
    ]
    client.import_file(f.alipay_2023(rows))


def entered(client: Client, **fields: Any) -> None:
    body = {"time": "2024-03-05T12:21:00", "amount": "12.50", **fields}
    assert client.call("POST", "/expenses", json=body).status_code == 201


def test_the_language_is_chosen_by_the_query_else_by_the_caller(client: Client) -> None:
    with_rows(client)
    chinese = client.get("/data/export").get_data().decode("utf-8-sig").splitlines()
    assert chinese[0] == ",".join(headers(TABLE_COLUMNS, "zh-CN"))
    assert ",支出," in chinese[1]
    english = client.get("/data/export?lang=en").get_data().decode("utf-8-sig").splitlines()
    assert english[0].startswith("time,amount,currency,direction,category,")
    assert ",expense,Dining" in english[1]
    assert client.get("/data/export?lang=fr").status_code == 422


def test_ndjson_holds_the_values_as_they_are(client: Client) -> None:
    entered(client, amount="1200", currency="JPY", note="=1+1", merchant='说"好"')
    answer = client.get("/data/export?format=ndjson")
    assert answer.content_type == "application/x-ndjson; charset=utf-8"
    told = json.loads(answer.get_data())
    assert list(told) == [column.key for column in TABLE_COLUMNS]
    kept = {"time", "amount", "currency", "direction", "merchant", "note", "lat", "refunded"}
    assert {name: told[name] for name in kept} == {
        "time": "2024-03-05T12:21:00+08:00",
        "amount": "1200",
        "currency": "JPY",
        "direction": "expense",
        "merchant": '说"好"',
        "note": "=1+1",
        "lat": None,
        "refunded": None,
    }
    assert told["pending"] is False


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("lang=zh-CN", "消费记录_2024-03-01_2024-03-03.csv"),
        ("lang=en&format=xlsx", "expenses_2024-03-01_2024-03-03.xlsx"),
        ("lang=en&from=2024-01-01&to=2024-04-01", "expenses_2024-01-01_2024-03-31.csv"),
        ("lang=en&from=2024-03-02&to=2024-03-03", "expenses_2024-03-02.csv"),
        ("lang=en&format=ndjson&q=nothing", "expenses.ndjson"),
    ],
)
def test_the_name_tells_what_the_file_holds(client: Client, query: str, name: str) -> None:
    with_rows(client, 3)
    answer = client.get(f"/data/export?{query}")
    said = answer.headers["Content-Disposition"]
    assert said.endswith(f"; filename*=UTF-8''{quote(name)}")
    assert said.startswith('attachment; filename="expenses')
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "ndjson"])
def test_head_tells_the_headers_and_reads_no_row(
    client: Client, file_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_rows(client)
    path = f"/data/export?format={file_format}"
    whole = client.get(path)
    monkeypatch.setattr("ingest_service.store.expenses.SqliteExpenses.exported", None)
    head = client.call("HEAD", path)
    assert head.status_code == 200
    for name in ("Content-Type", "Content-Disposition"):
        assert head.headers[name] == whole.headers[name]


def test_a_workbook_has_times_that_are_times_and_goes_when_it_was_sent(
    client: Client, config: Any
) -> None:
    with_rows(client)
    answer = client.get("/data/export?format=xlsx&lang=en")
    assert answer.content_type == XLSX
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data())).get_sheet_by_index(0)
    first = dict(zip(*sheet.to_python()[:2], strict=True))
    assert (str(first["time"]), first["amount"]) == ("2024-03-01 12:21:00", 28.5)
    answer.close()
    assert list(config.temporary_dir.iterdir()) == []


def test_a_sheet_takes_every_text_and_number_exactly(tmp_path: Path) -> None:
    cells = [
        ("12.50", "plain", 12.5), ("-0.07", '<b>&"', -0.07), ("7", " outer ", 7),
        ("0.1234567890123456789", "_x0041_", "0.1234567890123456789"), ("", "a\x01b", None),
        ("39.90420000000001", "a\x1fb", 39.90420000000001), ("1", "<r>rich</r>", 1),
        ("1", "line\nline", 1), ("1", "面", 1), ("1", "", 1),
    ]  # fmt: skip
    columns = [column for column in TABLE_COLUMNS if column.key in {"amount", "note"}]
    layout = SheetLayout("t", [column.key for column in columns], columns)
    path = tmp_path / "cells.xlsx"
    # All at once, and each in a block of its own: columns are written by what all their cells are.
    for blocks in ([cells], [[cell] for cell in cells]):
        write_workbook(path, layout, [list(zip(*block, strict=True))[:2] for block in blocks])
        sheet = openpyxl.load_workbook(path, read_only=True).active
        rows = sheet.iter_rows(min_row=2, max_col=2, values_only=True)
        told = [(unescape(text or ""), number) for number, text in rows]
        assert told == [(text, value) for _, text, value in cells]


def test_the_web_process_writes_no_workbook_of_rows(
    client: Client, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_rows(client)
    monkeypatch.setattr("ingest_service.usecases.export.write_expense_workbook", None)
    assert client.get("/data/export?format=xlsx").status_code == 200
    monkeypatch.setattr("ingest_service.store.workbook_children._CHILD", "no.such.module")
    broken = WorkbookChildren(config.database_path, config.temporary_dir)
    monkeypatch.setattr(broken, "_free", threading.BoundedSemaphore(1))
    with pytest.raises(WorkbookUnavailableError):
        broken.make(ExportOrder(1, ExpenseFilter(), "en", "UTC", exponent))
    assert list(config.temporary_dir.iterdir()) == []


def test_what_one_sheet_cannot_hold_goes_on_in_the_next_and_is_read_again(
    client: Client, tmp_path: Path
) -> None:
    path = tmp_path / "many.xlsx"
    rows: Block = [[f"2024-03-{day:02d}" for day in range(1, 26)], ["5.00"] * 25]
    columns = TABLE_COLUMNS[:2]
    layout = SheetLayout("消费记录", ["时间", "金额"], columns, max_rows=10)
    write_workbook(path, layout, [rows])
    names = CalamineWorkbook.from_path(str(path)).sheet_names
    assert names == ["消费记录", "消费记录 2", "消费记录 3"]
    record = client.import_file(path.read_bytes(), "many.xlsx")
    assert (record["rows_total"], record["rows_success"]) == (25, 25)


def test_the_database_is_let_go_before_a_slow_reader_is_done(config: Any) -> None:
    released = threading.Event()

    def blocks() -> Generator[bytes]:
        try:
            for _ in range(200):
                yield b"x" * 10_000
        finally:
            released.set()

    stream = ExportFolder(config.temporary_dir).stream(blocks)
    began = next(stream)
    assert released.wait(30)
    assert len(began) + sum(map(len, stream)) == 2_000_000


def test_a_reader_who_gives_up_ends_the_writing(config: Any) -> None:
    ended = threading.Event()

    def blocks() -> Generator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            ended.set()

    stream = ExportFolder(config.temporary_dir).stream(blocks)
    next(stream)
    stream.close()
    assert ended.is_set()


def test_writing_goes_on_while_an_export_is_read_and_it_shows_one_state(
    client: Client, engine: Engine
) -> None:
    with_rows(client, 25)
    answer = client.get("/data/export", buffered=False)
    blocks = answer.iter_encoded()
    began = next(blocks)
    with write_transaction(engine) as connection:
        connection.execute(text("UPDATE expenses SET note = 'changed', seq = seq + 1000"))
    rest = b"".join(blocks)
    changed = (began + rest).count(b"changed")
    assert changed in {0, 25}
    with engine.connect() as connection:
        busy, log, done = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
    assert (busy, log, done) == (0, 0, 0)


def test_a_failure_at_the_beginning_is_a_problem_and_no_half_file(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ingest_service.usecases.export.text_blocks", fail)
    answer = client.get("/data/export")
    assert answer.status_code == 507
    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "ndjson"])
def test_an_empty_export_is_a_file_with_no_rows(client: Client, file_format: str) -> None:
    answer = client.get(f"/data/export?format={file_format}&lang=en")
    assert answer.status_code == 200
    if file_format == "csv":
        assert len(answer.get_data().splitlines()) == 1
    if file_format == "ndjson":
        assert answer.get_data() == b""
