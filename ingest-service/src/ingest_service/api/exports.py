"""/data/export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from tempfile import NamedTemporaryFile
from typing import Any

from flask import Response, send_file, stream_with_context
from flask.views import MethodView

from ingest_service.api.context import owner, parts
from ingest_service.api.filters import filter_of
from ingest_service.api.schemas import ExportArgs
from ingest_service.domain.export_table import TABLE_COLUMNS, headers
from ingest_service.usecases.export import ExportOrder, export_rows
from servicekit.identity import current_identity, signed_in
from servicekit.money import exponent
from servicekit.web import Blueprint

blp = Blueprint("exports", "exports", description="The caller's rows as a file")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS_PER_BLOCK = 500
_NUMBER_COLUMNS = frozenset(
    index
    for index, column in enumerate(TABLE_COLUMNS)
    if column.key in {"amount", "refunded", "lat", "lon"}
)
_Rows = Iterator[Sequence[str]]


@blp.route("/data/export")
class Export(MethodView):
    """The caller's rows in the platform's own table."""

    @signed_in("expenses:read")
    @blp.arguments(ExportArgs, location="query")
    @blp.response(200, content_type="text/csv")
    def get(self, args: Mapping[str, Any]) -> Response:
        """A CSV or XLSX file that imports again unchanged."""
        identity = current_identity()
        order = ExportOrder(
            user_id=owner(),
            where=filter_of(args),
            locale=identity.locale,
            time_zone=identity.time_zone,
            exponent_of=exponent,
        )
        rows = export_rows(parts().database, order)
        head = headers(identity.locale)
        if args["format"] == "xlsx":
            return _workbook(head, rows)
        return Response(
            stream_with_context(_csv_blocks(head, rows)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="expenses.csv"'},
        )


def _csv_blocks(head: Sequence[str], rows: _Rows) -> Iterator[bytes]:
    """The file in blocks, with the mark that makes Excel read it as UTF-8."""
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow(head)
    for number, row in enumerate(rows, start=1):
        writer.writerow(row)
        if number % _ROWS_PER_BLOCK == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> bytes:
    block = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return block


def _workbook(head: Sequence[str], rows: _Rows) -> Response:
    """The workbook, written row by row to a temporary file that goes with the answer."""
    import xlsxwriter

    folder = parts().temporary_dir
    folder.mkdir(parents=True, exist_ok=True)
    file = NamedTemporaryFile(dir=folder, suffix=".xlsx")  # noqa: SIM115 - sent, then closed by Flask
    options = {"constant_memory": True, "tmpdir": str(folder), "strings_to_formulas": False}
    with xlsxwriter.Workbook(file.name, options) as book:
        sheet = book.add_worksheet()
        for column, cell in enumerate(head):
            sheet.write_string(0, column, cell)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if cell and column in _NUMBER_COLUMNS:
                    sheet.write_number(number, column, float(cell))
                elif cell:
                    sheet.write_string(number, column, cell)
    file.seek(0)
    return send_file(file, mimetype=_XLSX, as_attachment=True, download_name="expenses.xlsx")
