"""/data/export, as a file or as a signed link to it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, jsonify, request, send_file
from flask.views import MethodView

from ingest_service.api.context import owner, parts
from ingest_service.api.filters import filter_of
from ingest_service.api.representations import Body, instant
from ingest_service.api.schemas import DownloadArgs, ExportArgs, ExportLinkSchema
from ingest_service.domain.download_links import DownloadLink
from ingest_service.domain.export_names import file_name
from ingest_service.usecases.download_links import make_download_link, open_download_link
from ingest_service.usecases.export import (
    ExportOrder,
    days_of,
    expense_text,
    expense_workbook,
)
from servicekit.identity import current_identity, public, signed_in
from servicekit.money import exponent
from servicekit.web import Blueprint

blp = Blueprint("exports", "exports", description="The caller's rows as a file")
_DOWNLOAD_PATH = "/data/export/download"
_MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson; charset=utf-8",
}
_FILE = {
    "schema": {"type": "string", "format": "binary"},
    "content_type": "application/octet-stream",
    "description": "The file under its name, as CSV, XLSX or NDJSON",
}


@dataclass(frozen=True, slots=True)
class _Reader:
    """For whom the file is."""

    owner_id: int
    lang: str
    time_zone: str
    currency: str


@blp.route("/data/export")
class Export(MethodView):
    """The caller's rows in the platform's own table."""

    @signed_in("expenses:read")
    @blp.arguments(ExportArgs, location="query")
    @blp.response(200, **_FILE)
    @blp.alt_response(201, schema=ExportLinkSchema)
    def get(self, args: Mapping[str, Any]) -> Response:
        """A file of one state of the rows, that imports again unchanged."""
        identity = current_identity()
        reader = _Reader(
            owner_id=owner(),
            lang=args.get("lang") or identity.locale,
            time_zone=identity.time_zone,
            currency=identity.currency,
        )
        if not args["link"]:
            return _file(args, reader)
        response = jsonify(_link(args, reader))
        response.status_code = 201
        return response


@blp.route(_DOWNLOAD_PATH)
class Download(MethodView):
    """What a signed link opens."""

    @public
    @blp.arguments(DownloadArgs, location="query")
    @blp.response(200, **_FILE)
    @blp.alt_response(403, description="link-invalid")
    @blp.alt_response(410, description="link-expired")
    def get(self, args: Mapping[str, Any]) -> Response:
        """The file, without signing in."""
        link = open_download_link(parts().database, args["token"], now=parts().now())
        reader = _Reader(link.owner_id, link.lang, link.time_zone, link.currency)
        return _file(ExportArgs().load(link.query), reader)


def _link(args: Mapping[str, Any], reader: _Reader) -> Body:
    # What cannot be a file is refused now, not when the link is opened.
    filter_of(args, currency=reader.currency)
    link = DownloadLink(
        owner_id=reader.owner_id,
        query={name: value for name, value in request.args.items() if name != "link"},
        lang=reader.lang,
        time_zone=reader.time_zone,
        currency=reader.currency,
        expires_at=parts().now() + parts().export_link_s,
    )
    query = urlencode({"token": make_download_link(parts().database, link)})
    return {"url": f"{_DOWNLOAD_PATH}?{query}", "expires_at": instant(link.expires_at)}


def _file(args: Mapping[str, Any], reader: _Reader) -> Response:
    order = ExportOrder(
        user_id=reader.owner_id,
        where=filter_of(args, currency=reader.currency),
        lang=reader.lang,
        time_zone=reader.time_zone,
        exponent_of=exponent,
    )
    database, files, file_format = parts().database, parts().exports, args["format"]
    media_type = _MEDIA_TYPES[file_format]
    days = days_of(database, order)
    if request.method == "HEAD":
        response = Response()
    elif file_format == "xlsx":
        response = send_file(expense_workbook(database, files, order), mimetype=media_type)
    else:
        response = Response(_begun(expense_text(database, files, order, file_format)))
    name, plain = (
        file_name("expenses", file_format, lang=lang, days=days) for lang in (order.lang, "en")
    )
    response.headers["Content-Type"] = media_type
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
