"""What others' test suites say that a statement holds, read from the files beside the statement."""

from __future__ import annotations

import base64
import configparser
import csv
import datetime as dt
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

_KINDS = {"EXPENSE": "expense", "INCOME": "income", "TRANSFER_OUT": "transfer"}
_POSTING = re.compile(r"^\s+([A-Z]\w*:\S+)\s+(-?[\d.]+) ([A-Z]{3})\b", re.MULTILINE)


@dataclass
class Expected:
    """What a statement should become; None and empty where nothing is said."""

    error: str | None = None
    rows: int | None = None
    amounts: Counter[int] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    whole: bool = False
    """Whether amounts and times are said of every row."""


def minor(text: str, places: int = 2) -> int:
    """Unsigned minor units."""
    return int(abs(Decimal(text)).scaleb(places).to_integral_value())


def from_ezbookkeeping(path: Path) -> Expected | None:
    """The assertions of a converter test; None where it says nothing about transactions."""
    asserts = json.loads(path.read_text(encoding="utf-8"))["asserts"]
    found = Expected()
    balances = set()
    for kind, text in asserts:
        if kind == "EqualError":
            return Expected(error=text.split("errs.")[-1].removesuffix(".Message"))
        if match := re.match(r"models\.TRANSACTION_DB_TYPE_(\w+), \w+\[(\d+)\]\.Type", text):
            if match[1] in _KINDS:
                found.kinds[_KINDS[match[1]]] += 1
            else:
                balances.add(match[2])
        elif match := re.match(r"(\d+), len\(allNewTransactions\)", text):
            found.rows = int(match[1])
        elif match := re.match(r"int64\((-?\d+)\), allNewTransactions\[(\d+)\]\.Amount", text):
            found.amounts[abs(int(match[1]))] += match[2] not in balances
        elif match := re.match(r"int64\((\d+)\), utils.GetUnixTime.*?\[(\d+)\]", text):
            moment = dt.datetime.fromtimestamp(int(match[1]), tz=dt.UTC)
            found.times[moment.strftime("%Y-%m-%dT%H:%M:%S")] += match[2] not in balances
    return found if asserts else None


def from_mt940(path: Path) -> Expected | None:
    """The transactions of a parsed message, with amount and value date."""
    blocks = path.read_text(encoding="utf-8").split("mt940.models.Transaction\n")[1:]
    found = Expected(rows=0, whole=True)
    for block in blocks:
        amount = re.search(r"^    amount: .*\n.*\n      - '(-?[\d.E+-]+)'", block, re.MULTILINE)
        if amount is None:
            continue
        found.rows = (found.rows or 0) + 1
        found.amounts[minor(amount[1])] += 1
        day = re.search(r"^    date: .*\n    - !!binary \|\n      (\S+)", block, re.MULTILINE)
        if day is None:
            found.whole = False
            continue
        high, low, month, number = base64.b64decode(day[1])
        found.times[f"{high * 256 + low:04}-{month:02}-{number:02}"] += 1
    return found if found.rows else None


def from_camt(path: Path) -> Expected | None:
    """The entries of a parsed message, with amount and booking date."""
    entries = json.loads(path.read_text(encoding="utf-8")).get("getEntries")
    if not isinstance(entries, list):
        return None
    found = Expected(rows=len(entries), whole=True)
    for entry in entries:
        found.amounts[abs(int(entry["getAmount"]["getAmount"]))] += 1
        booked = entry.get("getBookingDate") or entry.get("getValueDate")
        if booked:
            found.times[booked["0"][:10]] += 1
        else:
            found.whole = False
    return found


def from_ledger(path: Path) -> Expected:
    """The transactions of a beancount ledger: their main amount and their day."""
    found = Expected(rows=0, whole=True)
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        head = re.match(r"^(\d{4}-\d\d-\d\d) \* ", block.strip())
        amounts = [minor(match[2]) for match in _POSTING.finditer(block)]
        if head and amounts:
            found.rows = (found.rows or 0) + 1
            found.amounts[max(amounts)] += 1
            found.times[head[1]] += 1
    return found


def from_ofx_tags(path: Path) -> Expected:
    """The values of TRNAMT and DTPOSTED, by a reading of the tags alone."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    found = Expected(rows=len(re.findall(r"<STMTTRN>", text)), whole=True)
    for amount in re.findall(r"<TRNAMT>\s*([-+\d.]+)", text):
        if Decimal(amount):
            found.amounts[minor(amount)] += 1
    for day in re.findall(r"<DTPOSTED>\s*(\d{4})(\d\d)(\d\d)", text):
        found.times["-".join(day)] += 1
    return found


def from_qif_lines(path: Path) -> Expected:
    """The T lines, by a reading of the letters alone."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    amounts = re.findall(r"^T([-+\d.,]+)", text, re.MULTILINE)
    found = Expected(rows=len(amounts))
    found.amounts.update(minor(amount.replace(",", "")) for amount in amounts)
    return found


def layouts(folder: Path) -> Iterator[tuple[re.Pattern[str], Any]]:
    """The layouts of bank2ynab's configuration with the pattern of the files that they read."""
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string((folder / "bank2ynab.conf").read_text(encoding="utf-8"))
    parser.read_string((folder / "test.conf").read_text(encoding="utf-8"))
    for name in parser.sections():
        section = parser[name]
        words = section.get("Source Filename Pattern", "")
        if section.get("Use Regex For Filename", "False") != "True":
            words = ".*" + re.escape(words)
        extension = re.escape(section.get("Source Filename Extension", ".csv"))
        yield re.compile(f"{words}.*{extension}$", re.IGNORECASE), section


def from_layout(path: Path, section: Any) -> Expected | None:
    """The rows that the layout finds in a bank's csv: amounts and, with a date format, days."""
    names = section.get("Input Columns", "").split(",")
    delimiter = section.get("Source CSV Delimiter", ",").replace("\\t", "\t")
    encoding = section.get("Encoding") or "utf-8-sig"
    text = path.read_bytes().decode(encoding, errors="replace")
    skip, footer = int(section.get("Header Rows", 1)), int(section.get("Footer Rows", 0))
    lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))[skip:]
    lines = lines[: len(lines) - footer]
    found = Expected(rows=0)
    for cells in lines:
        said = dict(zip((name.strip() for name in names), cells, strict=False))
        amount = next((v for k in ("Inflow", "Outflow") if (v := _amount(said.get(k, "")))), None)
        if amount is None or not said.get("Date", "").strip():
            continue
        found.rows = (found.rows or 0) + 1
        found.amounts[amount] += 1
        if day := _day(said["Date"], section.get("Date Format", "")):
            found.times[day] += 1
    return found if found.rows else None


def _amount(text: str) -> int | None:
    bare = re.sub(r"[^\d.,-]", "", text)
    if "," in bare and bare.rfind(",") > bare.rfind("."):
        bare = bare.replace(".", "").replace(",", ".")
    try:
        return minor(bare.replace(",", "")) or None
    except InvalidOperation:
        return None


def _day(text: str, pattern: str) -> str:
    try:
        return dt.datetime.strptime(text.strip(), pattern).date().isoformat()  # noqa: DTZ007 - a day
    except ValueError:
        return ""
