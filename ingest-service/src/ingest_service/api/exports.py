"""/data/export, as a file or as a signed link to it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import IO, Any
from urllib.parse import quote, urlencode

from flask import Response, jsonify, request, send_file
from flask.views import MethodView

from ingest_service.api.context import owner, parts
from ingest_service.api.filters import filter_of
from ingest_service.api.representations import Body, instant
from ingest_service.api.schemas_exports import DownloadArgs, ExportArgs, ExportLinkSchema
from ingest_service.domain.download_links import DownloadLink
from ingest_service.domain.errors import NotAllowedError
from ingest_service.domain.export_lists import LISTS
from ingest_service.domain.export_names import file_name
from ingest_service.domain.local_time import day_of, local_fields
from ingest_service.domain.messages import both_sentences
from ingest_service.usecases.download_links import make_download_link, open_download_link
from ingest_service.usecases.export import (
    ExportOrder,
    days_of,
    expense_text,
)
from ingest_service.usecases.export_lists import ListOrder, list_text, list_workbook
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
_SCOPES = {"forecasts": "forecast:read", "reports": "reports:read"}
_FILE = {
    "schema": {"type": "string", "format": "binary"},
    "content_type": "application/octet-stream",
    "description": "The file under its name, as CSV, XLSX or NDJSON",
}


@dataclass(frozen=True, slots=True)
class _Reader:
    """For whom the file is, and the token that opens a neighbour's list for him."""

    owner_id: int
    lang: str
    time_zone: str
    currency: str
    bearer: Callable[[str], str]


@blp.route("/data/export")
class Export(MethodView):
    """The caller's rows in the platform's own table, or a neighbour's list."""

    @signed_in("expenses:read")
    @blp.arguments(ExportArgs, location="query")
    @blp.response(200, **_FILE)
    @blp.alt_response(201, schema=ExportLinkSchema)
    @blp.alt_response(503, description="neighbour-unavailable, for forecasts and reports")
    def get(self, args: Mapping[str, Any]) -> Response:
        """A file of one state of the rows, that imports again unchanged; or a link to it."""
        identity = current_identity()
        reader = _Reader(
            owner_id=owner(),
            lang=args.get("lang") or identity.locale,
            time_zone=identity.time_zone,
            currency=identity.currency,
            bearer=lambda _scope: request.headers["Authorization"].partition(" ")[2],
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
        reader = _Reader(
            owner_id=link.owner_id,
            lang=link.lang,
            time_zone=link.time_zone,
            currency=link.currency,
            bearer=lambda scope: parts().own_bearer(scope, link.owner_id),
        )
        return _file(ExportArgs().load(link.query), reader)


def _link(args: Mapping[str, Any], reader: _Reader) -> Body:
    # What cannot be a file is refused now, not when the link is opened.
    filter_of(args, currency=reader.currency)
    scope, identity = _SCOPES.get(args["kind"]), current_identity()
    if scope and identity.is_restricted and scope not in identity.scopes:
        # The link will be opened by our own token, which must not see more than the maker's.
        raise NotAllowedError(both_sentences("list-not-allowed"))
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
    kind, file_format = args["kind"], args["format"]
    if request.method == "HEAD":
        response = Response()
    elif kind == "expenses":
        response = _expenses(order, file_format)
    else:
        lines = parts().lists[kind].pages(reader.bearer(_SCOPES[kind]))
        response = _list(ListOrder(LISTS[kind], lines, order), file_format)
    days = days_of(parts().database, order) if kind == "expenses" else _today(order)
    name, plain = (
        file_name(kind, file_format, lang=lang, days=days) for lang in (order.lang, "en")
    )
    response.headers["Content-Type"] = _MEDIA_TYPES[file_format]
    # RFC 6266: the name, and one in plain letters for old programs.
    encoded = quote(name, safe="")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _expenses(order: ExportOrder, file_format: str) -> Response:
    database, files = parts().database, parts().exports
    if file_format == "xlsx":
        return _sent(parts().workbooks.make(order))
    return Response(_begun(expense_text(database, files, order, file_format)))


def _list(wanted: ListOrder, file_format: str) -> Response:
    database, files = parts().database, parts().exports
    if file_format == "xlsx":
        return _sent(list_workbook(database, files, wanted))
    return Response(_begun(list_text(database, files, wanted, file_format)))


def _sent(workbook: IO[bytes]) -> Response:
    return send_file(workbook, mimetype=_MEDIA_TYPES["xlsx"])


def _today(order: ExportOrder) -> tuple[date, date]:
    """A list has no days of its own; it is as it was today."""
    today = local_fields(parts().clock(), order.time_zone).local_day
    return day_of(today), day_of(today)


def _begun(blocks: Generator[bytes]) -> Iterator[bytes]:
    """The blocks, the first of them made already: what fails so early is a problem document."""
    first = next(blocks, b"")

    def all_blocks() -> Iterator[bytes]:
        with closing(blocks):
            yield first
            yield from blocks

    return all_blocks()
