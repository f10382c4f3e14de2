"""The platform's own table: the columns that exports write and imports recognise."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORMULA = re.compile(r"'*[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column: its key, its headers, and whether its cells are text that a sheet could run."""

    key: str
    chinese: str
    english: str
    is_text: bool = True


TABLE_COLUMNS = (
    TableColumn("time", "时间", "time", is_text=False),
    TableColumn("amount", "金额", "amount", is_text=False),
    TableColumn("currency", "币种", "currency", is_text=False),
    TableColumn("direction", "收支", "direction", is_text=False),
    TableColumn("category", "分类", "category"),
    TableColumn("merchant", "商户", "merchant"),
    TableColumn("lat", "纬度", "lat", is_text=False),
    TableColumn("lon", "经度", "lon", is_text=False),
    TableColumn("place", "地点", "place"),
    TableColumn("note", "备注", "note"),
    TableColumn("source", "来源", "source"),
    TableColumn("external_id", "单号", "external_id"),
    TableColumn("account", "账户", "account"),
    TableColumn("order_ref", "商户单号", "order_ref"),
    TableColumn("refunded", "已退款", "refunded", is_text=False),
)

DIRECTION_WORDS = {
    "expense": "支出",
    "income": "收入",
    "transfer": "转账",
    "refund": "退款",
    "neutral": "不计收支",
}


def headers(locale: str) -> list[str]:
    """The header row in the reader's language."""
    chinese = locale.startswith("zh")
    return [column.chinese if chinese else column.english for column in TABLE_COLUMNS]


def direction_word(direction: str, locale: str) -> str:
    """The direction as it stands in the table."""
    return DIRECTION_WORDS[direction] if locale.startswith("zh") else direction


def neutralise(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would run it as a formula.

    Cells that already begin with apostrophes before such a sign get one more, so that
    restore() gives back every text exactly.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """The text that neutralise() was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
