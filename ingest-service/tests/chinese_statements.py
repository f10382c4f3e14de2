"""Statements of Chinese banks and apps, made up by the project: one for each generation of columns.

The tables stand in statements/PROFILE.GENERATION.txt, with | between cells. Each names here what it
must become: amounts in minor units, currencies, directions; the rows that are left out or refused,
by their line; and the account of its first row.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "statements"


@dataclass(frozen=True)
class Statement:
    """A table, and what it means."""

    profile: str
    generation: str
    account: str
    told: tuple[tuple[int, str, str], ...]
    out: tuple[tuple[int, str], ...] = ()

    @property
    def name(self) -> str:
        return f"{self.profile}.{self.generation}"

    @property
    def cells(self) -> list[list[str]]:
        text = (_FOLDER / f"{self.name}.txt").read_text(encoding="utf-8")
        return [line.split("|") for line in text.splitlines()]


def statement(name: str, *rows: str) -> bytes:
    """The lines above the table of a fixture with other rows below, in GB18030."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    widest = max(line.count("|") for line in lines)
    first = next(at for at, line in enumerate(lines) if line.count("|") >= widest - 1)
    text = io.StringIO()
    csv.writer(text).writerows(line.split("|") for line in [*lines[: first + 1], *rows])
    return text.getvalue().encode("gb18030")


