"""Random statements written in the many ways of banks, with what they say."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

NAMES: Mapping[str, tuple[str, ...]] = {
    "time": ("Date", "交易日期", "Buchungstag", "Fecha", "Datum"),
    "clock": ("交易时刻", "Uhrzeit", "Hora"),
    "amount": ("Amount", "金额", "Betrag", "Importe", "Bedrag"),
    "amount_out": ("Debit", "支出金额", "Paid out"),
    "amount_in": ("Credit", "收入金额", "Paid in"),
    "direction": ("收/支", "Direction", "D/C"),
    "merchant": ("Payee", "商户", "Empfänger"),
    "note": ("Memo", "备注", "Verwendungszweck"),
}
WORDS = (("支出", "收入"), ("Debit", "Credit"), ("S", "H"), ("Af", "Bij"), ("out", "in"))
SHOPS = ("Corner Bakery", "兰州拉面", "Kino Lichtblick", "Book & Bean", "地铁", "Øl og Brød")
DAYS = {
    "ymd": ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"),
    "dmy": ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d.%m.%y"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y"),
}


@dataclass(frozen=True)
class Payment:
    """What a row says: the moment, cents, and whether it is a spending."""

    moment: dt.datetime
    cents: int
    spent: bool
    shop: str


@dataclass(frozen=True)
class Writing:
    """How a table is written."""

    order: str
    day_format: str
    clock: str
    decimal: str
    group: str
    sign: str
    words: tuple[str, str]
    named: bool
    unknown_names: bool
    roles: tuple[str, ...]
    names: Mapping[str, str]

    @property
    def mapping(self) -> dict[str, object]:
        """The mapping that reads the table, as it is sent."""
        return {
            "columns": {role: at for at, role in enumerate(self.roles) if role != "skip"},
            "date_order": self.order,
            "decimal": self.decimal,
            "sign": self.sign,
            "header_row": 1 if self.named else 0,
        }

    def cells(self, payment: Payment) -> list[str]:
        """The row of a payment."""
        shown = self._amount(payment.cents)
        minus = payment.spent == (self.sign == "expense_negative")
        told = {
            "time": payment.moment.strftime(self.day_format)
            + (payment.moment.strftime(" %H:%M:%S") if self.clock == "inside" else ""),
            "clock": payment.moment.strftime("%H:%M"),
            "amount": f"-{shown}" if minus and self.sign != "by_direction" else shown,
            "amount_out": shown if payment.spent else "",
            "amount_in": "" if payment.spent else shown,
            "direction": self.words[0] if payment.spent else self.words[1],
            "merchant": payment.shop,
            "note": "",
            "skip": "",
        }
        return [told[role] for role in self.roles]

    def _amount(self, cents: int) -> str:
        whole = f"{cents // 100:,}".replace(",", self.group)
        return f"{whole}{self.decimal}{cents % 100:02}"


def written(writing: Writing, payments: Sequence[Payment]) -> bytes:
    """The table as a file."""
    lines = [writing.cells(payment) for payment in payments]
    if writing.named:
        lines.insert(0, [writing.names.get(role, "") for role in writing.roles])
    text = io.StringIO()
    csv.writer(text, delimiter=";" if writing.decimal == "," else ",").writerows(lines)
    return text.getvalue().encode()


def told(writing: Writing, payments: Sequence[Payment]) -> list[tuple[str, int, str]]:
    """What the file says of each payment: its local time, cents and direction."""
    shape = {"inside": "%Y-%m-%d %H:%M:%S", "column": "%Y-%m-%d %H:%M:00", "": "%Y-%m-%d 00:00:00"}
    return [
        (
            payment.moment.strftime(shape[writing.clock]),
            payment.cents,
            "expense" if payment.spent else "income",
        )
        for payment in payments
    ]


@st.composite
def writings(draw: st.DrawFn) -> Writing:
    order = draw(st.sampled_from(sorted(DAYS)))
    decimal = draw(st.sampled_from([".", ","]))
    sign = draw(
        st.sampled_from(["expense_positive", "expense_negative", "by_direction", "two_columns"])
    )
    clock = draw(st.sampled_from(["", "inside", "column"]))
    money = {"two_columns": ["amount_out", "amount_in"], "by_direction": ["amount", "direction"]}
    roles = ["time", "merchant", *money.get(sign, ["amount"])]
    roles += ["clock"] if clock == "column" else []
    roles += draw(st.lists(st.sampled_from(["note", "skip"]), unique=True))
    style = draw(st.sampled_from(["named", "named", "unknown", "none"]))
    names = {role: draw(st.sampled_from(options)) for role, options in NAMES.items()}
    if style == "unknown":
        names = {role: f"Sloupec {chr(65 + at)}" for at, role in enumerate(NAMES)}
    return Writing(
        order=order,
        day_format=draw(st.sampled_from(DAYS[order])),
        clock=clock,
        decimal=decimal,
        group=draw(st.sampled_from(["", ".", " "] if decimal == "," else ["", ",", " "])),
        sign=sign,
        words=draw(st.sampled_from(WORDS)),
        named=style != "none",
        unknown_names=style == "unknown",
        roles=tuple(draw(st.permutations(roles))),
        names=names,
    )


@st.composite
def payments(draw: st.DrawFn) -> list[Payment]:
    """Some payments of one or two years, at least one of them a spending."""
    one = st.builds(
        Payment,
        moment=st.datetimes(dt.datetime(2023, 1, 1), dt.datetime(2024, 12, 31, 23, 59)),  # noqa: DTZ001 - local
        cents=st.integers(1, 5_000_000),
        spent=st.booleans(),
        shop=st.sampled_from(SHOPS),
    )
    found = draw(st.lists(one, min_size=1, max_size=12))
    if not any(payment.spent for payment in found):
        found = [Payment(found[0].moment, found[0].cents, True, found[0].shop), *found[1:]]
    return [
        Payment(p.moment.replace(second=0, microsecond=0), p.cents, p.spent, p.shop) for p in found
    ]
