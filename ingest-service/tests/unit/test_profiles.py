from __future__ import annotations

import io
import json
from dataclasses import replace

import factories as f
import pandas as pd
import pytest
from factories import Row

from ingest_service.domain.errors import StatementError, UnmappedTableError
from ingest_service.domain.models import RowError
from ingest_service.domain.normalise import Reading
from ingest_service.domain.profiles import all_profiles
from ingest_service.domain.statement import StatementOptions, read_statement
from servicekit.money import exponent

OPTIONS = StatementOptions(Reading("Asia/Shanghai", "CNY", exponent), None, "zh-CN")


def read(
    data: bytes, options: StatementOptions = OPTIONS
) -> tuple[str, pd.DataFrame, list[RowError]]:
    chunks = list(read_statement(io.BytesIO(data), options))
    rows = pd.concat([chunk.rows for chunk in chunks])
    return chunks[0].profile_id, rows, [error for chunk in chunks for error in chunk.errors]


PAYMENT = Row()
SALARY = Row(
    flow="收入",
    amount="12345.60",
    merchant="某某公司",
    item="工资",
    number="2",
    category="转账红包",
)
TOP_UP = Row(
    flow="不计收支", amount="500.00", item="余额宝-单次转入", number="3", category="投资理财"
)


@pytest.mark.parametrize(
    ("data", "profile"),
    [
        (f.alipay_2023([PAYMENT, SALARY, TOP_UP]), "alipay"),
        (f.alipay_2023([PAYMENT, SALARY, TOP_UP], encoding="utf-8"), "alipay"),
        (f.alipay_2021([PAYMENT, SALARY, TOP_UP]), "alipay"),
        (f.alipay_web([PAYMENT, SALARY, TOP_UP]), "alipay"),
    ],
    ids=["2023", "2023 in UTF-8", "2021", "web"],
)
def test_every_generation_of_alipay_reads_the_same(data: bytes, profile: str) -> None:
    found, rows, errors = read(data)
    assert (found, errors) == (profile, [])
    assert rows["amount_minor"].tolist() == [2850, 1234560, 50000]
    assert rows["direction"].tolist() == ["expense", "income", "transfer"]
    assert rows["merchant"].tolist() == ["兰州拉面", "某某公司", "兰州拉面"]
    assert rows["external_id"].tolist() == ["2024030522001400000001", "2", "3"]
    # 2024-03-05 12:21 in Shanghai is 04:21 UTC.
    assert rows["time"].tolist() == [1709612460] * 3
    assert rows["local_hour"].tolist() == [12] * 3


def test_the_row_number_is_the_line_of_the_file() -> None:
    data = f.alipay_2023([PAYMENT, replace(SALARY, amount="十二")])
    _, rows, errors = read(data)
    assert rows["row"].tolist() == [8]
    assert [(error.row, error.field, error.code) for error in errors] == [
        (9, "amount", "amount-invalid")
    ]
    assert "十二" in errors[0].raw
    assert "十二" in errors[0].detail


@pytest.mark.parametrize("make", [f.wechat_csv, f.wechat_xlsx], ids=["csv", "xlsx"])
def test_wechat_reads_the_same_from_text_and_workbook(make: object) -> None:
    rows = [
        replace(PAYMENT, status="支付成功"),
        replace(PAYMENT, status="已退款(￥12.00)", number="2"),
        replace(PAYMENT, status="已全额退款", number="3"),
        replace(PAYMENT, kind="兰州拉面-退款", flow="收入", status="已全额退款", number="4"),
        replace(
            PAYMENT, kind="零钱提现", flow="/", amount="100.10", remark="服务费¥0.10", number="5"
        ),
        replace(PAYMENT, kind="零钱通转出-到零钱", flow="/", number="6", merchant="/", item="/"),
    ]
    found, read_rows, errors = read(make(rows))  # type: ignore[operator]
    assert (found, errors) == ("wechat", [])
    assert read_rows["direction"].tolist() == [
        "expense", "expense", "expense", "refund", "transfer", "transfer",
    ]  # fmt: skip
    assert read_rows["stated_refund_minor"].tolist() == [0, 1200, 2850, 0, 0, 0]
    assert read_rows["fee_minor"].tolist() == [0, 0, 0, 0, 10, 0]
    assert read_rows["merchant"].tolist()[-1] == ""


