"""The platform's own table: the columns that exports write and imports recognise."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from zlib import crc32

# Besides the signs of ASCII their full-width forms, which Chinese spreadsheets run as well.
_FORMULA_SIGNS = "=+-@\t\r\n＝＋－＠"
_FORMULA = re.compile(rf"'*[{re.escape(_FORMULA_SIGNS)}]")
# A column joined by this character shows at once whether any cell begins suspiciously.
_JOINT = "\x1f"
_SUSPICIOUS = re.compile(rf"{_JOINT}['{re.escape(_FORMULA_SIGNS)}]")

Form = Literal["text", "code", "number", "time", "day"]


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: its key, its headers, and what its cells are.

    text: words of people, which a sheet could run as a formula. code: words of the platform.
    number: a plain decimal. time: 2024-03-05 12:21:00. day: 2024-03-05.
    """

    key: str
    chinese: str
    english: str
    form: Form = "text"


TABLE_COLUMNS = (
    TableColumn("time", "时间", "time", "time"),
    TableColumn("amount", "金额", "amount", "number"),
    TableColumn("currency", "币种", "currency", "code"),
    TableColumn("direction", "收支", "direction", "code"),
    TableColumn("category", "分类", "category"),
    TableColumn("merchant", "商户", "merchant"),
    TableColumn("lat", "纬度", "lat", "number"),
    TableColumn("lon", "经度", "lon", "number"),
    TableColumn("place", "地点", "place"),
    TableColumn("note", "备注", "note"),
    TableColumn("source", "来源", "source"),
    TableColumn("external_id", "单号", "external_id"),
    TableColumn("account", "账户", "account"),
    TableColumn("order_ref", "商户单号", "order_ref"),
    TableColumn("refunded", "已退款", "refunded", "number"),
    TableColumn("pending", "待入账", "pending", "code"),
    TableColumn("category_source", "分类来自", "category_source", "code"),
    TableColumn("category_confidence", "分类把握", "category_confidence", "number"),
    TableColumn("ref", "编号", "ref", "code"),
    TableColumn("links", "关联", "links"),
    TableColumn("stated_direction", "账单收支", "stated_direction", "code"),
    TableColumn("stated_refunded", "账单已退款", "stated_refunded", "number"),
    TableColumn("category_check", "分类核对", "category_check", "code"),
)
_GENERATIONS = (TABLE_COLUMNS, TABLE_COLUMNS[:22], TABLE_COLUMNS[:18], TABLE_COLUMNS[:16])
"""The newest, those of exports before changes of categories were told, before links, and before
they told who set a category."""

DIRECTION_WORDS = {
    "expense": "支出",
    "income": "收入",
    "transfer": "转账",
    "refund": "退款",
    "neutral": "不计收支",
}
CATEGORY_SOURCE_WORDS = {
    "rule": "规则",
    "user": "自己",
    "file": "账单",
    "default": "默认",
    "model": "自动判断",
}
YES_WORDS = {"zh": "是", "en": "yes"}


def category_check(path: str) -> str:
    """What stands beside a category's cell, so that a change of the cell is seen later.

    It begins with a letter: no spreadsheet takes it for a number.
    """
    return f"c{crc32(path.strip().encode()):08x}"


def headers(columns: Sequence[TableColumn], lang: str) -> list[str]:
    """The header row in the reader's language."""
    return [column.chinese if is_chinese(lang) else column.english for column in columns]


def is_own_header(cells: Sequence[str]) -> bool:
    """Whether a header row is that of an export, whole and in its order."""
    return any(
        list(cells) == headers(columns, lang)
        for columns in _GENERATIONS
        for lang in ("zh-CN", "en")
    )


def is_export(header: str | None) -> bool:
    """Whether a file is an export, by its headers as imports keep them: JSON {sheet: cells}."""
    return header is not None and any(map(is_own_header, json.loads(header).values()))


def is_chinese(lang: str) -> bool:
    """Whether headers and words are to be Chinese; else they are English."""
    return lang.startswith("zh")


def direction_word(direction: str, lang: str) -> str:
    """The direction as it stands in the table."""
    return DIRECTION_WORDS[direction] if is_chinese(lang) else direction


def category_source_word(source: str, lang: str) -> str:
    """Who set a category, as it stands in the table."""
    return CATEGORY_SOURCE_WORDS[source] if is_chinese(lang) else source


def yes_word(lang: str) -> str:
    """What stands in a column of yes or nothing."""
    return YES_WORDS["zh" if is_chinese(lang) else "en"]


def neutralise(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would run it as a formula.

    Cells that already begin with apostrophes before such a sign get one more, so that
    restore() gives back every text exactly.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def neutralised(cells: Sequence[str]) -> Sequence[str]:
    """neutralise() for a whole column, of which mostly all cells begin harmlessly."""
    if not _SUSPICIOUS.search(_JOINT + _JOINT.join(cells)):
        return cells
    return [neutralise(cell) for cell in cells]


def restore(cell: str) -> str:
    """The text that neutralise() was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
