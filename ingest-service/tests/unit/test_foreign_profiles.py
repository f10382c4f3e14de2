"""Exports of other programs and of banks abroad, made up here in their shapes."""

from __future__ import annotations

import io

import factories as f
import pandas as pd
import pytest

from ingest_service.domain.models import RowError
from ingest_service.domain.normalise import Reading
from ingest_service.domain.statement import StatementOptions, read_statement
from servicekit.money import exponent

OPTIONS = StatementOptions(Reading("UTC", "CNY", exponent), None, "en")


def read(lines: list[list[str]]) -> tuple[str, pd.DataFrame, list[RowError]]:
    chunks = list(read_statement(io.BytesIO(f.table_csv(lines)), OPTIONS))
    rows = pd.concat([chunk.rows for chunk in chunks])
    return chunks[0].profile_id, rows, [error for chunk in chunks for error in chunk.errors]


def told(rows: pd.DataFrame) -> list[tuple[int, str, str]]:
    return list(
        zip(rows["amount_minor"].tolist(), rows["currency"], rows["direction"], strict=True)
    )


def codes(errors: list[RowError]) -> list[tuple[int, str]]:
    return [(error.row, error.code) for error in errors]


def test_firefly_reads_types_and_leaves_balances_out() -> None:
    found, rows, errors = read(
        [
            ["journal_id", "type", "amount", "currency_code", "foreign_amount",
             "foreign_currency_code", "description", "date", "source_name", "destination_name",
             "category"],
            ["1", "Withdrawal", "-12.500000000000", "EUR", "-13.40", "USD", "Lunch",
             "2024-03-05T12:21:00+01:00", "Giro", "Bistro", "Food"],
            ["2", "Deposit", "1000.00", "EUR", "", "", "Pay", "2024-03-06T00:00:00+01:00",
             "Employer", "Giro", "Salary"],
            ["3", "Transfer", "50", "EUR", "", "", "", "2024-03-07T00:00:00+01:00", "Giro",
             "Savings", ""],
            ["4", "Opening balance", "7", "EUR", "", "", "", "2024-03-07T00:00:00+01:00", "x",
             "Giro", ""],
            ["5", "Transfer", "50", "EUR", "5 0", "USD", "", "2024-03-07T00:00:00+01:00", "Giro",
             "Savings", ""],
        ]
    )  # fmt: skip
    assert found == "firefly"
    assert told(rows) == [
        (1250, "EUR", "expense"), (100000, "EUR", "income"), (5000, "EUR", "transfer"),
    ]  # fmt: skip
    assert rows["merchant"].tolist() == ["Bistro", "Employer", "Savings"]
    assert rows["note"].tolist()[0] == "Lunch; USD 13.40"
    assert codes(errors) == [(6, "amount-invalid"), (5, "balance-row")]


def test_ezbookkeeping_reads_zones_places_and_expenses_below_zero() -> None:
    found, rows, errors = read(
        [
            ["Time", "Timezone", "Type", "Category", "Sub Category", "Account",
             "Account Currency", "Amount", "Account2", "Account2 Currency", "Account2 Amount",
             "Geographic Location", "Tags", "Description"],
            ["2024-03-05 12:21:00", "+08:00", "Expense", "餐饮", "午餐", "现金", "CNY", "28.50", "",
             "", "", "121.47 31.23", "a;b", "面"],
            ["2024-03-05 12:21:00", "+08:00", "Expense", "餐饮", "午餐", "现金", "CNY", "-3.00", "",
             "", "", "", "", ""],
            ["2024-03-05 12:21:00", "+08:00", "Transfer", "", "转账", "现金", "CNY", "10.00", "行",
             "USD", "1.40", "", "", ""],
            ["2024-03-05 12:21:00", "+08:00", "Balance Modification", "", "", "现金", "CNY", "9",
             "", "", "", "", "", ""],
            ["2024-03-05 12:21:00", "Asia/Shanghai", "Income", "", "", "现金", "CNY", "9", "", "",
             "", "", "", ""],
        ]
    )  # fmt: skip
    assert found == "ezbookkeeping"
    assert told(rows) == [
        (2850, "CNY", "expense"), (300, "CNY", "refund"), (1000, "CNY", "transfer"),
    ]  # fmt: skip
    assert rows["time"].tolist()[0] == 1709612460
    assert (rows["lat"].tolist()[0], rows["lon"].tolist()[0]) == (31.23, 121.47)
    assert rows["category_path"].tolist() == ["餐饮/午餐", "餐饮/午餐", ""]
    assert codes(errors) == [(6, "time-invalid"), (5, "balance-row")]


