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
        "文件解压后过大或压缩比异常，已拒绝。",
        "The file inflates to too much, or its compression ratio is abnormal.",
    ),
    "workbook-unreadable": (
        "工作簿已损坏，无法打开。",
        "The workbook is damaged and cannot be opened.",
    ),
    "workbook-locked": (
        "工作簿有打开密码。请在 Excel 或 WPS 中去掉密码后重新上传。",
        "The workbook asks for a password. Remove it in Excel or WPS and upload it again.",
    ),
    "archive-unreadable": (
        "压缩包已损坏，或使用了不支持的压缩方式。",
        "The archive is damaged, or packed in a way that is not supported.",
    ),
    "archive-empty": ("压缩包里没有账单文件。", "The archive holds no statement."),
    "archive-several": (
        "压缩包里有 {count} 个文件（{names} 等）。请解压后逐个上传。",
        "The archive holds {count} files ({names}, …). Unpack it and upload them one by one.",
    ),
    "archive-too-many": (
        "压缩包里的文件过多（上限 {limit}）。请解压后上传账单文件。",
        "The archive holds too many files (at most {limit}). Unpack it and upload the statement.",
    ),
    "archive-nested": (
        "压缩包里还是压缩包。请解压后上传账单文件。",
        "The archive holds another archive. Unpack it and upload the statement.",
    ),
    "archive-unsafe-name": (
        "压缩包里的文件名不安全，已拒绝。",
        "A file name in the archive is not safe; it was refused.",
    ),
    "archive-locked": (
        "压缩包需要密码。",
        "The archive asks for a password.",
    ),
    "file-unreadable": (
        "读取文件时出错，未导入任何记录。请反馈此问题。",
        "Reading the file failed and nothing was imported. Please report this.",
    ),
    "file-too-heavy": (
        "读取此文件所需的内存过多，未导入任何记录。请拆分后上传。",
        "Reading the file takes too much memory and nothing was imported. Upload it in parts.",
    ),
    "table-too-large": (
        "网页表格过大。请另存为 CSV 或 XLSX 后上传。",
        "The HTML table is too large. Save it as CSV or XLSX and upload that.",
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
        "导入多次失败，已停止。请稍后点“重试”。",
        "The import failed repeatedly and was stopped. Press Retry later.",
    ),
    "storage-full": (
        "磁盘空间不足。请再腾出约 {megabytes} MB，然后点“重试”；文件已保存，不必重传。",
        "The disk is full. Free about {megabytes} MB more, then press Retry; the file is kept.",
    ),
    "storage-full-again": (
        "磁盘空间不足，试导入未完成。请再腾出约 {megabytes} MB，然后重新上传。",
        "The disk is full. Free about {megabytes} MB more, then upload the file again.",
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
    "status-unknown": (
        "交易状态“{value}”无法识别，未导入此行。",
        "The status “{value}” is not known; the row was not imported.",
    ),
    "latitude-invalid": ("纬度“{value}”无效。", "The latitude “{value}” is not valid."),
    "longitude-invalid": ("经度“{value}”无效。", "The longitude “{value}” is not valid."),
    "too-many-cells": ("这一行的列数多于表头。", "The row has more cells than the header."),
    "cell-too-long": ("单元格内容过长。", "A cell is too long."),
    # Rows of a statement that are no transactions (kind "ignored").
    "summary-row": ("这一行是合计，不是交易。", "The row is a total, not a transaction."),
    "balance-row": (
        "这一行是余额或余额调整，不是交易。",
        "The row is a balance or an adjustment of it, not a transaction.",
    ),
    "closed-nothing-moved": (
        "交易已关闭，没有资金变动。",
        "The transaction was closed; no money moved.",
    ),
    "blank-row": ("这一行没有时间和金额。", "The row has neither a time nor an amount."),
    "zero-amount": ("金额为零，没有资金变动。", "The amount is zero; no money moved."),
    "document-unreadable": (
        "{format} 文件已损坏、不完整或含有不允许的内容，无法读取。",
        "The {format} file is damaged, cut off or holds what is not allowed.",
    ),
    "not-a-transaction": ("这一行不是交易记录。", "The row is not a transaction."),
    "transfer-counterpart": (
        "这一行是同一笔转账的另一半，已随转出行导入。",
        "The row is the other half of a transfer that another row tells.",
    ),
    # Mappings of unknown tables.
    "needs-mapping": (
        "请先说明各列的含义。",
        "Say first what the columns mean.",
    ),
    "mapping-time-missing": ("请指定时间所在的列。", "Choose the column that holds the time."),
    "mapping-amount-missing": (
        "请指定金额所在的列，或支出金额、收入金额两列。",
        "Choose the column of amounts, or those of amounts out and in.",
    ),
    "mapping-amount-twice": (
        "“金额”与“支出金额、收入金额”只能选一种。",
        "Choose either one column of amounts, or those of amounts out and in.",
    ),
    "mapping-sign-two-columns": (
        "金额只有一列，请选择正负号的含义。",
        "There is one column of amounts: choose what its sign means.",
    ),
    "mapping-direction-missing": (
        "请指定收支所在的列，或改选正负号的含义。",
        "Choose the column that tells the direction, or say what the sign means.",
    ),
    "mapping-column-unknown": (
        "表格里没有这一列（{value}）。",
        "The table has no such column ({value}).",
    ),
    "mapping-column-twice": (
        "同一列不能同时有两种含义。",
        "A column cannot mean two things.",
    ),
    "mapping-header-unknown": (
        "文件里没有这样的表头行。",
        "The file has no such header row.",
    ),
    "mapping-category-unknown": ("没有这个分类。", "There is no such category."),
    # Links that download an export.
    "link-invalid": (
        "链接无效：它不完整，或者被改动过。请重新生成下载链接。",
        "The link is not valid: it is incomplete or was changed. Make a new one.",
    ),
    "forecast-down": (
        "预测服务暂时无法访问，请稍后再导出预测。",
        "The forecast service cannot be reached just now. Export the forecasts later.",
    ),
    "report-down": (
        "报表服务暂时无法访问，请稍后再导出报表清单。",
        "The report service cannot be reached just now. Export the list of reports later.",
    ),
    "auth-down": (
        "登录服务暂时无法访问，请稍后再打开链接。",
        "The identity service cannot be reached just now. Open the link later.",
    ),
    "list-not-allowed": (
        "这个令牌无权读取该清单。",
        "The token may not read this list.",
    ),
    "link-expired": (
        "链接已过期。请重新生成下载链接。",
        "The link has expired. Make a new one.",
    ),
    # Repair files.
    "repair-row-unknown": (
        "原导入中没有等待修复的这一行。",
        "The import that is repaired has no such row waiting.",
    ),
}


def sentence(code: str, *, locale: str, params: Mapping[str, object]) -> str:
    """The sentence of a code in the reader's language; the code itself when there is none."""
    chinese, english = _SENTENCES.get(code, (code, code))
    template = chinese if locale.startswith("zh") else english
    try:
        return template.format(**params)
    except (KeyError, IndexError):
        return template


def both_sentences(code: str) -> str:
    """The sentence in both languages, where nobody has said which the reader wants."""
    return " ".join(sentence(code, locale=locale, params={}) for locale in ("zh", "en"))


def codes() -> frozenset[str]:
    """All codes that have sentences."""
    return frozenset(_SENTENCES)
