"""QIF: one letter and a value on every line, "^" ends an entry, "!" begins a section.

Every split of an entry becomes a record of its own where the splits add up to the whole. QIF
states no order of day, month and year (31/12'24, 12/31/24, 24-12-31), so the dates of the whole
file decide: the order that reads all of them, and where several do, the one under which the
statement covers the fewest days; if that too is even, month first with "/", else day first.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import BinaryIO

from ingest_service.domain.reading.charset import document_encoding, numbered_lines
from ingest_service.domain.reading.made_up import Entry, made_up_table
from ingest_service.domain.reading.numbers import plain_number
from ingest_service.domain.reading.tables import Table

COLUMNS = (
    "qif:date", "qif:amount", "qif:payee", "qif:memo", "qif:category", "qif:account",
    "qif:section", "qif:number", "qif:cleared",
)  # fmt: skip
_BEGINS = re.compile(r"\A[\s\ufeff]*!(?:type:|account\b|option:|clear:)", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,4})\s*[-/.']\s*(\d{1,2})\s*([-/.'])\s*(\d{1,4})")
_MONEY = {"bank", "ccard", "cash", "oth a", "oth l"}
_ORDERS = {"ymd": (0, 1, 2), "mdy": (2, 0, 1), "dmy": (2, 1, 0)}
_MAX_SPLITS = 1_000
_PIVOT = 70
_YEAR_DIGITS = 3


@dataclass(slots=True)
class _Open:
    """The entry that is being read."""

    line: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    splits: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def take(self, line: int, letter: str, value: str) -> None:
        """One line of the entry."""
        self.line = self.line or line
        if letter == "S" and len(self.splits) < _MAX_SPLITS:
            self.splits.append((line, {"S": value}))
        elif letter in "E$" and self.splits:
            self.splits[-1][1].setdefault(letter, value)
        else:
            self.fields.setdefault(letter, value)


class Qif:
    """The QIF document."""

    id = "qif"

    def recognises(self, head: bytes) -> bool:
        """By the section with which every file begins."""
        return _BEGINS.match(head[:1_024].decode("utf-8", errors="replace")) is not None

    def open(self, stream: BinaryIO) -> Iterator[Table]:
        """One table for all accounts of the file. Raises StatementError."""
        encoding = document_encoding(stream)
        order = _date_order(
            line[1:] for _, line in numbered_lines(stream, encoding) if line.startswith("D")
        )
        yield made_up_table(COLUMNS, partial(_entries, stream, encoding, order))


def _entries(stream: BinaryIO, encoding: str, order: str) -> Iterator[Entry]:
    section, account = "", ""
    entry = _Open()
    for line, text in numbered_lines(stream, encoding):
        letter, value = text[:1], text[1:].strip()
        if letter == "!":
            low = value.lower()
            section = low.removeprefix("type:").strip() if not low.startswith("option") else section
            section = "" if low.startswith("clear") else section
            entry = _Open()
        elif letter == "^":
            if section == "account":
                account = entry.fields.get("N", account)
            elif entry.fields and section not in _LISTS:
                yield from _records(entry, section, account, order)
            entry = _Open()
        elif letter.strip():
            if letter == "D" and "D" in entry.fields and section not in {*_LISTS, "account"}:
                # A second date without "^" between begins an entry of its own.
                yield from _records(entry, section, account, order)
                entry = _Open()
            entry.take(line, letter, value)
    if entry.fields and section not in _LISTS and section != "account":
        yield from _records(entry, section, account, order)


_LISTS = {"cat", "class", "memorized", "security", "prices", "tag", "budget"}


def _records(entry: _Open, section: str, account: str, order: str) -> Iterator[Entry]:
    """The entry, or its splits where they add up to it."""
    said = entry.fields
    whole = plain_number(said.get("T") or said.get("U", ""))
    date = _iso(said.get("D", ""), order)
    kind = "" if section in _MONEY else section
    ends = [account, kind, said.get("N", ""), said.get("C", "")]
    if len(entry.splits) > 1 and _adds_up(whole, entry.splits):
        for line, split in entry.splits:
            memo = split.get("E") or said.get("M", "")
            amount = plain_number(split.get("$", ""))
            yield line, [date, amount, said.get("P", ""), memo, split["S"], *ends]
        return
    category = said.get("L", "") or (entry.splits[0][1]["S"] if entry.splits else "")
    yield entry.line, [date, whole, said.get("P", ""), said.get("M", ""), category, *ends]


def _adds_up(whole: str, splits: list[tuple[int, dict[str, str]]]) -> bool:
    try:
        parts = [Decimal(plain_number(split.get("$", "")).replace(",", "")) for _, split in splits]
        return sum(parts) == Decimal(whole.replace(",", ""))
    except InvalidOperation:
        return False


def _date(text: str, order: str) -> dt.date | None:
    """The date that the text is in this order, if it is one."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    parts = (match[1], match[2], match[4])
    year, month, day = (parts[place] for place in _ORDERS[order])
    if max(len(month), len(day)) >= _YEAR_DIGITS:
        return None
    number = int(year)
    if len(year) < _YEAR_DIGITS:
        # An apostrophe marks a year of this century.
        number += 2000 if number < _PIVOT or "'" in text else 1900
    try:
        return dt.date(number, int(month), int(day))
    except ValueError:
        return None


def _iso(text: str, order: str) -> str:
    found = _date(text, order)
    return found.isoformat() if found else text


def _date_order(texts: Iterable[str]) -> str:
    """The order of the file's dates, by the rules of the module's docstring."""
    first_separator = ""
    span: dict[str, tuple[dt.date, dt.date]] = {}
    failed = dict.fromkeys(_ORDERS, 0)
    for text in texts:
        match = _DATE.fullmatch(text.strip())
        if match is None:
            continue
        first_separator = first_separator or text.strip()[len(match[1])]
        for order in _ORDERS:
            found = _date(text, order)
            if found is None:
                failed[order] += 1
            else:
                low, high = span.get(order, (found, found))
                span[order] = (min(low, found), max(high, found))
    usual = ["mdy", "dmy", "ymd"] if first_separator == "/" else ["dmy", "mdy", "ymd"]
    if not span:
        return usual[0]
    days = {order: (high - low).days for order, (low, high) in span.items()}
    return min(span, key=lambda order: (failed[order], days[order], usual.index(order)))


DOCUMENT = Qif()