def test_actual_reads_parts_of_splits_and_not_their_sum() -> None:
    found, rows, errors = read(
        [
            ["Account", "Date", "Payee", "Notes", "Category", "Amount", "Split_Amount", "Cleared"],
            ["A", "2024-03-05", "Shop", "(SPLIT INTO 2) x", "", "-30.00", "0", "Cleared"],
            ["A", "2024-03-05", "Shop", "(SPLIT 1 OF 2) food", "Food: Out", "0", "-10.00", ""],
            ["A", "2024-03-05", "Shop", "(SPLIT 2 OF 2) home", "Home", "0", "-20.00", ""],
            ["A", "2024-03-06", "Starting Balance", "", "Starting Balances", "500", "0", ""],
            ["A", "2024-03-07", "Employer", "pay", "Income", "1,000.00", "0", ""],
        ]
    )
    assert found == "actual"
    assert told(rows) == [
        (1000, "CNY", "expense"), (2000, "CNY", "expense"), (100000, "CNY", "income"),
    ]  # fmt: skip
    assert rows["note"].tolist()[0] == "food"
    assert codes(errors) == [(2, "summary-row"), (5, "balance-row")]


def test_mint_reads_month_before_day_and_the_type_of_its_own_column() -> None:
    found, rows, errors = read(
        [
            ["Date", "Description", "Original Description", "Amount", "Transaction Type",
             "Category", "Account Name", "Labels", "Notes"],
            ["3/05/2024", "Cafe", "CAFE 12", "4.50", "debit", "Coffee Shops", "Card", "", ""],
            ["3/06/2024", "Card", "PAYMENT", "90.00", "credit", "Credit Card Payment", "Card", "",
             ""],
            ["3/07/2024", "Shoes", "SHOES", "60.00", "credit", "Returned Purchase", "Card", "", ""],
            ["3/08/2024", "What", "WHAT", "1.00", "both", "Food", "Card", "", ""],
        ]
    )  # fmt: skip
    assert found == "mint"
    assert rows["direction"].tolist() == ["expense", "transfer", "refund"]
    assert pd.to_datetime(rows["local_day"], unit="D").dt.month.tolist() == [3, 3, 3]
    assert codes(errors) == [(5, "direction-invalid")]


@pytest.mark.parametrize(
    ("head", "category"),
    [
        (["Category Group/Category", "Category Group", "Category"], ["Food: Out", "Food", "Out"]),
        (["Category", "Master Category", "Sub Category"], ["Food:Out", "Food", "Out"]),
    ],
    ids=["web", "YNAB 4"],
)
def test_ynab_reads_both_generations_and_currency_signs(
    head: list[str], category: list[str]
) -> None:
    found, rows, errors = read(
        [
            ["Account", "Flag", "Date", "Payee", *head, "Memo", "Outflow", "Inflow", "Cleared"],
            ["A", "", "31.12.2023", "Shop", *category, "m", "1.234,50€", "0,00€", "C"],
            ["A", "", "01.12.2023", "Transfer : B", "", "", "", "", "5,00€", "0,00€", "C"],
            ["A", "", "02.12.2023", "Employer", "", "Inflow", "", "", "0,00€", "900,00€", "C"],
            ["A", "", "03.12.2023", "Starting Balance", "", "", "", "", "0,00€", "7,00€", "C"],
        ]
    )
    assert found == "ynab"
    assert told(rows) == [
        (123450, "EUR", "expense"), (500, "EUR", "transfer"), (90000, "EUR", "income"),
    ]  # fmt: skip
    assert rows["category_path"].tolist() == ["Food/Out", "", ""]
    assert codes(errors) == [(5, "balance-row")]


