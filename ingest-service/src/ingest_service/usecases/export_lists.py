"""Exports of the lists that neighbours have."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Protocol

from ingest_service.domain.export_lists import (
    Item,
    ListTable,
    list_sheet_blocks,
    list_text_blocks,
    list_value_blocks,
)
from ingest_service.domain.export_table import headers
from ingest_service.domain.export_text import csv_bytes, ndjson_bytes
from ingest_service.domain.ports import Database
from ingest_service.usecases.export import ExportFiles, ExportOrder, reader_of


class NeighbourList(Protocol):
    """A list that another service has."""

    def pages(self, bearer: str) -> Iterator[Sequence[Item]]:
        """All lines. Raises NeighbourDownError, NotAllowedError."""
        ...


@dataclass(frozen=True, slots=True)
class ListOrder:
    """What list it is, its lines, and for which reader."""

    table: ListTable
    pages: Iterator[Sequence[Item]]
    order: ExportOrder


def list_text(
    database: Database, files: ExportFiles, wanted: ListOrder, file_format: str
) -> Generator[bytes]:
    """A CSV or NDJSON file; its first bytes come when the whole list was read."""
    table, lang = wanted.table, wanted.order.lang
    with database.read() as session:
        reader = reader_of(session, wanted.order)
    with files.snapshot(wanted.pages) as lines:
        if file_format == "csv":
            cells = list_text_blocks(table, lines, reader)
            yield from csv_bytes(table.columns, cells, lang=lang)
        else:
            yield from ndjson_bytes(table.columns, list_value_blocks(table, lines, reader))


def list_workbook(database: Database, files: ExportFiles, wanted: ListOrder) -> IO[bytes]:
    """A workbook of the whole list."""
    # Loads xlsxwriter.
    from ingest_service.domain.export_workbook import SheetLayout, write_workbook

    table, lang = wanted.table, wanted.order.lang
    with database.read() as session:
        reader = reader_of(session, wanted.order)
    layout = SheetLayout(table.title(lang), headers(table.columns, lang), table.columns)
    with ExitStack() as opened:
        lines = opened.enter_context(files.snapshot(wanted.pages))
        blocks = list_sheet_blocks(table, lines, reader)
        return files.workbook(lambda path: write_workbook(path, layout, blocks))