@pytest.mark.parametrize(
    ("row", "direction", "closed"),
    [
        (Row(status="交易关闭"), "expense", True),
        (Row(status="交易关闭", flow="不计收支"), "neutral", False),
        (
            Row(status="退款成功", flow="不计收支", category="退款", item="退款-牛肉面"),
            "refund",
            False,
        ),
        (Row(flow="不计收支", item="提现-实时提现", category="账户存取"), "transfer", False),
        (Row(flow="不计收支", item="信用卡还款", category="信用借还"), "transfer", False),
        (Row(flow="不计收支", item="余额宝-收益发放", category="其他"), "income", False),
        (Row(flow="支出", item="转账到银行卡-转账", category="转账红包"), "transfer", False),
        (Row(flow="不计收支", item="说不清", category="其他"), "neutral", False),
    ],
)
def test_alipay_rows_mean_what_their_texts_say(row: Row, direction: str, *, closed: bool) -> None:
    _, rows, _ = read(f.alipay_2023([row]))
    assert rows["direction"].tolist() == [direction]
    assert rows["closed"].tolist() == [closed]


@pytest.mark.parametrize(
    ("data", "field", "code"),
    [
        (f.alipay_2023([Row(status="某种状态")]), "status", "status-unknown"),
        (f.alipay_2023([Row(flow="")]), "direction", "direction-invalid"),
        (f.alipay_2023([Row(flow="借出")]), "direction", "direction-invalid"),
        (f.wechat_csv([Row(status="某种状态")]), "status", "status-unknown"),
        (f.wechat_csv([Row(status="支付成功", flow="")]), "direction", "direction-invalid"),
    ],
)
def test_what_an_app_says_in_unknown_words_is_an_error(data: bytes, field: str, code: str) -> None:
    _, rows, errors = read(data)
    assert rows.empty
    assert [(error.field, error.code) for error in errors] == [(field, code)]


def test_the_web_export_tells_moves_of_own_money_beside_an_empty_flow() -> None:
    _, rows, errors = read(f.alipay_web([Row(flow="", item="余额宝-单次转入")]))
    assert (errors, rows["direction"].tolist()) == ([], ["transfer"])


@pytest.mark.parametrize("missing", ["交易类型", "当前状态", "收/支"])
def test_a_statement_of_an_app_without_one_of_its_columns_is_not_guessed(missing: str) -> None:
    header = f.WECHAT.replace(f"{missing},", "").split(",")
    data = f.table_csv([["微信支付账单明细"], header, ["2024-03-05 12:21:00"] + ["5"] * 9])
    with pytest.raises(StatementError) as caught:
        read(data)
    assert caught.value.code == "needs-mapping"


def test_the_web_export_states_refunds_in_a_column() -> None:
    _, rows, _ = read(f.alipay_web([PAYMENT], refunded="8.50"))
    assert rows["stated_refund_minor"].tolist() == [850]


def test_the_platform_table_reads_in_both_languages_and_any_order() -> None:
    chinese = f.table_csv([["金额", "时间", "分类"], ["12.5", "2024/3/5 8:00", "餐饮/早餐"]])
    english = f.table_csv(
        [["time", "amount", "direction"], ["2024-03-05T00:00:00Z", "12.50", "income"]]
    )
    found, rows, _ = read(chinese)
    assert (found, rows["direction"].tolist()) == ("platform", ["expense"])
    assert rows["category_path"].tolist() == ["餐饮/早餐"]
    found, other, _ = read(english)
    assert (found, other["direction"].tolist()) == ("platform", ["income"])
    assert rows["time"].tolist() == other["time"].tolist()


