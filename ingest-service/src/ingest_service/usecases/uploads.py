"""Accepting an upload and undoing an import; the work itself is done by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from ingest_service.domain.errors import (
    FieldProblem,
    ImportBusyError,
    ImportNotLockedError,
    InvalidInputError,
    MissingFileError,
)
from ingest_service.domain.local_time import zone
from ingest_service.domain.mapping.check import problems_of
from ingest_service.domain.mapping.model import ColumnMapping
from ingest_service.domain.messages import sentence
from ingest_service.domain.models import ImportRecord, JobProgress, NewImport, RowError
from ingest_service.domain.ports import Database, ErrorPage, KeptFile, Session, Uploads
from ingest_service.domain.profiles import profile_ids
from ingest_service.domain.repair import repair_lines
from ingest_service.usecases.receiving import Received, forget, open_locked, receive

IMPORT_JOB = "import_statement"
UNDO_JOB = "undo_import"
LOCKED = "needs_password"
UNMAPPED = "needs_mapping"
_UNFINISHED = frozenset({"queued", "running"})
_MAX_FILENAME = 200
_REPAIR_ROWS = 500


@dataclass(frozen=True, slots=True)
class Upload:
    """A file and what its sender said about it."""

    user_id: int
    filename: str
    stream: BinaryIO | None
    profile: str | None
    time_zone: str
    currency: str
    locale: str
    dry_run: bool
    force: bool
    # Opens an encrypted archive; never stored, and kept out of what a log may show.
    password: str | None = field(default=None, repr=False)
    # The import whose failed rows the file repairs.
    repair_of: int | None = None
    mapping: ColumnMapping | None = None


@dataclass(frozen=True, slots=True)
class ImportStatus:
    """An import and how far it has come."""

    record: ImportRecord
    progress: JobProgress


@dataclass(frozen=True, slots=True)
class Accepted:
    """The import that will be, or was, made of an upload."""

    status: ImportStatus
    is_duplicate: bool


# Given the connection of the transaction under way, and what is to be answered.
KeepAnswer = Callable[[Any, Accepted], None]


def accept_upload(
    database: Database,
    uploads: Uploads,
    upload: Upload,
    *,
    max_bytes: int,
    now: int,
    keep_answer: KeepAnswer,
) -> Accepted:
    """Keep the file and queue its import; the same bytes again give the earlier import.

    keep_answer is called in the transaction that records the import.

    Raises:
        MissingFileError, EmptyFileError, UploadTooLargeError: the file.
        InvalidInputError: an unknown profile or time zone, a mapping that no table could have.
        ImportNotFoundError, ImportBusyError: the import to repair.
        WrongPasswordError: a password was sent that does not open the archive; nothing is kept.
    """
    zone(upload.time_zone)
    if upload.profile is not None and upload.profile not in profile_ids():
        problem = FieldProblem("unknown-profile", f"No such profile: {upload.profile}", "/profile")
        raise InvalidInputError("The profile is not known.", [problem])
    if upload.mapping is not None:
        _check_mapping(upload.mapping, locale=upload.locale)
    if upload.stream is None or not upload.filename:
        raise MissingFileError('Send the statement as the form field "file".')
    received = receive(uploads, upload.stream, password=upload.password, max_bytes=max_bytes)
    try:
        with database.write() as session:
            accepted = _record(session, upload, received, now=now)
            session.within(lambda connection: keep_answer(connection, accepted))
    except BaseException:
        forget(uploads, received)
        raise
    forget(uploads, received, but=accepted.status.record.file_path)
    return accepted


def _check_mapping(mapping: ColumnMapping, *, locale: str) -> None:
    problems = problems_of(mapping, None, locale=locale)
    if problems:
        raise InvalidInputError("The mapping cannot be used.", problems)


def _record(session: Session, upload: Upload, received: Received, *, now: int) -> Accepted:
    """The import with its job, or the earlier import of the same bytes."""
    earlier = None
    if not upload.force and not upload.dry_run:
        earlier = session.imports.find_same_bytes(upload.user_id, received.kept.sha256)
    if earlier is not None and earlier.status not in {LOCKED, UNMAPPED}:
        return Accepted(status_of(session, earlier), is_duplicate=True)
    if earlier is not None:
        import_id = earlier.id
        # Its question may have an answer by now: a mapping sent along, or a remembered one.
        mapping = None if upload.mapping is None else upload.mapping.text()
        session.imports.use_mapping(import_id, mapping)
    else:
        import_id = session.imports.add(_new_import(upload, received.kept), now=now)
        _note_repair(session, upload, import_id)
    _go_on(session, upload.user_id, import_id, received, now=now)
    record = session.imports.get(upload.user_id, import_id)
    return Accepted(status_of(session, record), is_duplicate=False)


def _note_repair(session: Session, upload: Upload, import_id: int) -> None:
    """Join a repair to the import of the statement itself, however often that was repaired."""
    if upload.repair_of is None:
        return
    repaired = session.imports.get(upload.user_id, upload.repair_of)
    while repaired.repair_of is not None:
        repaired = session.imports.get(upload.user_id, repaired.repair_of)
    if repaired.status in _UNFINISHED or repaired.header is None or repaired.dry_run:
        raise ImportBusyError("That import has no rows that wait for repair.")
    session.imports.set_repair(import_id, repaired.id)


def _go_on(session: Session, user_id: int, import_id: int, received: Received, *, now: int) -> None:
    """Let the import wait for its password, fail, or be queued with the file to read."""
    record = session.imports.get(user_id, import_id)
    if received.waits:
        session.imports.set_status(import_id, LOCKED)
    elif received.failure is not None:
        code, params = received.failure.code, received.failure.params
        detail = sentence(code, locale=record.locale, params=params)
        session.imports.fail(import_id, code=code, detail=detail, now=now)
    else:
        session.imports.replace_file(import_id, received.file_path)
        session.imports.set_status(import_id, "queued")
        session.imports.enqueue(IMPORT_JOB, import_id, user_id)


def unlock_import(
    database: Database,
    uploads: Uploads,
    *,
    user_id: int,
    import_id: int,
    password: str,
    max_bytes: int,
    now: int,
) -> ImportStatus:
    """Open the archive of an import that waits for its password, and queue the import.

    The statement takes the place of the archive, which is removed.

    Raises:
        ImportNotFoundError, ImportNotLockedError: there is nothing to open.
        WrongPasswordError: the password does not open it.
    """
    locked = _locked(get_import(database, user_id, import_id).record)
    archive = KeptFile(locked.file_path, locked.sha256, locked.size_bytes)
    received = open_locked(uploads, archive, password=password, max_bytes=max_bytes)
    try:
        with database.write() as session:
            _locked(session.imports.get(user_id, import_id))
            _go_on(session, user_id, import_id, received, now=now)
            status = status_of(session, session.imports.get(user_id, import_id))
    except BaseException:
        forget(uploads, received, but=locked.file_path)
        raise
    forget(uploads, received, but=status.record.file_path)
    return status


def _locked(record: ImportRecord) -> ImportRecord:
    if record.status != LOCKED:
        raise ImportNotLockedError("The import waits for no password.")
    return record


def _new_import(upload: Upload, kept: KeptFile) -> NewImport:
    return NewImport(
        user_id=upload.user_id,
        filename=upload.filename.replace("\\", "/").rpartition("/")[2][-_MAX_FILENAME:],
        file_path=kept.file_path,
        sha256=kept.sha256,
        size_bytes=kept.size_bytes,
        requested_profile=upload.profile,
        time_zone=upload.time_zone,
        currency=upload.currency,
        locale=upload.locale,
        dry_run=upload.dry_run,
        mapping=None if upload.mapping is None else upload.mapping.text(),
    )


def status_of(session: Session, record: ImportRecord) -> ImportStatus:
    """The import and how far its job has come."""
    return ImportStatus(record, session.imports.progress_of(record))


def get_import(database: Database, user_id: int, import_id: int) -> ImportStatus:
    """One import and its progress. Raises ImportNotFoundError."""
    with database.read() as session:
        return status_of(session, session.imports.get(user_id, import_id))


def list_imports(
    database: Database, user_id: int, *, before_id: int | None, limit: int
) -> tuple[Sequence[ImportStatus], int | None]:
    """Imports, newest first, and where the next page begins."""
    with database.read() as session:
        records, following = session.imports.page(user_id, before_id=before_id, limit=limit)
        return [status_of(session, record) for record in records], following


def list_errors(
    database: Database, user_id: int, import_id: int, page: ErrorPage
) -> tuple[Sequence[RowError], tuple[int, int] | None]:
    """The row errors of one import, and where the next page begins. Raises ImportNotFoundError."""
    with database.read() as session:
        session.imports.get(user_id, import_id)
        return session.imports.errors(import_id, page)


def repair_file(
    database: Database, user_id: int, import_id: int, *, kind: str, locale: str
) -> Iterator[str]:
    """The lines of the repair file, read as they are sent. Raises ImportNotFoundError."""
    header = get_import(database, user_id, import_id).record.header
    return repair_lines(_all_errors(database, user_id, import_id, kind=kind), header, locale=locale)


def _all_errors(
    database: Database, user_id: int, import_id: int, *, kind: str
) -> Iterator[RowError]:
    after: tuple[int, int] | None = (0, 0)
    while after is not None:
        page = ErrorPage(after=after, limit=_REPAIR_ROWS, kind=kind)
        errors, after = list_errors(database, user_id, import_id, page)
        yield from errors


def request_undo(database: Database, user_id: int, import_id: int) -> ImportStatus:
    """Queue the undoing of an import; one that was undone stays as it is.

    Raises:
        ImportNotFoundError: there is no such import.
        ImportBusyError: it is still being worked on.
    """
    with database.write() as session:
        record = session.imports.get(user_id, import_id)
        if record.status in _UNFINISHED:
            raise ImportBusyError("The import is still being worked on.")
        if record.status != "undone":
            session.imports.enqueue(UNDO_JOB, import_id, user_id)
        return status_of(session, session.imports.get(user_id, import_id))


def undo_import(database: Database, *, user_id: int, import_id: int, now: int) -> None:
    """Remove what an import added and restore what it changed; doing it again changes nothing."""
    with database.write() as session:
        record = session.imports.get(user_id, import_id)
        if record.status == "undone":
            return
        session.imports.undo_rows(user_id, import_id)
        session.imports.set_status(import_id, "undone", finished_at=now)


def sweep_uploads(database: Database, uploads: Uploads, *, older_than_s: float) -> int:
    """Remove files of uploads that never became imports; how many."""
    with database.read() as session:
        known = session.imports.file_paths()
    return uploads.sweep(known, older_than_s=older_than_s)
