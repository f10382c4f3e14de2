"""What others' test suites say that a statement holds, read from the files beside the statement."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

Directions = frozenset[str]

OUT: Directions = frozenset({"expense", "transfer"})
IN: Directions = frozenset({"income", "refund", "transfer"})
"""Money that left or came, where the sign is all that is told: a move between own accounts has none
in ours."""

_KINDS = {"EXPENSE": "expense", "INCOME": "income", "TRANSFER_OUT": "transfer"}
_BELOW_ZERO = {"expense": "refund", "income": "expense"}
_NO_MINOR_UNITS = {"JPY", "KRW"}


@dataclass
class Row:
    """One transaction as it is told: hundredths of the unit, UTC moment or day, directions."""

    cents: int | None = None
    moment: str | None = None
    directions: Directions | None = None


@dataclass
class Expected:
    """What a statement should become: an error of that name, or exactly these rows."""

    error: str | None = None
    rows: list[Row] = field(default_factory=list)
    says_rows: bool = False
    """Whether the number of rows is told, even if it is 0."""

    def told(self) -> str:
        """One cell of the table."""
        return self.error or f"{len(self.rows)} rows"


def cents(text: str) -> int:
    """Unsigned hundredths of the unit, whatever the currency's minor unit is."""
    return int(abs(Decimal(text) * 100).to_integral_value())


def flow(signed: str) -> Directions:
    """The directions that a signed amount can have."""
    return OUT if signed.startswith("-") else IN


def from_ezbookkeeping(path: Path) -> Expected | None:
    """The assertions of a converter test; None where it says nothing about transactions."""
    asserts = json.loads(path.read_text(encoding="utf-8"))["asserts"]
    rows: dict[int, Row] = {}
    balances: set[int] = set()
    count: int | None = None
    for kind, text in asserts:
        if kind == "EqualError":
            return Expected(error=text.split("errs.")[-1].removesuffix(".Message"))
        if match := re.match(r"(\d+), len\(allNewTransactions\)", text):
            count = int(match[1])
        _assertion(text, rows, balances)
    if count is None and not rows:
        return None
    for row in rows.values():
        if row.cents is None and row.directions is not None:
            # The sign is not told; below zero money went the other way.
            row.directions |= {_BELOW_ZERO[one] for one in row.directions if one in _BELOW_ZERO}
    # A file may have more rows than are asserted one by one, never fewer.
    number = count if count is not None else max(rows) + 1
    told = [rows.get(at, Row()) for at in range(number) if at not in balances]
    return Expected(rows=told, says_rows=True)


def _assertion(text: str, rows: dict[int, Row], balances: set[int]) -> None:
    """Adds what one assertion says of one transaction."""
    if match := re.match(r"models\.TRANSACTION_DB_TYPE_(\w+), \w+\[(\d+)\]\.Type", text):
        at = int(match[2])
        if match[1] not in _KINDS:
            balances.add(at)
            return
        row = rows.setdefault(at, Row())
        row.directions = frozenset({_KINDS[match[1]]})
    elif match := re.match(r"int64\((-?\d+)\), allNewTransactions\[(\d+)\]\.Amount", text):
        row = rows.setdefault(int(match[2]), Row())
        row.cents = abs(int(match[1]))
        if match[1].startswith("-") and row.directions:
            row.directions = frozenset(_BELOW_ZERO.get(one, one) for one in row.directions)
    elif match := re.match(r"int64\((\d+)\), utils.GetUnixTime.*?\[(\d+)\]", text):
        moment = dt.datetime.fromtimestamp(int(match[1]), tz=dt.UTC)
        rows.setdefault(int(match[2]), Row()).moment = moment.strftime("%Y-%m-%dT%H:%M:%S")
    elif match := re.match(r'"(\d{4}-\d\d-\d\d) ([\d:]{8})", utils.Format.*?\[(\d+)\]', text):
        rows.setdefault(int(match[3]), Row()).moment = f"{match[1]}T{match[2]}"


