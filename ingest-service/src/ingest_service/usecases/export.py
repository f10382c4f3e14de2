"""Exports: the platform's own table for people (CSV, workbook) and for programs (NDJSON)."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Protocol, TypeVar

from ingest_service.domain.category_names import exported_paths
from ingest_service.domain.export_cells import (
    Reader,
    sheet_blocks,
    text_blocks,
    value_blocks,
)
from ingest_service.domain.export_table import TABLE_COLUMNS, headers, is_chinese
from ingest_service.domain.export_text import csv_bytes, ndjson_bytes
from ingest_service.domain.local_clock import LocalClock
from ingest_service.domain.local_time import day_of
from ingest_service.domain.models import ExpenseFilter
from ingest_service.domain.ports import Database, Session

T = TypeVar("T")
FORMATS = ("csv", "xlsx", "ndjson")


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """Whose rows, which of them, and for which reader."""

    user_id: int
    where: ExpenseFilter
    lang: str
    time_zone: str
    exponent_of: Callable[[str], int]


class ExportFiles(Protocol):
    """Where the files of exports stand until they are sent."""

    def stream(self, blocks: Callable[[], Generator[bytes]]) -> Generator[bytes]:
        """The bytes, written ahead of their reader."""
        ...

    def snapshot(
        self, blocks: Iterable[Sequence[T]]
    ) -> AbstractContextManager[Iterator[Sequence[T]]]:
        """The same blocks, all of them read before the first is given."""
        ...

    def workbook(self, write: Callable[[Path], None]) -> IO[bytes]:
        """The file that write() wrote."""
        ...


def expense_text(
    database: Database, files: ExportFiles, order: ExportOrder, file_format: str
) -> Generator[bytes]:
    """A CSV or NDJSON file of one state of the rows, at constant memory."""

    def blocks() -> Generator[bytes]:
        with database.read() as session:
            reader = reader_of(session, order, for_people=file_format == "csv")
            rows = session.expenses.exported(order.user_id, order.where)
            if file_format == "csv":
                cells = text_blocks(rows, reader)
                yield from csv_bytes(TABLE_COLUMNS, cells, lang=order.lang)
            else:
                yield from ndjson_bytes(TABLE_COLUMNS, value_blocks(rows, reader))

    return files.stream(blocks)


class Workbooks(Protocol):
    """Where workbooks of rows are made."""

    def make(self, order: ExportOrder) -> IO[bytes]:
        """A workbook of one state of the rows. Raises WorkbookUnavailableError."""
        ...


def write_expense_workbook(
    database: Database, files: ExportFiles, order: ExportOrder, path: Path
) -> None:
    """Write a workbook of one state of the rows; it takes longer than the database may wait."""
    # Loads xlsxwriter.
    from ingest_service.domain.export_workbook import SheetLayout, write_workbook

    name = "消费记录" if is_chinese(order.lang) else "Transactions"
    layout = SheetLayout(name, headers(TABLE_COLUMNS, order.lang), TABLE_COLUMNS)
    with ExitStack() as opened:
        with database.read() as session:
            reader = reader_of(session, order)
            exported = session.expenses.exported(order.user_id, order.where)
            rows = opened.enter_context(files.snapshot(exported))
        write_workbook(path, layout, sheet_blocks(rows, reader))


def days_of(database: Database, order: ExportOrder) -> tuple[date, date] | None:
    """The first and the last day of which the file tells; None where it has no rows."""
    first, end = order.where.from_day, order.where.to_day
    if first is None or end is None:
        with database.read() as session:
            found = session.expenses.span(order.user_id, order.where)
        if found is None:
            return None
        first = found[0] if first is None else first
        end = found[1] + 1 if end is None else end
    return day_of(first), day_of(max(first, end - 1))


def reader_of(session: Session, order: ExportOrder, *, for_people: bool = True) -> Reader:
    """For whom the cells are; programs get the names of categories in no translation."""
    tree = session.categories.tree(order.user_id)
    return Reader(
        lang=order.lang,
        clock=LocalClock(order.time_zone),
        paths=exported_paths(tree, english=for_people and not is_chinese(order.lang)),
        exponent_of=order.exponent_of,
    )
