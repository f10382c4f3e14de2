"""/data/import, /data/imports, /data/profiles."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any, cast

from flask import Request, Response, current_app, jsonify, request, stream_with_context
from flask.views import MethodView

from ingest_service.api.context import Parts, idempotency_store, owner, parts
from ingest_service.api.mapping_form import mapping_in_form
from ingest_service.api.representations import (
    Body,
    accepted_body,
    import_body,
    row_error_body,
)
from ingest_service.api.schemas_imports import (
    AcceptedSchema,
    DuplicateFileSchema,
    ImportPageSchema,
    ImportSchema,
    ProfileListSchema,
    RowErrorArgs,
    RowErrorPageSchema,
    UnlockEntry,
    UploadForm,
)
from ingest_service.domain.ports import ErrorPage
from ingest_service.domain.profiles import all_profiles
from ingest_service.usecases import given_up
from ingest_service.usecases import uploads as usecases
from servicekit.idempotency import idempotent, keep_answer
from servicekit.identity import current_identity, signed_in
from servicekit.paging import decode_cursor, encode_cursor
from servicekit.problems import Problem
from servicekit.schemas import PageArgs
from servicekit.web import Blueprint

blp = Blueprint("imports", "imports", description="Statements: upload, progress, errors, undo")
UPLOAD_PATH = "/data/import"
_FORM_SLACK_BYTES = 1 << 20
_AT = ("row", "id")


class UploadRequest(Request):
    """A request whose file is streamed into the folder of uploads, not into memory."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.path == UPLOAD_PATH:
            incoming = cast("Parts", current_app.extensions["ingest"]).uploads.incoming()
            self._incoming = [*getattr(self, "_incoming", ()), incoming]
            return incoming
        return super()._get_file_stream(
            total_content_length, content_type, filename, content_length
        )

    def close(self) -> None:
        """Let go of the files, those of an upload that broke off too: their bytes are then free."""
        super().close()
        for incoming in getattr(self, "_incoming", ()):
            # What a full disk did not take need not be flushed.
            with suppress(OSError):
                incoming.close()


def allow_large_uploads() -> None:
    """Before each request: only the upload may have a large body."""
    if request.path == UPLOAD_PATH:
        request.max_content_length = parts().max_upload_bytes + _FORM_SLACK_BYTES


@blp.route(UPLOAD_PATH)
class Upload(MethodView):
    """The door for statements."""

    @signed_in()
    # It keeps its answer itself: what a failed commit leaves in the folder is removed at once.
    @idempotent(idempotency_store, whole=False)
    @blp.arguments(UploadForm, location="form", content_type="multipart/form-data")
    @blp.response(202, AcceptedSchema)
    @blp.alt_response(200, schema=DuplicateFileSchema)
    def post(self, form: Mapping[str, Any]) -> Response:
        """Queue the import of a statement; the same bytes again give the earlier import."""
        file = request.files.get("file")
        identity = current_identity()
        upload = usecases.Upload(
            user_id=owner(),
            filename=(file.filename or "statement") if file else "",
            stream=cast("Any", file.stream) if file else None,
            profile=form.get("profile") or None,
            time_zone=form.get("time_zone") or identity.time_zone,
            currency=identity.currency,
            locale=identity.locale,
            dry_run=form["dry_run"],
            force=form["force"],
            password=form.get("password") or None,
            repair_of=int(form["repair_of"]) if form.get("repair_of") else None,
            mapping=mapping_in_form(form["mapping"]) if form.get("mapping") else None,
        )
        accepted = usecases.accept_upload(
            parts().database,
            parts().uploads,
            upload,
            max_bytes=parts().max_upload_bytes,
            now=parts().now(),
            keep_answer=lambda connection, made: keep_answer(connection, _answer(made)),
        )
        return _answer(accepted)


@blp.route("/data/imports")
class ImportList(MethodView):
    """The caller's imports."""

    @signed_in()
    @blp.arguments(PageArgs, location="query")
    @blp.response(200, ImportPageSchema)
    def get(self, args: Mapping[str, Any]) -> Body:
        """Imports, newest first."""
        items, following = usecases.list_imports(
            parts().database, owner(), before_id=_cursor_id(args["cursor"]), limit=args["limit"]
        )
        cursor = None if following is None else encode_cursor({"id": following})
        return {"items": [import_body(item) for item in items], "next_cursor": cursor}


