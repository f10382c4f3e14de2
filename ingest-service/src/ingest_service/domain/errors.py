"""Domain errors of ingest.

IngestError
├── NotFoundError: the thing is not there, or belongs to somebody else
│   ├── ExpenseNotFoundError, CategoryNotFoundError, RuleNotFoundError, ImportNotFoundError,
│   │   LinkNotFoundError, MappingNotFoundError, ClassificationNotFoundError,
│   │   DeletionNotFoundError
├── MissingFileError, EmptyFileError, UploadTooLargeError: the upload itself
├── InvalidInputError: well-formed, but against a rule that needs data (.errors names the fields)
├── ConflictError: not now, or not twice
│   ├── CategoryInUseError, ImportBusyError, ImportNotLockedError, ImportNotRepeatableError,
│   │   LinkTakenError, MappingNotAwaitedError
├── FeedUnavailableError: the change feed cannot be read just now
├── WorkbookUnavailableError: a workbook cannot be written just now
├── DownloadLinkInvalidError, DownloadLinkExpiredError: a signed link that opens nothing
├── NeighbourDownError, NotAllowedError: a list that another service has
├── WrongPasswordError: the password does not open the archive
└── StatementError: the worker cannot read the file (.code is kept with the import)
    └── UnmappedTableError: a table of which the columns' meaning must be asked
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that is wrong and why."""

    code: str
    detail: str
    pointer: str | None = None
    row: int | None = None


class IngestError(Exception):
    """Base of all that ingest refuses."""


class NotFoundError(IngestError):
    """The thing does not exist for this owner."""


class ExpenseNotFoundError(NotFoundError):
    """No such expense."""


class CategoryNotFoundError(NotFoundError):
    """No such category."""


class RuleNotFoundError(NotFoundError):
    """No such rule."""


class ImportNotFoundError(NotFoundError):
    """No such import."""


class ClassificationNotFoundError(NotFoundError):
    """No such work of the category model."""


class DeletionNotFoundError(NotFoundError):
    """No such deletion that could be taken back."""


class LinkNotFoundError(NotFoundError):
    """No such link."""


class MappingNotFoundError(NotFoundError):
    """No such remembered mapping."""


class MissingFileError(IngestError):
    """The form holds no file."""


class EmptyFileError(IngestError):
    """The file has no bytes."""


class UploadTooLargeError(IngestError):
    """The file is larger than this installation takes."""


class InvalidInputError(IngestError):
    """A value breaks a rule; errors names each field."""

    def __init__(self, detail: str, errors: Sequence[FieldProblem] = ()) -> None:
        super().__init__(detail)
        self.errors = tuple(errors)


class ConflictError(IngestError):
    """The state of the thing forbids this now."""


class CategoryInUseError(ConflictError):
    """The category still carries something, or the platform needs it."""


class ImportBusyError(ConflictError):
    """The import is still being worked on."""


class ImportNotLockedError(ConflictError):
    """The import waits for no password."""


class ImportNotRepeatableError(ConflictError):
    """Another try of the import would come to the same end, or its file is gone."""


class MappingNotAwaitedError(ConflictError):
    """The import waits for no mapping."""


class FeedUnavailableError(IngestError):
    """The change feed cannot be read just now; a later call can."""


class WorkbookUnavailableError(IngestError):
    """A workbook cannot be written just now; a later call may."""


class WrongPasswordError(IngestError):
    """The password does not open the archive."""


class LinkTakenError(ConflictError):
    """Another link in force has one of the rows."""


class DownloadLinkInvalidError(IngestError):
    """The signed link was not made here, or was changed."""


class DownloadLinkExpiredError(IngestError):
    """The signed link's time is over."""


class NeighbourDownError(IngestError):
    """Another service, which has what was asked for, does not answer."""


class NotAllowedError(IngestError):
    """The token does not open what was asked for."""


class StatementError(IngestError):
    """The file cannot be read as a statement; code is stable, the message is for people."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class UnmappedTableError(StatementError):
    """The file holds a table, but what its columns mean is not certain.

    mapping is the best guess, and preview the first rows, both as they are stored.
    """

    def __init__(self, mapping: str, preview: str) -> None:
        super().__init__("needs-mapping")
        self.mapping = mapping
        self.preview = preview
