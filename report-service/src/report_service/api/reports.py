"""The report routes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from flask import Response, send_file
from flask.views import MethodView

from report_service.api import schemas
from report_service.api.presenter import accepted_body, report_body, request_of
from report_service.domain.errors import ReportNotFound
from report_service.domain.ports import ReportFiles, ReportStore
from report_service.domain.report import Format, Report, StoredFile
from report_service.usecases import (
    delete_report,
    finished_file,
    get_report,
    list_reports,
    request_report,
)
from servicekit.idempotency import IdempotencyStore, idempotent
from servicekit.identity import current_identity, signed_in
from servicekit.paging import decode_cursor, encode_cursor
from servicekit.problems import standard_problem
from servicekit.web import Blueprint

READ = "reports:read"
WRITE = "reports:write"
MAX_ID = 2**63 - 1
MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.ZIP: "application/zip",
}
Body = dict[str, Any]


class StoredFiles(ReportFiles, Protocol):
    """The folder of files, as the download needs it."""

    def absolute(self, path: str) -> Path:
        """Where a stored path is on this disk."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes work with. download_redirect is "" where files are sent from here."""

    store: ReportStore
    files: StoredFiles
    idempotency: IdempotencyStore
    clock: Callable[[], datetime]
    download_redirect: str


def reports_blueprint(desk: Desk) -> Blueprint:
    """The routes below /reports."""
    blueprint = Blueprint(
        "reports", __name__, url_prefix="/reports", description="Reports to print"
    )
    _add_generate(blueprint, desk)
    _add_list(blueprint, desk)
    _add_single(blueprint, desk)
    _add_download(blueprint, desk)
    return blueprint


def _add_generate(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.route("/generate")
    class Generate(MethodView):
        @signed_in(scope=WRITE)
        @idempotent(lambda: desk.idempotency)
        @blueprint.arguments(schemas.GenerateSchema)
        @blueprint.response(202, schemas.AcceptedSchema)
        def post(self, body: Body) -> tuple[Body, int, dict[str, str]]:
            """Make a report in the background; its address tells when it is done."""
            identity = current_identity()
            report = request_report(
                desk.store,
                owner_id=identity.owner_id,
                request=request_of(body, identity),
                now=desk.clock(),
            )
            accepted = accepted_body(report)
            return accepted, 202, {"Location": accepted["location"]}


def _add_list(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.route("")
    class Reports(MethodView):
        @signed_in(scope=READ)
        @blueprint.arguments(schemas.ListArgs, location="query")
        @blueprint.response(200, schemas.ReportsSchema)
        def get(self, args: Body) -> Body:
            """One's own reports, the newest first."""
            reports, next_id = list_reports(
                desk.store,
                owner_id=current_identity().owner_id,
                before_id=_position(args["cursor"]),
                limit=args["limit"],
            )
            cursor = encode_cursor({"id": next_id}) if next_id is not None else None
            return {"items": [report_body(report) for report in reports], "next_cursor": cursor}


def _add_single(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.route("/<report_id>")
    class Single(MethodView):
        @signed_in(scope=READ)
        @blueprint.response(200, schemas.ReportSchema)
        def get(self, report_id: str) -> Body:
            """One report: its state, and its file's size and digest once there is one."""
            owner_id = current_identity().owner_id
            return report_body(get_report(desk.store, owner_id=owner_id, report_id=_id(report_id)))

        @signed_in(scope=WRITE)
        @blueprint.response(204)
        def delete(self, report_id: str) -> None:
            """Remove a report and its file."""
            owner_id = current_identity().owner_id
            delete_report(desk.store, desk.files, owner_id=owner_id, report_id=_id(report_id))


def _add_download(blueprint: Blueprint, desk: Desk) -> None:
    @blueprint.route("/<report_id>/download")
    class Download(MethodView):
        @signed_in(scope=READ)
        @blueprint.response(
            200,
            {"type": "string", "format": "binary"},
            content_type="application/octet-stream",
            description="The file under its name",
        )
        def get(self, report_id: str) -> Response:
            """The file; 409 report-not-ready while there is none."""
            owner_id = current_identity().owner_id
            report, file = finished_file(desk.store, owner_id=owner_id, report_id=_id(report_id))
            return _file_response(desk, report, file)


def _file_response(desk: Desk, report: Report, file: StoredFile) -> Response:
    media_type = MEDIA_TYPES[report.request.format]
    if desk.download_redirect:
        response = Response(status=200, mimetype=media_type)
        response.headers["X-Accel-Redirect"] = desk.download_redirect + quote(file.path)
        response.headers.set("Content-Disposition", _disposition(report.file_name))
    else:
        path = desk.files.absolute(file.path)
        if not path.is_file():
            raise standard_problem(404, detail="The file is gone. Make the report again.")
        response = send_file(path, mimetype=media_type, conditional=True, etag=False)
        response.headers["Content-Disposition"] = _disposition(report.file_name)
    response.set_etag(file.sha256)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _disposition(file_name: str) -> str:
    """An attachment with its UTF-8 name (RFC 6266), and a plain one for old programs."""
    plain = file_name.encode("ascii", "ignore").decode().replace('"', "").strip(" .-")
    suffix = file_name.rpartition(".")[2]
    fallback = plain if plain not in {"", suffix} else f"report.{suffix}"
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def _id(text: str) -> int:
    """The id in an address; what cannot be one belongs to no report."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:20]) <= MAX_ID):
        raise ReportNotFound
    return int(text)


def _position(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    position = decode_cursor(cursor).get("id")
    if not isinstance(position, int) or not 0 < position <= MAX_ID:
        raise standard_problem(400, detail="The cursor is not one of this list.")
    return position
