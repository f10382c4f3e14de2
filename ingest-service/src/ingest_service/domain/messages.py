"""Sentences for people, in the two languages of the platform, by stable code."""

from __future__ import annotations

from collections.abc import Mapping

_SENTENCES: Mapping[str, tuple[str, str]] = {
    "unsupported-content": (
        "文件内容不是可识别的账单（{found}）。请上传 CSV 或 XLSX 账单。",
        "The file is not a statement that can be read ({found}). Upload CSV or XLSX.",
    ),
    "not-recognised": (
        "没有找到表头：需要至少一列时间和一列金额。",
        "No header row was found: at least a time column and an amount column are needed.",
    ),
    "no-transactions": (
        "文件里有表头，但没有任何交易记录。",
        "The file has a header row but no transactions.",
    ),
    "archive-too-large": (
        "工作簿解压后过大或压缩比异常，已拒绝。",
        "The workbook inflates to too much, or its compression ratio is abnormal.",
    ),
    "workbook-unreadable": (
        "工作簿已损坏或加密，无法打开。",
        "The workbook is damaged or encrypted.",
    ),
    "line-too-long": ("第 {row} 行过长，已拒绝。", "Line {row} is too long."),
    "too-many-columns": ("列数过多（上限 {limit}）。", "Too many columns (at most {limit})."),
    "profile-mismatch": (
        "文件与所选格式“{profile}”不符。",
        "The file does not look like the chosen format “{profile}”.",
    ),
    "all-rows-failed": (
        "文件中的每一行都无法读取，未导入任何记录。",
        "No row of the file could be read; nothing was imported.",
    ),
    "file-missing": ("上传的文件已不存在。", "The uploaded file is no longer there."),
    "internal": (
        "导入多次失败，已停止。请稍后再试。",
        "The import failed repeatedly and was stopped. Try again later.",
    ),
    "time-missing": ("缺少交易时间。", "The time is missing."),
    "time-invalid": ("时间“{value}”无法识别。", "The time “{value}” cannot be read."),
    "time-out-of-range": (
        "时间“{value}”超出范围（1970 至 2099 年）。",
        "The time “{value}” is out of range (1970 to 2099).",
    ),
    "time-ambiguous": (
        "日期“{value}”的日月顺序无法判断。",
        "Day and month of “{value}” cannot be told apart.",
    ),
    "amount-missing": ("缺少金额。", "The amount is missing."),
    "amount-invalid": ("金额“{value}”不是数字。", "The amount “{value}” is not a number."),
    "amount-precision": (
        "金额“{value}”的小数位数超过该币种允许的位数。",
        "The amount “{value}” has more decimals than its currency allows.",
    ),
    "amount-too-large": ("金额“{value}”过大。", "The amount “{value}” is too large."),
    "currency-invalid": ("币种“{value}”不是 ISO 4217 代码。", "“{value}” is not an ISO 4217 code."),
    "direction-invalid": ("收支类型“{value}”无法识别。", "The direction “{value}” is not known."),
    "latitude-invalid": ("纬度“{value}”无效。", "The latitude “{value}” is not valid."),
    "longitude-invalid": ("经度“{value}”无效。", "The longitude “{value}” is not valid."),
    "too-many-cells": ("这一行的列数多于表头。", "The row has more cells than the header."),
    "cell-too-long": ("单元格内容过长。", "A cell is too long."),
}


def sentence(code: str, *, locale: str, params: Mapping[str, object]) -> str:
    """The sentence of a code in the reader's language; the code itself when there is none."""
    chinese, english = _SENTENCES.get(code, (code, code))
    template = chinese if locale.startswith("zh") else english
    try:
        return template.format(**params)
    except (KeyError, IndexError):
        return template


def codes() -> frozenset[str]:
    """All codes that have sentences."""
    return frozenset(_SENTENCES)