def test_a_bank_table_with_signs_reads_negative_as_spending() -> None:
    data = f.table_csv(
        [
            ["Date", "Description", "Amount", "Balance"],
            ["31/12/2024", "Coffee", "-3.50", "96.50"],
            ["01/12/2024", "Salary", "1,000.00", "1096.50"],
        ]
    )
    found, rows, _ = read(data)
    assert found == "generic"
    assert rows["direction"].tolist() == ["expense", "income"]
    assert rows["amount_minor"].tolist() == [350, 100000]
    days = pd.to_datetime(rows["local_day"], unit="D").dt.strftime("%Y-%m-%d").tolist()
    assert days == ["2024-12-31", "2024-12-01"]


def test_a_bank_table_with_two_amount_columns_reads_both() -> None:
    data = f.table_csv(
        [
            ["交易日期", "摘要", "支出金额", "收入金额", "对方户名"],
            ["20240305", "消费", "28.50", "", "兰州拉面"],
            ["20240306", "代发", "", "9000.00", "某某公司"],
        ]
    )
    _, rows, errors = read(data)
    assert errors == []
    assert rows["direction"].tolist() == ["expense", "income"]
    assert rows["merchant"].tolist() == ["兰州拉面", "某某公司"]


def test_dates_whose_day_and_month_cannot_be_told_apart_are_asked_about() -> None:
    data = f.table_csv([["Date", "Amount"], ["01/02/2024", "5"], ["03/04/2024", "6"]])
    with pytest.raises(UnmappedTableError) as caught:
        read_errors(data)
    assert json.loads(caught.value.preview)["doubts"] == ["date_order"]


def read_errors(data: bytes) -> list[RowError]:
    return [error for chunk in read_statement(io.BytesIO(data), OPTIONS) for error in chunk.errors]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (["", "5"], "time-missing"),
        (["2024-13-40", "5"], "time-invalid"),
        (["1900-01-01", "5"], "time-out-of-range"),
        (["9999-01-01", "5"], "time-out-of-range"),
        (["2024-03-05", ""], "amount-missing"),
        (["2024-03-05", "NaN"], "amount-invalid"),
        (["2024-03-05", "1e3"], "amount-invalid"),
        (["2024-03-05", "1.234"], "amount-precision"),
        (["2024-03-05", "123 45"], "amount-invalid"),
        (["2024-03-05", "1" + "0" * 30], "amount-too-large"),
        (["2024-03-05", "5", "x"], "too-many-cells"),
        (["2024-03-05", "5" * 40_000], "cell-too-long"),
    ],
)
def test_a_bad_row_is_an_error_with_a_code(cells: list[str], code: str) -> None:
    errors = read_errors(f.table_csv([["时间", "金额"], ["2024-03-05", "1"], cells]))
    assert [(error.row, error.code) for error in errors] == [(3, code)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "unsupported-content"),
        (b"%PDF-1.7\n" + b"x" * 100, "unsupported-content"),
        (b"PK\x03\x04" + b"\x00" * 60, "archive-unreadable"),
        (b"\x00\x01\x02\x03" * 100, "unsupported-content"),
        ("随便写的一段话，没有表格。\n".encode(), "not-recognised"),
        (b"PK\x03\x04" + b"xl/workbook.xml" + b"\x00" * 60, "workbook-unreadable"),
    ],
)
def test_a_file_that_is_no_statement_is_refused_with_a_code(data: bytes, code: str) -> None:
    with pytest.raises(StatementError) as caught:
        list(read_statement(io.BytesIO(data), OPTIONS))
    assert caught.value.code == code


def test_a_requested_profile_is_held_against_the_content() -> None:
    options = StatementOptions(OPTIONS.reading, "wechat", "zh-CN")
    with pytest.raises(StatementError) as caught:
        read(f.alipay_2023([PAYMENT]), options)
    assert caught.value.code == "profile-mismatch"


def test_the_name_of_every_profile_is_told_apart() -> None:
    ids = [profile.id for profile in all_profiles()]
    assert len(ids) == len(set(ids)) >= 4