def test_revolut_adds_fees_and_leaves_out_what_was_reverted() -> None:
    found, rows, errors = read(
        [
            ["Type", "Product", "Started Date", "Completed Date", "Description", "Amount", "Fee",
             "Currency", "State", "Balance"],
            ["ATM", "Current", "2024-03-05 12:21:00", "2024-03-06 01:00:00", "Cash", "-100.00",
             "2.50", "EUR", "COMPLETED", "1"],
            ["CARD_PAYMENT", "Current", "2024-03-05 12:21:00", "", "Cafe", "-3.20", "0.00", "EUR",
             "PENDING", ""],
            ["CARD_PAYMENT", "Current", "2024-03-05 12:21:00", "", "Hotel", "-90.00", "0.00",
             "EUR", "REVERTED", ""],
            ["EXCHANGE", "Current", "2024-03-05 12:21:00", "", "To USD", "-50.00", "0.00", "EUR",
             "COMPLETED", ""],
            ["CARD_REFUND", "Current", "2024-03-05 12:21:00", "", "Shop", "8.00", "0.00", "EUR",
             "COMPLETED", ""],
            ["TRANSFER", "Current", "2024-03-05 12:21:00", "", "From J", "8.00", "0.00", "EUR",
             "COMPLETED", ""],
        ]
    )  # fmt: skip
    assert found == "revolut"
    assert rows["amount_minor"].tolist() == [10250, 320, 5000, 800, 800]
    assert rows["direction"].tolist() == ["expense", "expense", "transfer", "refund", "income"]
    assert rows["pending"].tolist() == [False, True, False, False, False]
    assert codes(errors) == [(4, "closed-nothing-moved")]


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (
            ["Datum", "Empfänger", "Kontonummer", "Transaktionstyp", "Verwendungszweck",
             "Kategorie", "Betrag (EUR)", "Betrag (Fremdwährung)", "Fremdwährung", "Wechselkurs"],
            ["2024-03-05", "Shop", "", "MasterCard Zahlung", "", "Shopping", "-9.20", "-10.00",
             "USD", "1.087"],
        ),
        (
            ["Booking Date", "Value Date", "Partner Name", "Partner Iban", "Type",
             "Payment Reference", "Account Name", "Amount (EUR)", "Original Amount",
             "Original Currency", "Exchange Rate"],
            ["2024-03-05", "2024-03-05", "Shop", "", "Presentment", "-", "Main", "-9.20",
             "-10.00", "USD", "1.087"],
        ),
    ],
    ids=["2016", "2023"],
)  # fmt: skip
def test_n26_reads_both_generations(head: list[str], row: list[str]) -> None:
    found, rows, errors = read([head, row])
    assert (found, errors) == ("n26", [])
    assert told(rows) == [(920, "EUR", "expense")]
    assert rows["note"].tolist() == ["USD 10.00"]


ENGLISH = ["Date", "Time", "TimeZone", "Name", "Type", "Status", "Currency", "Gross", "Fee", "Net",
           "Transaction ID", "Reference Txn ID"]  # fmt: skip
GERMAN = ["Datum", "Uhrzeit", "Zeitzone", "Name", "Typ", "Status", "Währung", "Brutto", "Gebühr",
          "Netto", "Transaktionscode", "Zugehöriger Transaktionscode"]  # fmt: skip
CHINESE = ["日期", "时间", "时区", "名称", "类型", "状态", "币种", "总额", "费用", "净额", "交易号",
           "参考交易号"]  # fmt: skip


@pytest.mark.parametrize(
    ("head", "date", "amounts", "kinds", "states"),
    [
        (ENGLISH, "03/25/2024", ["-1,234.50", "5.00"],
         ["Express Checkout Payment", "General Currency Conversion", "Payment Refund",
          "General Authorization"], ["Completed", "Pending"]),
        (GERMAN, "25.03.2024", ["-1.234,50", "5,00"],
         ["PayPal Express-Zahlung", "Allgemeine Währungsumrechnung", "Rückzahlung",
          "Allgemeine Autorisierung"], ["Abgeschlossen", "Ausstehend"]),
        (CHINESE, "2024/3/25", ["-1,234.50", "5.00"],
         ["快速结账付款", "一般货币兑换", "付款退款", "一般授权"], ["已完成", "待处理"]),
    ],
    ids=["English", "German", "Chinese"],
)  # fmt: skip
def test_paypal_reads_conversions_refunds_and_pending_rows_in_three_languages(
    head: list[str], date: str, amounts: list[str], kinds: list[str], states: list[str]
) -> None:
    spent, back = amounts
    done, pending = states
    lines = [
        [date, "12:21:00", "CET", "Shop", kinds[0], pending, "USD", spent, "0", spent, "T1", ""],
        [date, "12:21:00", "CET", "", kinds[1], done, "USD", back, "0", back, "T2", "T1"],
        [date, "12:22:00", "CET", "Shop", kinds[2], done, "USD", back, "0", back, "T3", "T1"],
        [date, "12:23:00", "CET", "Shop", kinds[3], done, "USD", spent, "0", spent, "T4", ""],
    ]
    found, rows, errors = read([head, *lines])
    assert found == "paypal"
    assert told(rows) == [
        (123450, "USD", "expense"), (500, "USD", "transfer"), (500, "USD", "refund"),
    ]  # fmt: skip
    assert rows["pending"].tolist() == [True, False, False]
    assert rows["order_ref"].tolist() == ["", "T1", "T1"]
    assert rows["local_day"].tolist() == [19807] * 3
    assert codes(errors) == [(5, "not-a-transaction")]
