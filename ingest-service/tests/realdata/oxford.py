"""Oxford City Council's spending: tables under 15 different headers, none of them a profile's."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

from expectations import IN, OUT, Expected, Row, cents, moving

_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def expected(path: Path) -> Expected:
    """Its rows by the columns that a person sees: a positive amount was spent."""
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    header, *lines = csv.reader(io.StringIO(text))
    names = [name.strip().lower().replace("_", " ") for name in header]
    day = next(at for at, name in enumerate(names) if "date" in name)
    amount = next(at for at, name in enumerate(names) if name.endswith(("amount", "value")))
    rows = [_row(cells[day], cells[amount]) for cells in lines if len(cells) > max(day, amount)]
    dated = [row for row in rows if row is not None]
    return Expected(rows=moving(dated)) if dated else Expected(error="dates destroyed")


def _row(day: str, amount: str) -> Row | None:
    match, number = _DAY.match(day.strip()), amount.strip().replace(",", "")
    if match is None or not re.fullmatch(r"-?\d*\.?\d+", number):
        return None
    moment = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    return Row(cents(number), moment, IN if number.startswith("-") else OUT)


def accept(preview: Any) -> Any:
    """The mapping as it is proposed: what a user gives who only agrees."""
    return preview["mapping"]