@blp.route("/data/imports/<int:import_id>")
class ImportItem(MethodView):
    """One import of the caller."""

    @signed_in()
    @blp.response(200, ImportSchema)
    def get(self, import_id: int) -> Body:
        """The import and how far it has come."""
        return import_body(usecases.get_import(parts().database, owner(), import_id))

    @signed_in()
    @blp.response(202, AcceptedSchema)
    def delete(self, import_id: int) -> Body:
        """Undo the import: remove what it added, restore what it changed."""
        return accepted_body(usecases.request_undo(parts().database, owner(), import_id))


@blp.route("/data/imports/<int:import_id>/unlock")
class ImportUnlock(MethodView):
    """The password of an encrypted archive."""

    # Not idempotent by key: the digest of so short a body would tell the password.
    @signed_in()
    @blp.arguments(UnlockEntry)
    @blp.response(202, AcceptedSchema)
    def post(self, entry: Mapping[str, Any], import_id: int) -> Body:
        """Open the archive and queue the import; the password is not kept."""
        status = usecases.unlock_import(
            parts().database,
            parts().uploads,
            user_id=owner(),
            import_id=import_id,
            password=entry["password"],
            max_bytes=parts().max_upload_bytes,
            now=parts().now(),
        )
        return accepted_body(status)


@blp.route("/data/imports/<int:import_id>/retry")
class ImportRetry(MethodView):
    """Another try of an import that a full disk or a fault of the service ended."""

    @signed_in()
    @idempotent(idempotency_store)
    @blp.response(202, AcceptedSchema)
    def post(self, import_id: int) -> Body:
        """Queue the import again; its file was kept."""
        return accepted_body(
            given_up.retry_import(parts().database, user_id=owner(), import_id=import_id)
        )


@blp.route("/data/imports/<int:import_id>/errors")
class ImportErrors(MethodView):
    """Why rows of an import were not stored."""

    @signed_in()
    @blp.arguments(RowErrorArgs, location="query")
    @blp.response(200, RowErrorPageSchema)
    def get(self, args: Mapping[str, Any], import_id: int) -> Body | Response:
        """The errors, page by page; as a file to repair them in where Accept asks for text/csv."""
        if request.accept_mimetypes.best_match(["application/json", "text/csv"]) == "text/csv":
            return _repair_file(import_id, kind=args.get("kind") or "error")
        page = ErrorPage(_cursor_row(args["cursor"]), args["limit"], args.get("kind"))
        errors, following = usecases.list_errors(parts().database, owner(), import_id, page)
        cursor = (
            None if following is None else encode_cursor(dict(zip(_AT, following, strict=True)))
        )
        locale = current_identity().locale
        items = [row_error_body(error, locale=locale) for error in errors]
        return {"items": items, "next_cursor": cursor}


@blp.route("/data/profiles")
class ProfileList(MethodView):
    """The kinds of statements that are recognised."""

    @signed_in()
    @blp.response(200, ProfileListSchema)
    def get(self) -> Body:
        """All profiles."""
        items = [
            {"id": profile.id, "name": profile.name, "formats": list(profile.formats)}
            for profile in all_profiles()
        ]
        return {"items": items, "next_cursor": None}


def _answer(accepted: usecases.Accepted) -> Response:
    body = accepted_body(accepted.status)
    if accepted.is_duplicate:
        earlier = import_body(accepted.status)
        body = {**earlier, "status": "duplicate_file", "location": body["location"]}
    response = jsonify(body)
    response.status_code = 200 if accepted.is_duplicate else 202
    response.headers["Location"] = body["location"]
    return response


def _repair_file(import_id: int, *, kind: str) -> Response:
    lines = usecases.repair_file(
        parts().database, owner(), import_id, kind=kind, locale=current_identity().locale
    )
    return Response(
        stream_with_context(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="errors-{import_id}.csv"'},
    )


def _cursor_row(cursor: str | None) -> tuple[int, int]:
    """The row and id after which a page of errors begins."""
    if cursor is None:
        return (0, 0)
    row, number = (decode_cursor(cursor).get(name) for name in _AT)
    if not isinstance(row, int) or not isinstance(number, int):
        raise Problem(400, "invalid-cursor", "The cursor is not valid", "Start again without it.")
    return (row, number)


def _cursor_id(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    number = decode_cursor(cursor).get("id")
    if not isinstance(number, int):
        raise Problem(400, "invalid-cursor", "The cursor is not valid", "Start again without it.")
    return number
