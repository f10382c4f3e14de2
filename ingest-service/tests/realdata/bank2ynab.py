"""bank2ynab's layouts: what a bank's csv holds, told column by column in its configuration."""

from __future__ import annotations

import configparser
import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

from expectations import IN, OUT, Expected, Row

Answer = Callable[[Any], Any]
"""From the preview of an import to the mapping that a user would give."""
_FLAG_PARTS = 3
# Files that the tests renamed, with the layout of the bank that wrote them.
_NAMED = {
    "test_BOI_TransactionExport.csv": "IE Bank of Ireland",
    "test_raiffeisen_02.csv": "test_record_i18n",
    "test_regex_123456_87654321_1234_21_12.csv": "test_record_i18n",
}


@cache
def layouts(folder: Path) -> tuple[tuple[re.Pattern[str], Any], ...]:
    """The layouts of the configuration with the pattern of the files that they read."""
    return tuple(_layouts(folder))


def _layouts(folder: Path) -> Iterator[tuple[re.Pattern[str], Any]]:
    parser = configparser.RawConfigParser(strict=False)
    for name in ("bank2ynab.conf", "test.conf"):
        parser.read_string((folder / name).read_text(encoding="utf-8"))
    for name in parser.sections():
        section = parser[name]
        words = section.get("Source Filename Pattern", "")
        if section.get("Use Regex For Filename", "False") != "True":
            words = ".*" + re.escape(words)
        extension = re.escape(section.get("Source Filename Extension", ".csv"))
        yield re.compile(f"{words}.*{extension}$", re.IGNORECASE), section


def layout_of(path: Path) -> Any | None:
    """The layout whose dates stand in most rows of the file; None where none reads any."""
    named = _NAMED.get(path.name, "")
    fitting = [
        section
        for pattern, section in layouts(path.parent)
        if (section.name == named if named else pattern.match(path.name))
    ]
    best = max(fitting, key=lambda section: _dated(path, section), default=None)
    if best is None:
        return None
    # A layout whose dates stand nowhere in the file was made for another one.
    told = _dated(path, best) if best.get("Date Format", "") else len(_rows(path, best))
    return best if told else None


def expected(path: Path) -> Expected | None:
    """The rows that the fitting layout finds, None where none finds any."""
    section = layout_of(path)
    return None if section is None else Expected(rows=_rows(path, section), says_rows=True)


def answer(path: Path) -> Answer | None:
    """The mapping that the fitting layout tells, as a user gives it to a preview; None without."""
    section = layout_of(path)
    return None if section is None else partial(_mapping, section)


def _mapping(section: Any, preview: Any) -> Any:
    """The guessed mapping of a preview with columns, order of dates and signs of the layout."""
    names = [name.strip() for name in section["Input Columns"].split(",")]
    # Some files have fewer columns than their layout.
    shown = names[: len(preview["columns"])]
    at = {name: index for index, name in enumerate(shown) if name and name != "skip"}
    flag = section.get("Inflow or Outflow Indicator", "").split(",")
    columns = {"time": at["Date"], "merchant": at.get("Payee")}
    words: dict[str, str] = {}
    both = "Inflow" in at and "Outflow" in at
    if both:
        columns |= {"amount_out": at["Outflow"], "amount_in": at["Inflow"]}
    else:
        columns["amount"] = at["Inflow"] if "Inflow" in at else at["Outflow"]
    sign = "two_columns" if both else "expense_negative" if "Inflow" in at else "expense_positive"
    if len(flag) == _FLAG_PARTS:
        columns["direction"] = int(flag[0])
        words = {flag[1].strip().lower(): "income", flag[2].strip().lower(): "expense"}
        sign = "by_direction"
    order = "".join(re.findall(r"%([dmbBYy])", section.get("Date Format", ""))).lower()
    order = order.replace("b", "m")
    guessed, skipped = preview["mapping"], int(section.get("Header Rows", 1))
    # Lines above the records name the columns only where the preview shows them as the header.
    named = preview["header_row"] == skipped
    return {
        "columns": {role: index for role, index in columns.items() if index is not None},
        "notes": [at["Memo"]] if "Memo" in at else [],
        "date_order": order if order in {"ymd", "dmy", "mdy"} else guessed["date_order"],
        "decimal": guessed["decimal"],
        "sign": sign,
        "words": words,
        "currency": guessed["currency"],
        "header_row": skipped if named else 0,
        "first_row": None if named else skipped + 1,
        "footer_rows": int(section.get("Footer Rows", 0)),
    }


def _dated(path: Path, section: Any) -> int:
    return sum(row.moment is not None for row in _rows(path, section))


def _rows(path: Path, section: Any) -> list[Row]:
    delimiter = section.get("Source CSV Delimiter", ",").replace("\\t", "\t")
    text = path.read_bytes().decode(section.get("Encoding") or "utf-8-sig", errors="replace")
    skip, footer = int(section.get("Header Rows", 1)), int(section.get("Footer Rows", 0))
    lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))[skip:]
    found = [_row(cells, section) for cells in lines[: len(lines) - footer]]
    return [row for row in found if row is not None]


def _row(cells: list[str], section: Any) -> Row | None:
    names = [name.strip() for name in section.get("Input Columns", "").split(",")]
    said = dict(zip(names, cells, strict=False))
    if not said.get("Date", "").strip():
        return None
    signed = _amount(said.get("Inflow", "")) - _amount(said.get("Outflow", ""))
    if not signed:
        return None
    flag = section.get("Inflow or Outflow Indicator", "").split(",")
    if len(flag) == _FLAG_PARTS and int(flag[0]) < len(cells):
        outgoing = cells[int(flag[0])].strip() == flag[2].strip()
        signed = -abs(signed) if outgoing else abs(signed)
    day = _day(said["Date"], section.get("Date Format", ""))
    return Row(abs(signed), day or None, OUT if signed < 0 else IN)


def _amount(text: str) -> int:
    """Signed hundredths, 0 where there is no number."""
    bare = re.sub(r"[^\d.,-]", "", text)
    if "," in bare and bare.rfind(",") > bare.rfind("."):
        bare = bare.replace(".", "").replace(",", ".")
    bare = bare.replace(",", "")
    if not re.fullmatch(r"-?\d*\.?\d+|-?\d+\.", bare):
        return 0
    return int((Decimal(bare) * 100).to_integral_value())


def _day(text: str, pattern: str) -> str:
    try:
        return dt.datetime.strptime(text.strip(), pattern).date().isoformat()  # noqa: DTZ007 - a day
    except ValueError:
        return ""
