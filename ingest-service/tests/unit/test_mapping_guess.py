"""What is guessed of tables nobody knows: right, or asked; never wrong silently."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import factories as f
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from written_tables import Payment, Writing, payments, told, writings, written

from ingest_service.api.mapping_form import mapping_in_form
from ingest_service.domain.errors import StatementError, UnmappedTableError
from ingest_service.domain.mapping.dates import date_order
from ingest_service.domain.mapping.guess import Guess, guess_table
from ingest_service.domain.mapping.model import ColumnMapping, mapping_of, same_kinds
from ingest_service.domain.mapping.preview import Reader, Sheet, kept_lines, sheet_of, show
from ingest_service.domain.mapping.signs import decimal_sign
from ingest_service.domain.normalise import Reading
from ingest_service.domain.statement import StatementOptions, read_statement
from servicekit.money import exponent

ZONE = "Asia/Shanghai"


def options(mapping: ColumnMapping | None = None) -> StatementOptions:
    return StatementOptions(Reading(ZONE, "CNY", exponent), None, "zh-CN", mapping=mapping)


def local_time(seconds: int) -> str:
    local = dt.datetime.fromtimestamp(seconds, tz=ZoneInfo(ZONE))
    return local.strftime("%Y-%m-%d %H:%M:%S")


def read(data: bytes, mapping: ColumnMapping | None = None) -> list[tuple[str, int, str]]:
    chunks = list(read_statement(io.BytesIO(data), options(mapping)))
    assert [error for chunk in chunks for error in chunk.errors] == []
    rows = pd.concat([chunk.rows for chunk in chunks]).sort_values("row")
    return [
        (
            local_time(time),
            int(minor),
            str(direction),
        )
        for time, minor, direction in zip(
            rows["time"], rows["amount_minor"], rows["direction"], strict=True
        )
    ]


@settings(max_examples=150)
@given(writings(), payments())
def test_a_random_table_is_read_right_or_asked_about(writing: Writing, paid: list[Payment]) -> None:
    try:
        found = read(written(writing, paid))
    except UnmappedTableError:
        return
    assert found == told(writing, paid)


@settings(max_examples=100)
@given(writings(), payments())
def test_a_random_table_is_read_right_once_its_columns_are_told(
    writing: Writing, paid: list[Payment]
) -> None:
    data = written(writing, paid)
    mapping = mapping_in_form(json.dumps(writing.mapping))
    assert read(data, mapping) == told(writing, paid)


CELLS = st.one_of(
    st.sampled_from(
        ["", "-", "2024-03-05", "31/12/2024", "5/3/24 14:00", "2024-02-30", "45356.5", "9999-01-01",
         "1900-01-01", "12.50", "-3,20", "1.234,56", "1,234.5", "(7)", "€5", "1e3", "0.00", "0",
         "1" + "0" * 20, "5.123", "支出", "credit", "Total", "期初余额", "USD", "euro", "97,5",
         "韩元", "¥", "xxx",
         '="0012"', " x ", "12:30", "91"]
    ),
    st.text(max_size=8).filter(lambda text: not any(sign in text for sign in '\r\n\x00",;\t|^~，')),
)  # fmt: skip
ORDERS, SIGNS = ["ymd", "dmy", "mdy"], ["expense_positive", "expense_negative", "by_direction"]


@st.composite
def any_mappings(draw: st.DrawFn) -> ColumnMapping:
    columns = {"time": 0, "amount": 1, "direction": 2}
    more = {"clock": 3, "currency": 4, "lat": 5, "lon": 6, "merchant": 7, "note": 8, "category": 7}
    columns |= {role: more[role] for role in draw(st.sets(st.sampled_from(sorted(more))))}
    if draw(st.booleans()):
        columns = {role: at for role, at in columns.items() if role not in {"amount", "direction"}}
        columns |= {"amount_out": 1, "amount_in": 2}
    return ColumnMapping(
        columns=columns,
        date_order=draw(st.sampled_from(ORDERS)),
        decimal=draw(st.sampled_from([".", ","])),
        sign=draw(st.sampled_from(SIGNS)),
        currency=draw(st.sampled_from([None, "EUR", "JPY"])),
        notes=tuple(draw(st.sets(st.sampled_from([3, 8])))),
        header_row=1,
    )


_IN_CURRENCIES = ColumnMapping(
    columns={"time": 0, "amount": 1, "direction": 2, "currency": 4},
    date_order="ymd",
    decimal=".",
    sign="expense_positive",
    header_row=1,
)


@settings(max_examples=150)
@example(
    _IN_CURRENCIES,
    [
        ["2024-03-05", amount, "支出", "", currency, "", "", "", ""]
        for currency in ("韩元", "¥", "XXX", "xts", "Euros", "usd")
        for amount in ("", "12.50", "7")
    ],
)
@given(any_mappings(), st.lists(st.lists(CELLS, min_size=9, max_size=9), min_size=1, max_size=8))
def test_the_preview_shows_what_the_import_does(
    mapping: ColumnMapping, rows: list[list[str]]
) -> None:
    lines = [[f"column {at}" for at in range(9)], *rows]
    data = f.table_csv(lines)
    try:
        chunks = list(read_statement(io.BytesIO(data), options(mapping)))
    except StatementError:
        return
    done = {
        int(row["row"]): (int(row["time"]), int(row["amount_minor"]), row["currency"],
                          row["direction"], row["merchant"], row["note"])
        for chunk in chunks
        for _, row in chunk.rows.iterrows()
    }  # fmt: skip
    failed = {error.row: error.code for chunk in chunks for error in chunk.errors}
    numbered = list(enumerate(lines, start=1))
    shown = show(Sheet(kept_lines(numbered), 1, ()), mapping, Reader(ZONE, "CNY", exponent))
    assert shown is not None
    for row in shown.rows:
        if row.code:
            assert failed.get(row.row) == row.code, row
            continue
        places = exponent(row.currency or "")
        minor = int((row.amount or "").replace(".", "")) if places else int(row.amount or "")
        assert done[row.row] == (
            row.time, minor, row.currency, row.read.direction, row.read.merchant, row.read.note,
        )  # fmt: skip
    assert {row.row for row in shown.rows} == done.keys() | failed.keys()


PLAIN = st.tuples(
    st.sampled_from(["2024-03-05 12:21:00", "2024-02-30 00:00:00", "2024-03-05 25:00:00",
                     "1969-01-01 00:00:00", "2099-12-31 23:59:59"]),
    st.sampled_from(["0", "-0.00", "12.50", "-3.2", "007", "99999999999.99"]),
)  # fmt: skip


@settings(max_examples=60)
@given(any_mappings(), st.lists(PLAIN, min_size=1, max_size=8))
def test_columns_in_plain_form_read_as_their_cells_do(
    mapping: ColumnMapping, rows: list[tuple[str, str]]
) -> None:
    mapping = replace(mapping, columns={"time": 0, "amount": 1}, notes=())
    lines = [["when", "how much"], *map(list, rows)]
    try:
        chunks = list(read_statement(io.BytesIO(f.table_csv(lines)), options(mapping)))
    except StatementError:
        return
    failed = {error.row: error.code for chunk in chunks for error in chunk.errors}
    done = {
        int(row["row"]): (int(row["time"]), row["direction"])
        for chunk in chunks
        for _, row in chunk.rows.iterrows()
    }
    numbered = list(enumerate(lines, start=1))
    shown = show(Sheet(kept_lines(numbered), 1, ()), mapping, Reader(ZONE, "CNY", exponent))
    assert shown is not None
    for row in shown.rows:
        assert row.code == failed.get(row.row, "")
        if not row.code:
            assert done[row.row] == (row.time, row.read.direction)


def guessed(lines: Sequence[Sequence[str]]) -> Guess:
    guess = guess_table(lines)
    assert guess is not None
    return guess


BODY = [["05.03.2024", "Bäckerei", "-3,20", "96,80"], ["16.03.2024", "Kino", "-11,00", "85,80"]]


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (["Buchungstag", "Empfänger", "Betrag", "Saldo"], {"time": 0, "merchant": 1, "amount": 2}),
        (["Date", "Payee", "Amount", "Balance"], {"time": 0, "merchant": 1, "amount": 2}),
        (["FIN.TRANSACTION DATE", "MCH.NAME", "FIN.TRANSACTION AMOUNT", "BALANCE"],
         {"time": 0, "merchant": 1, "amount": 2}),
        (["paid_date", "supplier_name", "amount", "running balance"],
         {"time": 0, "merchant": 1, "amount": 2}),
        (["交易日期", "对方户名", "交易金额", "账户余额"], {"time": 0, "merchant": 1, "amount": 2}),
        (["Date opération", "Libellé", "Montant", "Solde"],
         {"time": 0, "merchant": 1, "amount": 2}),
        (["Fecha", "Concepto", "Importe", "Saldo"], {"time": 0, "merchant": 1, "amount": 2}),
        (["Datum", "Naam tegenpartij", "Bedrag (EUR)", "Saldo"],
         {"time": 0, "merchant": 1, "amount": 2}),
        (["Kdy", "Kdo", "Kolik", "Zbývá"], {"time": 0, "merchant": 1, "amount": 2}),
    ],
)  # fmt: skip
def test_headers_of_many_languages_are_known(header: list[str], columns: dict[str, int]) -> None:
    guess = guessed([["Konto 123"], [], header, *BODY])
    assert guess.mapping.columns == columns
    assert (guess.mapping.date_order, guess.mapping.decimal) == ("dmy", ",")
    assert (guess.mapping.sign, guess.header_index) == ("expense_negative", 2)


def test_a_description_is_the_merchant_where_nobody_is_named_and_a_memo_is_not() -> None:
    rows = [["2024-03-05", "Kiosk", "3.20"], ["2024-03-06", "Kino", "11.00"]]
    assert guessed([["Date", "Description", "Amount"], *rows]).mapping.columns["merchant"] == 1
    memo = guessed([["Date", "Memo", "Amount"], *rows]).mapping.columns
    assert (memo.get("merchant"), memo["note"]) == (None, 1)
    both = [["Am", "Wer", "Wieviel", "Memo"], *[[*row, "by card"] for row in rows]]
    told = guessed(both).mapping.columns
    assert (told["merchant"], told["note"]) == (1, 3)


@pytest.mark.parametrize("amounts", [["12.50", "abc"], ["abc", "待定"], ["1,5,0", "ten"]])
def test_a_named_amount_stays_one_however_few_of_its_cells_can_be_read(amounts: list[str]) -> None:
    rows = [[f"2024-03-0{day} 12:00:00", cell, "甲"] for day, cell in enumerate(amounts, 5)]
    guess = guessed([["交易时间", "金额", "商户"], *rows])
    assert guess.mapping.columns == {"time": 0, "amount": 1, "merchant": 2}
    assert guess.certain


def test_a_header_below_its_rows_leaves_them_to_their_cells() -> None:
    rows = [[f"2024-03-{day:02}", "Kiosk", f"{day}.20"] for day in range(1, 9)]
    guess = guessed([*rows, ["Date", "Payee", "Amount"]])
    assert (guess.header_index, guess.mapping.columns["amount"]) == (-1, 2)


def test_a_table_without_a_header_is_told_by_its_cells() -> None:
    guess = guessed([["K|32000|1"], *BODY, ["17.03.2024", "Rad & Tat", "-1.024,90", "-939,10"]])
    assert (guess.header_index, guess.first_index) == (-1, 1)
    assert guess.mapping.columns == {"time": 0, "merchant": 1, "amount": 2}
    assert "header" in guess.doubts
    assert not guess.certain


def test_columns_out_and_in_are_told_by_excluding_each_other() -> None:
    lines = [["18/09/2024", "Kino", "11.00", ""], ["19/09/2024", "Miete", "700.00", ""],
             ["20/09/2024", "Lohn", "", "2100.00"]]  # fmt: skip
    guess = guessed(lines)
    assert guess.mapping.columns == {"time": 0, "merchant": 1, "amount_out": 2, "amount_in": 3}
    assert guess.mapping.sign == "two_columns"


def test_a_column_of_flags_tells_the_direction_under_any_name() -> None:
    lines = [["Datum", "Naam", "Bedrag", "Code"], ["20240305", "Kiosk", "3,20", "Af"],
             ["20240306", "Werkgever", "2000,00", "Bij"]]  # fmt: skip
    guess = guessed(lines)
    assert guess.mapping.columns["direction"] == 3
    assert guess.mapping.sign == "by_direction"
    assert guess.certain


@pytest.mark.parametrize(
    ("lines", "doubt"),
    [
        ([["Date", "Amount"], ["01/02/2024", "5"], ["03/04/2024", "6"]], "date_order"),
        ([["Date", "Amount"], ["22.02.18", "5"], ["23.02.18", "6"]], "date_order"),
        ([["Date", "Amount"], ["2024-02-01", "-5"], ["2024-02-02", "6"]], "sign"),
        ([["Date", "Amount"], ["2024-02-01", "1.234"], ["2024-02-02", "2.500"]], "decimal"),
        ([["Date", "Amount"], ["2024-02-01", "1,50"], ["2024-02-02", "2.50"]], "decimal"),
        ([["Date", "Amount", "Type"], ["2024-02-01", "5", "Revenue"]], "direction"),
        ([["交易时间", "交易类型", "金额"], ["2024-02-01", "二维码收款", "5"]], "direction"),
        ([["Date", "Debit", "Credit"], ["2024-02-01", "5", ""], ["2024-02-02", "-6", ""]], "sign"),
    ],
)  # fmt: skip
def test_what_leaves_a_doubt_names_it(lines: list[list[str]], doubt: str) -> None:
    guess = guessed(lines)
    assert doubt in guess.doubts
    assert guess.confidence < 0.8


@pytest.mark.parametrize(
    "lines",
    [
        [["Date", "Amount"], ["2024-02-01", "-5"], ["2024-02-02", "-6"]],
        [["Date", "Description", "Amount"], ["2024-02-01", "Coffee", "-5.00"],
         ["2024-02-02", "Tea", "-4.00"], ["2024-02-03", "Salary June", "3,000.00"]],
        [["Date", "Amount", "Balance"], ["2024-02-01", "-5.00", "95.00"],
         ["2024-02-02", "-6.00", "89.00"], ["2024-02-03", "10.00", "99.00"]],
    ],
)  # fmt: skip
def test_the_sign_of_spending_is_proved(lines: list[list[str]]) -> None:
    guess = guessed(lines)
    assert (guess.mapping.sign, guess.doubts, guess.certain) == ("expense_negative", (), True)


@pytest.mark.parametrize(
    "lines",
    [
        [["just", "words"], ["and", "more"]],
        [["2024-03-05"], ["2024-03-06"]],
        [["code", "value"], ["5411", "12.50"]],
        [["name", "telephone"], ["Ann", "0912345678"], ["Bob", "0987654321"]],
        [],
    ],
)
def test_what_holds_no_dates_beside_amounts_is_no_table(lines: list[list[str]]) -> None:
    assert guess_table(lines) is None


def test_dates_tell_their_order_together() -> None:
    assert date_order(["01/02/2024", "13/02/2024"]).order == "dmy"
    assert date_order(["01/02/2024", "01/13/2024"]).order == "mdy"
    assert date_order(["2024-01-02", "2024-02-01"]).proved
    assert not date_order(["01/02/2024", "13/02/2024", "02/13/2024"]).proved
    # Twelve days in a row are likelier than one day in each of twelve months.
    running = [f"{day:02}/03/2024" for day in range(1, 13)]
    assert (date_order(running).order, date_order(running).proved) == ("dmy", False)


def test_amounts_tell_their_decimal_sign_together() -> None:
    assert (decimal_sign(["12", "1,234"]).value, decimal_sign(["12"]).proved) == (".", True)
    assert (decimal_sign(["12", "1.234,5"]).value, decimal_sign(["3,20"]).proved) == (",", True)


def test_an_empty_column_may_hold_anything() -> None:
    assert same_kinds(("date", "text", "blank"), ("date", "text", "amount"))
    assert not same_kinds(("date", "text"), ("date", "amount"))
    assert not same_kinds(("date",), ("date", "text"))


def test_what_is_kept_of_a_large_file_is_small() -> None:
    sheet = Sheet(kept_lines([(row, ["x" * 40_000] * 500) for row in range(1, 90)]), 0.5, ("sign",))
    assert len(sheet.text()) < 300_000
    assert sheet_of(sheet.text()) == sheet
    mapping = ColumnMapping(columns={"time": 0, "amount": "Betrag"}, words={"o": "expense"})
    assert mapping_of(mapping.text()) == mapping
