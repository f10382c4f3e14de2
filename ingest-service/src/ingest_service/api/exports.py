"""/data/export."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import quote

from flask import Response, request, send_file
from flask.views import MethodView

from ingest_service.api.context import owner, parts
from ingest_service.api.filters import filter_of
from ingest_service.api.schemas import ExportArgs
from ingest_service.domain.export_names import file_name
from ingest_service.usecases.export import (
    ExportOrder,
    days_of,
    expense_text,
    expense_workbook,
)
from servicekit.identity import current_identity, signed_in
from servicekit.money import exponent
from servicekit.web import Blueprint

blp = Blueprint("exports", "exports", description="The caller's rows as a file")
_MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson; charset=utf-8",
}


@blp.route("/data/export")
class Export(MethodView):
    """The caller's rows in the platform's own table."""

    @signed_in("expenses:read")
    @blp.arguments(ExportArgs, location="query")
    @blp.response(
        200,
        {"type": "string", "format": "binary"},
        content_type="application/octet-stream",
        description="The file under its name, as CSV, XLSX or NDJSON",
    )
    def get(self, args: Mapping[str, Any]) -> Response:
        """A file of one state of the rows, that imports again unchanged."""
        identity = current_identity()
        order = ExportOrder(
            user_id=owner(),
            where=filter_of(args),
            lang=args.get("lang") or identity.locale,
            time_zone=identity.time_zone,
            exponent_of=exponent,
        )
        return _expenses(order, args["format"])


def _expenses(order: ExportOrder, file_format: str) -> Response:
    database, files = parts().database, parts().exports
    days = days_of(database, order)
    name, plain = (
        file_name("expenses", file_format, lang=lang, days=days) for lang in (order.lang, "en")
    )
    if request.method == "HEAD":
        response = Response()
    elif file_format == "xlsx":
        response = send_file(expense_workbook(database, files, order), download_name=name)
    else:
        response = Response(_begun(expense_text(database, files, order, file_format)))
    response.headers["Content-Type"] = _MEDIA_TYPES[file_format]
    # RFC 6266: the name, and one in plain letters for old programs.
    encoded = quote(name, safe="")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _begun(blocks: Generator[bytes]) -> Iterator[bytes]:
    """The blocks, the first of them made already: what fails so early is a problem document."""
    first = next(blocks, b"")

    def all_blocks() -> Iterator[bytes]:
        with closing(blocks):
            yield first
            yield from blocks

    return all_blocks()