def from_mt940(path: Path) -> Expected | None:
    """The transactions of a parsed message, with amount and value date."""
    blocks = path.read_text(encoding="utf-8").split("mt940.models.Transaction\n")[1:]
    rows = []
    for block in blocks:
        amount = re.search(r"^    amount: .*\n.*\n      - '(-?[\d.E+-]+)'", block, re.MULTILINE)
        if amount is None:
            continue
        row = Row(cents(amount[1]), directions=flow(amount[1]))
        day = re.search(r"^    date: .*\n    - !!binary \|\n      (\S+)", block, re.MULTILINE)
        if day is not None:
            high, low, month, number = base64.b64decode(day[1])
            row.moment = f"{high * 256 + low:04}-{month:02}-{number:02}"
        rows.append(row)
    return Expected(rows=moving(rows), says_rows=True) if rows else None


def from_camt(path: Path) -> Expected | None:
    """The entries of a parsed message, with amount and booking date."""
    entries = json.loads(path.read_text(encoding="utf-8")).get("getEntries")
    if not isinstance(entries, list):
        return None
    rows = []
    for entry in entries:
        amount = entry["getAmount"]
        places = 0 if amount["getCurrency"]["getCode"] in _NO_MINOR_UNITS else 2
        value = abs(int(amount["getAmount"])) * 10 ** (2 - places)
        row = Row(value, directions=flow(amount["getAmount"]))
        booked = entry.get("getBookingDate") or entry.get("getValueDate")
        row.moment = booked["0"][:10] if booked else None
        rows.append(row)
    return Expected(rows=moving(rows), says_rows=True)


def from_ofx_tags(path: Path) -> Expected:
    """The values of TRNAMT and DTPOSTED, by a reading of the tags alone."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    rows = []
    for block in re.split(r"<STMTTRN>", text)[1:]:
        amount = re.search(r"<TRNAMT>\s*([-+\d.]+)", block)
        day = re.search(r"<DTPOSTED>\s*(\d{4})(\d\d)(\d\d)", block)
        rows.append(
            Row(
                cents(amount[1]) if amount else None,
                "-".join(day.groups()) if day else None,
                flow(amount[1]) if amount else None,
            )
        )
    return Expected(rows=moving(rows), says_rows=True)


def from_qif_lines(path: Path) -> Expected:
    """The T lines, by a reading of the letters alone."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    amounts = re.findall(r"^T([-+\d.,]+)", text, re.MULTILINE)
    rows = [Row(cents(a.replace(",", "")), directions=flow(a)) for a in amounts]
    return Expected(rows=moving(rows), says_rows=True)


def moving(rows: list[Row]) -> list[Row]:
    """Without rows of zero, which move nothing: ours counts them as ignored, with that reason."""
    return [row for row in rows if row.cents != 0]


def _book(*rows: tuple[int, str, str]) -> Expected:
    told = [Row(value, moment, frozenset({direction})) for value, moment, direction in rows]
    return Expected(rows=told, says_rows=True)


NO_STATEMENT = Expected(error="no statement")
"""What a workbook of letters must become."""

WORKBOOKS = {
    # What ezbookkeeping's tests of these workbooks assert (the balances apart, which ours ignores).
    "feidee_mymoney_legacy_test_file.xls": _book(
        (12, "2024-09-01T01:23:45", "income"),
        (100, "2024-09-01T12:34:56", "expense"),
        (5, "2024-09-01T23:59:59", "transfer"),
        (54300, "2024-09-10T00:00:00", "expense"),
        (12340, "2024-09-11T05:06:00", "refund"),
    ),
    "feidee_mymoney_elecloud_test_file.xlsx": _book(
        (12, "2024-09-01T01:23:45", "income"),
        (100, "2024-09-01T12:34:56", "expense"),
        (5, "2024-09-01T23:59:59", "transfer"),
        (654300, "2024-09-10T00:00:00", "expense"),
        (112340, "2024-09-11T05:06:00", "refund"),
    ),
    "feidee_mymoney_test_file.xls": _book(
        (1, "2026-07-07T00:01:02", "transfer"),
        (98, "2026-07-07T00:31:00", "income"),
        (12300, "2026-07-07T00:31:33", "expense"),
        (100, "2026-07-07T00:32:00", "expense"),
        (1230, "2026-07-07T00:00:00", "refund"),
    ),
}
"""The workbooks that hold account books; the others of the folder hold letters."""
