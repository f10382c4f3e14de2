"""Account books: Feidee in its generations, and workbooks whose texts are not what they say."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

import factories as f
import pandas as pd
import pytest

from ingest_service.domain.errors import StatementError
from ingest_service.domain.models import RowError
from ingest_service.domain.normalise import Reading
from ingest_service.domain.reading.workbook_child import foreign_code_page
from ingest_service.domain.statement import StatementOptions, read_statement
from servicekit.money import exponent

OPTIONS = StatementOptions(Reading("Asia/Shanghai", "CNY", exponent), None, "zh-CN")
APP = ["交易类型", "日期", "类别", "子类别", "账户", "账户币种", "金额", "备注", "关联Id", "商家"]
WEB = [
    "交易类型",
    "日期",
    "分类",
    "子分类",
    "账户1",
    "账户2",
    "金额",
    "成员",
    "商家",
    "项目",
    "备注",
]


def app_book(*lines: Sequence[str], header: Sequence[str] = APP) -> bytes:
    return f.table_csv([["随手记导出文件(headers:v5;000)"], header, *lines])


def read(data: bytes) -> tuple[str, pd.DataFrame, list[RowError]]:
    chunks = list(read_statement(io.BytesIO(data), OPTIONS))
    rows = pd.concat([chunk.rows for chunk in chunks])
    return chunks[0].profile_id, rows, [error for chunk in chunks for error in chunk.errors]


def test_the_app_export_reads_entries_and_stores_a_transfer_once() -> None:
    found, rows, errors = read(
        app_book(
            ["余额变更", "2024-03-01 08:00:00", "", "", "现金", "CNY", "100.00", "", "", ""],
            [
                "支出",
                "2024-03-05 12:21:00",
                "餐饮",
                "午餐",
                "现金",
                "CNY",
                "28.50",
                "牛肉面",
                "",
                "面馆",
            ],
            [
                "支出",
                "2024-03-06 12:21:00",
                "餐饮",
                "午餐",
                "现金",
                "CNY",
                "-8.50",
                "退",
                "",
                "面馆",
            ],
            ["收入", "2024-03-07 09:00:00", "职业", "工资", "银行", "CNY", "9000", "", "", ""],
            ["转入", "2024-03-08 09:00:00", "", "", "现金", "CNY", "200", "", "a-1", ""],
            ["转出", "2024-03-08 09:00:00", "", "", "银行", "CNY", "200", "", "a-1", ""],
        )
    )
    assert found == "feidee"
    assert rows["direction"].tolist() == ["expense", "refund", "income", "transfer"]
    assert rows["amount_minor"].tolist() == [2850, 850, 900000, 20000]
    assert rows["category_path"].tolist() == ["餐饮/午餐", "餐饮/午餐", "职业/工资", ""]
    assert [(error.kind, error.row, error.code) for error in errors] == [
        ("ignored", 3, "balance-row"),
        ("ignored", 7, "transfer-counterpart"),
    ]


@pytest.mark.parametrize(
    ("kind", "amount", "currency", "code"),
    [
        ("借出", "5", "CNY", "direction-invalid"),
        ("支出", "12 3", "CNY", "amount-invalid"),
        ("转入", "12 3", "CNY", "amount-invalid"),
        ("余额变更", "很多", "CNY", "amount-invalid"),
        ("支出", "5", "XXX", "currency-invalid"),
    ],
)
def test_what_an_entry_does_not_tell_is_an_error(
    kind: str, amount: str, currency: str, code: str
) -> None:
    line = [kind, "2024-03-05 12:21:00", "", "其他", "现金", currency, amount, "", "a-1", ""]
    _, _, errors = read(app_book(line))
    assert [error.code for error in errors] == [code]
    if code == "direction-invalid":
        assert (errors[0].field, "借出" in errors[0].detail) == ("direction", True)


def test_the_web_export_reads_its_sheets_alike() -> None:
    found, rows, errors = read(
        f.table_xlsx(
            [
                WEB,
                ["转账", "2024-03-05", "", "", "银行", "现金", 0.05, "", "", "", "取钱"],
                ["收入", "2024-03-05 08:00", "职业", "工资", "银行", "", -3, "", "", "", "多发"],
            ]
        )
    )
    assert (found, errors) == ("feidee", [])
    assert rows["direction"].tolist() == ["transfer", "expense"]
    assert rows["merchant"].tolist() == ["现金", ""]


@pytest.mark.parametrize("missing", ["交易类型", "子类别", "账户", "关联Id"])
def test_a_book_without_one_of_its_columns_is_not_guessed(missing: str) -> None:
    header = [name for name in APP if name != missing]
    line = dict(
        zip(APP, ["支出", "2024-03-05", "餐饮", "午餐", "现金", "", "5", "", "", ""], strict=True)
    )
    with pytest.raises(StatementError) as caught:
        read(app_book([line[name] for name in header], header=header))
    assert caught.value.code == "needs-mapping"


def _old_workbook(page: int, *, between: int = 0) -> bytes:
    """The beginning of an old workbook: its directory, BOF, a record between, CODEPAGE."""
    begin = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 0x0005, 0, 0, 0, 0)
    filler = struct.pack("<HH", 0x005C, between) + b" " * between
    return b"\x00" * 512 + begin + filler + struct.pack("<HHH", 0x0042, 2, page) + b"\x00" * 8


def test_a_foreign_code_page_of_an_old_workbook_is_found() -> None:
    content = _old_workbook(1252)
    at = foreign_code_page(content)
    assert at is not None
    assert content[at : at + 2] == struct.pack("<H", 1252)


@pytest.mark.parametrize(
    "content",
    [
        _old_workbook(1200),
        _old_workbook(1252, between=900),
        b"\x00" * 600,
        _old_workbook(1252)[:532],
    ],
    ids=["UTF-16", "beyond the sector", "no workbook", "cut off"],
)
def test_other_workbooks_are_left_as_they_are(content: bytes) -> None:
    assert foreign_code_page(content) is None
