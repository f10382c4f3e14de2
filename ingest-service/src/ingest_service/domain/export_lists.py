"""The lists of neighbours as tables: what was forecast, and which reports were made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest_service.domain.export_cells import Block, Column, Reader
from ingest_service.domain.export_table import TableColumn, is_chinese, neutralised

Item = Mapping[str, Any]
"""One line: cells by the keys of the columns; times are epoch seconds, all else is text."""
Words = Mapping[str, tuple[str, str]]
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class ListTable:
    """A neighbour's list: its columns, and the words (Chinese, English) for its codes."""

    kind: str
    chinese: str
    english: str
    columns: tuple[TableColumn, ...]
    words: Mapping[str, Words] = field(default_factory=dict)

    def title(self, lang: str) -> str:
        """What a sheet of it is called."""
        return self.chinese if is_chinese(lang) else self.english


FORECASTS = ListTable(
    kind="forecasts",
    chinese="预测",
    english="Forecasts",
    columns=(
        TableColumn("date", "起始日", "date", "day"),
        TableColumn("to", "截止日（不含）", "to (exclusive)", "day"),
        TableColumn("period", "周期", "period", "code"),
        TableColumn("scope", "范围", "scope"),
        TableColumn("predicted_amount", "预测金额", "predicted_amount", "number"),
        TableColumn("lower_80", "80% 下限", "lower_80", "number"),
        TableColumn("upper_80", "80% 上限", "upper_80", "number"),
        TableColumn("lower_95", "95% 下限", "lower_95", "number"),
        TableColumn("upper_95", "95% 上限", "upper_95", "number"),
        TableColumn("currency", "币种", "currency", "code"),
        TableColumn("method", "方法", "method", "code"),
        TableColumn("model_version", "模型版本", "model_version", "code"),
        TableColumn("created_at", "生成时间", "created_at", "time"),
    ),
    words={
        "period": {"day": ("日", "day"), "week": ("周", "week"), "month": ("月", "month"),
                   "year": ("年", "year")},
        "scope": {TOTAL: ("全部", "total")},
    },
)  # fmt: skip

REPORTS = ListTable(
    kind="reports",
    chinese="报表清单",
    english="Reports",
    columns=(
        TableColumn("title", "标题", "title"),
        TableColumn("format", "格式", "format", "code"),
        TableColumn("from", "起始日", "from", "day"),
        TableColumn("to", "截止日（不含）", "to (exclusive)", "day"),
        TableColumn("currency", "币种", "currency", "code"),
        TableColumn("status", "状态", "status", "code"),
        TableColumn("file_name", "文件名", "file_name"),
        TableColumn("size", "字节数", "size", "number"),
        TableColumn("sha256", "SHA-256", "sha256", "code"),
        TableColumn("created_at", "创建时间", "created_at", "time"),
        TableColumn("finished_at", "完成时间", "finished_at", "time"),
    ),
    words={
        "status": {"queued": ("排队中", "queued"), "running": ("生成中", "running"),
                   "succeeded": ("已完成", "succeeded"), "failed": ("失败", "failed")},
    },
)  # fmt: skip

LISTS: Mapping[str, ListTable] = {table.kind: table for table in (FORECASTS, REPORTS)}


def list_text_blocks(
    table: ListTable, pages: Iterable[Sequence[Item]], reader: Reader
) -> Iterator[Block]:
    """Cells as a CSV file shows them."""
    return _blocks(table, pages, reader, reader.clock.texts)


def list_sheet_blocks(
    table: ListTable, pages: Iterable[Sequence[Item]], reader: Reader
) -> Iterator[Block]:
    """Cells of a workbook."""
    return _blocks(table, pages, reader, reader.clock.serials)


def list_value_blocks(
    table: ListTable, pages: Iterable[Sequence[Item]], reader: Reader
) -> Iterator[Block]:
    """Values for programs: codes as they are, None for nothing."""
    for page in filter(None, pages):
        block = []
        for column in table.columns:
            cells: Column = [item[column.key] for item in page]
            if column.form == "time":
                cells = _times(cells, reader.clock.instants)
            block.append([None if cell == "" else cell for cell in cells])
        yield block


def _blocks(
    table: ListTable,
    pages: Iterable[Sequence[Item]],
    reader: Reader,
    times: Callable[[Sequence[int]], Sequence[Any]],
) -> Iterator[Block]:
    for page in filter(None, pages):
        yield [_cells(table, column, page, reader, times) for column in table.columns]


def _cells(
    table: ListTable,
    column: TableColumn,
    page: Sequence[Item],
    reader: Reader,
    times: Callable[[Sequence[int]], Sequence[Any]],
) -> Column:
    cells = [item[column.key] for item in page]
    if column.form == "time":
        return _times(cells, times)
    words = table.words.get(column.key, {})
    place = 0 if is_chinese(reader.lang) else 1
    told = [words[cell][place] if cell in words else cell for cell in cells]
    if column.key == "scope":
        told = [reader.paths.get(int(cell), cell) if cell.isdecimal() else cell for cell in told]
    return neutralised(told) if column.form == "text" else told


def _times(cells: Column, times: Callable[[Sequence[int]], Sequence[Any]]) -> Column:
    known = iter(times([cell for cell in cells if cell != ""]))
    return ["" if cell == "" else next(known) for cell in cells]
