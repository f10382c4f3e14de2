"""bank2ynab's layouts: what a bank's csv holds, told column by column in its configuration."""

from __future__ import annotations

import configparser
import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from expectations import IN, OUT, Expected, Row


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


def expected(path: Path) -> Expected | None:
    """The rows that the first fitting layout finds, None where none finds any."""
    for pattern, section in layouts(path.parent):
        if pattern.match(path.name) and (rows := _rows(path, section)):
            return Expected(rows=rows, says_rows=True)
    return None


def _rows(path: Path, section: Any) -> list[Row]:
    names = [name.strip() for name in section.get("Input Columns", "").split(",")]
    delimiter = section.get("Source CSV Delimiter", ",").replace("\\t", "\t")
    text = path.read_bytes().decode(section.get("Encoding") or "utf-8-sig", errors="replace")
    skip, footer = int(section.get("Header Rows", 1)), int(section.get("Footer Rows", 0))
    lines = list(csv.reader(io.StringIO(text), delimiter=delimiter))[skip:]
    rows = []
    for cells in lines[: len(lines) - footer]:
        said = dict(zip(names, cells, strict=False))
        row = _row(said, section)
        if row is not None:
            rows.append(row)
    return rows


def _row(said: dict[str, str], section: Any) -> Row | None:
    if not said.get("Date", "").strip():
        return None
    came, left = _amount(said.get("Inflow", "")), _amount(said.get("Outflow", ""))
    signed = came - left
    if not signed:
        return None
    flag, _, words = section.get("Inflow or Outflow Indicator", "").partition(",")
    if flag:
        outgoing = [word.strip() for word in words.split(",")][-1]
        if said.get("CDFlag", "") == outgoing:
            signed = -abs(signed)
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