STATEMENTS = (
    Statement(
        "jd",
        "jd",
        "招商银行信用卡(1234)",
        (
            (10000, "CNY", "expense"),
            (3000, "CNY", "refund"),
            (120000, "CNY", "expense"),
            (5900, "CNY", "neutral"),
            (20000, "CNY", "transfer"),
            (8800, "CNY", "expense"),
            (12, "CNY", "income"),
        ),
        (
            (12, "zero-amount"),
            (13, "status-unknown"),
        ),
    ),
    Statement(
        "meituan",
        "meituan",
        "美团月付",
        (
            (2100, "CNY", "expense"),
            (6800, "CNY", "refund"),
            (4812, "CNY", "transfer"),
        ),
        ((9, "zero-amount"),),
    ),
    Statement(
        "pinduoduo",
        "orders",
        "",
        (
            (1980, "CNY", "expense"),
            (3000, "CNY", "expense"),
            (9900, "CNY", "expense"),
            (2000, "CNY", "expense"),
        ),
    ),
    Statement(
        "pinduoduo",
        "short",
        "",
        ((1980, "CNY", "expense"),),
        ((4, "zero-amount"),),
    ),
    Statement(
        "unionpay",
        "wallet",
        "招商银行储蓄卡(9876)",
        (
            (2850, "CNY", "expense"),
            (850, "CNY", "refund"),
            (50000, "CNY", "transfer"),
            (900, "CNY", "expense"),
        ),
    ),
    Statement(
        "unionpay",
        "detail",
        "",
        (
            (1280, "CNY", "expense"),
            (4500, "CNY", "income"),
            (30000, "CNY", "neutral"),
        ),
        ((6, "summary-row"),),
    ),
    Statement(
        "unionpay",
        "booked",
        "招商银行储蓄卡(9876)",
        ((3500, "CNY", "expense"),),
    ),
    Statement(
        "unionpay",
        "plain",
        "",
        ((3500, "CNY", "expense"),),
        ((4, "direction-invalid"),),
    ),
    Statement(
        "icbc-debit",
        "debit-v1",
        "工商银行储蓄卡(4321)",
        (
            (2850, "CNY", "expense"),
            (900000, "CNY", "income"),
            (123456, "CNY", "transfer"),
            (850, "CNY", "refund"),
            (5000, "CNY", "transfer"),
            (4985, "CNY", "expense"),
        ),
        ((11, "summary-row"),),
    ),
    Statement(
        "icbc-debit",
        "debit-v2",
        "工商银行储蓄卡(4321)",
        ((50000, "CNY", "expense"),),
    ),
    Statement(
        "icbc-debit",
        "debit-pdf",
        "工商银行储蓄卡(4321)",
        (
            (2850, "CNY", "expense"),
            (12, "CNY", "income"),
        ),
    ),
    Statement(
        "icbc-credit",
        "credit",
        "工商银行信用卡(4321)",
        (
            (2850, "CNY", "expense"),
            (4985, "CNY", "expense"),
            (90000, "CNY", "transfer"),
            (850, "CNY", "refund"),
        ),
        ((8, "summary-row"),),
    ),
    Statement(
        "cmb-debit",
        "debit-web",
        "招商银行储蓄卡(1234)",
        (
            (2850, "CNY", "expense"),
            (900000, "CNY", "income"),
            (500, "CNY", "refund"),
        ),
    ),
    Statement(
        "cmb-debit",
        "debit-pdf",
        "招商银行储蓄卡",
        (
            (100000, "CNY", "expense"),
            (500, "CNY", "refund"),
            (20000, "CNY", "transfer"),
        ),
    ),
    Statement(
        "cmb-credit",
        "credit",
        "招商银行信用卡(1234)",
        (
            (34567, "CNY", "transfer"),
            (2850, "CNY", "expense"),
            (4985, "CNY", "expense"),
            (850, "CNY", "refund"),
        ),
    ),
    Statement(
        "ccb-debit",
        "debit-web",
        "建设银行储蓄卡(5555)",
        (
            (6700, "CNY", "expense"),
            (900000, "CNY", "income"),
            (51502, "CNY", "expense"),
        ),
    ),
    Statement(
        "ccb-debit",
        "debit-full",
        "建设银行储蓄卡(5555)",
        (
            (2850, "CNY", "expense"),
            (12, "CNY", "income"),
        ),
    ),
    Statement(
        "ccb-credit",
        "credit-bill",
        "建设银行信用卡(4321)",
        (
            (2850, "CNY", "expense"),
            (123450, "CNY", "transfer"),
            (4985, "CNY", "expense"),
            (850, "CNY", "refund"),
            (10000, "CNY", "income"),
        ),
        ((6, "balance-row"),),
    ),
    Statement(
        "ccb-credit",
        "credit-list",
        "建设银行信用卡(4321)",
        (
            (2850, "CNY", "expense"),
            (123450, "CNY", "transfer"),
            (4985, "CNY", "expense"),
        ),
    ),
    Statement(
        "abc-debit",
        "debit-app",
        "农业银行储蓄卡",
        (
            (1000, "CNY", "expense"),
            (100000, "CNY", "income"),
            (50000, "CNY", "transfer"),
        ),
        ((5, "zero-amount"),),
    ),
    Statement(
        "abc-debit",
        "debit-web",
        "农业银行储蓄卡(1111)",
        (
            (2850, "CNY", "expense"),
            (30000, "CNY", "transfer"),
        ),
    ),
    Statement(
        "abc-credit",
        "credit",
        "农业银行信用卡(2222)",
        (
            (2850, "CNY", "expense"),
            (50000, "CNY", "transfer"),
        ),
    ),
    Statement(
        "boc-debit",
        "debit-pdf",
        "中国银行储蓄卡(6666)",
        (
            (2850, "CNY", "expense"),
            (300000, "CNY", "transfer"),
            (850, "CNY", "refund"),
            (500, "USD", "expense"),
        ),
    ),
    Statement(
        "boc-debit",
        "debit-web",
        "中国银行储蓄卡",
        (
            (2850, "CNY", "expense"),
            (10000, "HKD", "transfer"),
        ),
    ),
    Statement(
        "boc-credit",
        "credit",
        "中国银行信用卡(7777)",
        (
            (2850, "CNY", "expense"),
            (36119, "CNY", "transfer"),
            (850, "CNY", "refund"),
            (1, "CNY", "income"),
            (372, "USD", "expense"),
        ),
    ),
    Statement(
        "bocom-debit",
        "debit-app",
        "交通银行储蓄卡",
        (
            (2850, "CNY", "expense"),
            (123, "CNY", "income"),
            (30000, "CNY", "transfer"),
        ),
        ((5, "direction-invalid"),),
    ),
    Statement(
        "bocom-debit",
        "debit-web",
        "交通银行储蓄卡(0123)",
        (
            (2850, "CNY", "expense"),
            (50000, "CNY", "transfer"),
        ),
    ),
    Statement(
        "bocom-credit",
        "credit",
        "交通银行信用卡",
        (
            (2850, "CNY", "expense"),
            (850, "CNY", "refund"),
            (50000, "CNY", "transfer"),
            (4985, "CNY", "expense"),
        ),
    ),
    Statement(
        "citic-credit",
        "credit",
        "中信银行信用卡(6688)",
        (
            (2850, "CNY", "expense"),
            (4985, "CNY", "expense"),
            (50000, "CNY", "transfer"),
            (20, "CNY", "income"),
            (850, "CNY", "refund"),
        ),
    ),
    Statement(
        "citic-debit",
        "debit-income-expense",
        "中信银行储蓄卡(3333)",
        (
            (2850, "CNY", "expense"),
            (10000, "CNY", "transfer"),
        ),
    ),
    Statement(
        "spdb-debit",
        "debit",
        "浦发银行储蓄卡(1230)",
        (
            (2850, "CNY", "expense"),
            (1000, "CNY", "income"),
        ),
    ),
    Statement(
        "spdb-credit",
        "credit",
        "浦发银行信用卡(8888)",
        (
            (2850, "CNY", "expense"),
            (4985, "CNY", "expense"),
            (50000, "CNY", "transfer"),
        ),
    ),
    Statement(
        "cgb-credit",
        "credit",
        "广发银行信用卡",
        (
            (1590, "CNY", "expense"),
            (590, "CNY", "refund"),
            (113068, "CNY", "transfer"),
            (2000, "CNY", "income"),
            (4985, "CNY", "expense"),
        ),
    ),
    Statement(
        "cgb-debit",
        "debit-booked",
        "广发银行储蓄卡(4444)",
        ((2850, "CNY", "expense"),),
        ((4, "zero-amount"),),
    ),
    Statement(
        "hxsec",
        "hxsec",
        "华西证券(1234)",
        (
            (100000, "CNY", "transfer"),
            (39402, "CNY", "transfer"),
            (40000, "CNY", "transfer"),
            (150, "CNY", "income"),
        ),
        ((6, "zero-amount"),),
    ),
    Statement(
        "td",
        "activity",
        "TD",
        (
            (1210, "CAD", "expense"),
            (133222, "CAD", "income"),
            (10000, "CAD", "transfer"),
        ),
    ),
    Statement(
        "bmo-debit",
        "bmo-debit",
        "BMO(2222)",
        (
            (1, "CAD", "income"),
            (6832, "CAD", "expense"),
        ),
    ),
    Statement(
        "bmo-credit",
        "bmo-credit",
        "BMO(3333)",
        (
            (327, "CAD", "expense"),
            (5000, "CAD", "transfer"),
            (327, "CAD", "refund"),
        ),
    ),
)
