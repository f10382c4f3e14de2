"""The repair file: the lines that failed, as they stood, with the reason and what to do.

It has the columns of the statement, then #row, #reason and #suggestion. Imported again, its lines
are read as lines of the statement that they come from, and no others are touched.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ingest_service.domain.export_table import neutralise
from ingest_service.domain.models import RowError

REPAIR_COLUMNS = ("#row", "#reason", "#suggestion")
_NUMBER = re.compile(r"[-+]?[￥¥$€£]?[\d.,]+")
_SHEET = "!"
_ADVICE: Mapping[str, tuple[str, str]] = {
    "time-missing": (
        "填写交易时间，例如 2024-03-05 12:21:00。",
        "Enter the time: 2024-03-05 12:21.",
    ),
    "time-invalid": ("时间写成 2024-03-05 12:21:00。", "Write the time like 2024-03-05 12:21:00."),
    "time-ambiguous": ("日期写成 年-月-日，例如 2024-03-05。", "Write the date as 2024-03-05."),
    "time-out-of-range": ("核对年份（1970 至 2099 年）。", "Check the year (1970 to 2099)."),
    "amount-missing": ("填写金额，例如 12.50。", "Enter the amount, such as 12.50."),
    "amount-invalid": ("金额只写数字，例如 12.50。", "Write the amount as a number: 12.50."),
    "amount-precision": ("去掉多余的小数位。", "Remove the decimals that are too many."),
    "amount-too-large": ("核对金额，可能多了几位数字。", "Check the amount for digits too many."),
    "currency-invalid": (
        "币种写成三个字母，例如 CNY。",
        "Write the currency in three letters: CNY.",
    ),
    "direction-invalid": ("收/支 填写 支出 或 收入。", "Write expense or income."),
    "status-unknown": (
        "交易状态填写账单里的说法，例如“交易成功”“交易关闭”。",
        "Write the status as the app does: “交易成功” (done), “交易关闭” (closed).",
    ),
    "latitude-invalid": ("纬度在 -90 到 90 之间，或留空。", "Latitude from -90 to 90, or nothing."),
    "longitude-invalid": (
        "经度在 -180 到 180 之间，或留空。",
        "Longitude from -180 to 180, or nothing.",
    ),
    "too-many-cells": ("删除多出的单元格，与表头对齐。", "Remove the cells beyond the header."),
    "cell-too-long": ("缩短过长的文字。", "Shorten the text."),
}
_OTHER = ("修改后重新导入；不需要的行可以删除。", "Correct the row and import it; or delete it.")


def repair_lines(errors: Iterable[RowError], header: str | None, *, locale: str) -> Iterator[str]:
    """The repair file, line by line; header is JSON {sheet: header cells}."""
    headers: dict[str, list[str]] = json.loads(header) if header else {}
    columns = next(iter(headers.values()), ["raw"])
    yield "\ufeff" + _line([*(_harmless(cell.strip()) for cell in columns), *REPAIR_COLUMNS])
    for error in errors:
        cells = next(csv.reader([error.raw]), []) if headers else [error.raw]
        cells = [*cells[: len(columns)], *[""] * (len(columns) - len(cells))]
        row = f"{error.sheet}{_SHEET}{error.row}" if len(headers) > 1 else str(error.row)
        told = [row, error.detail, suggestion(error.code, locale=locale)]
        yield _line([_harmless(cell) for cell in (*cells, *told)])


def place_of(text: str) -> tuple[str, int] | None:
    """The sheet ("" for the only one) and line that a cell of #row names."""
    sheet, _, number = text.strip().rpartition(_SHEET)
    return (sheet, int(number)) if number.isdecimal() and len(number) < 10 else None  # noqa: PLR2004 - digits


def is_repair_header(cells: Sequence[str]) -> bool:
    """Whether the cells are the header of a repair file."""
    return {cell.strip().lower() for cell in cells} >= set(REPAIR_COLUMNS)


def suggestion(code: str, *, locale: str) -> str:
    """What to do about a row error of this code, in the reader's language."""
    chinese, english = _ADVICE.get(code, _OTHER)
    return chinese if locale.startswith("zh") else english


def _harmless(cell: str) -> str:
    return cell if _NUMBER.fullmatch(cell) else neutralise(cell)


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
