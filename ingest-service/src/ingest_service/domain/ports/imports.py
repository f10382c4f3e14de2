"""Imports: what was uploaded, its file, its errors, and how its columns were read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, BinaryIO, Protocol

from ingest_service.domain.models import (
    ImportRecord,
    JobProgress,
    NewImport,
    RememberedMapping,
    RowError,
)


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """Which row errors: those after a position (row and id), of one kind or of all."""

    after: tuple[int, int] = (0, 0)
    limit: int = 100
    kind: str | None = None


class Imports(Protocol):
    """The uploads of all users and what became of them."""

    def get(self, user_id: int, import_id: int) -> ImportRecord:
        """The upload. Raises ImportNotFoundError."""
        ...

    def page(
        self, user_id: int, *, before_id: int | None, limit: int
    ) -> tuple[Sequence[ImportRecord], int | None]:
        """Uploads, newest first, and the id before which the next page begins."""
        ...

    def find_same_bytes(self, user_id: int, sha256: str) -> ImportRecord | None:
        """The newest upload of these bytes that stored them or still will."""
        ...

    def add(self, new: NewImport, *, now: int) -> int:
        """The id of a queued upload."""
        ...

    def enqueue(self, kind: str, record_id: int, user_id: int) -> int:
        """The id of the job that will do the work; joined to the upload."""
        ...

    def set_status(self, import_id: int, status: str, *, finished_at: int | None = None) -> None:
        """Note where the work stands."""
        ...

    def begin_anew(self, import_id: int) -> None:
        """Let an import that failed wait for another try; why it failed is forgotten."""
        ...

    def replace_file(self, import_id: int, file_path: str) -> None:
        """Let the import read another kept file: the opened one in place of the locked one."""
        ...

    def fail(
        self,
        import_id: int,
        *,
        code: str,
        detail: str,
        now: int,
        params: Mapping[str, object] | None = None,
    ) -> None:
        """Note that nothing was stored and why; params are what the sentence of the code tells."""
        ...

    def ask_mapping(self, import_id: int, *, mapping: str, preview: str) -> None:
        """Let the import wait for its mapping, with the best guess and the first rows."""
        ...

    def preview(self, import_id: int) -> str:
        """The first rows of an import that waits for its mapping."""
        ...

    def use_mapping(
        self, import_id: int, mapping: str | None, *, signature: str | None = None
    ) -> None:
        """Read the file by this mapping, or by none; what was asked is forgotten."""
        ...

    def progress_of(self, record: ImportRecord) -> JobProgress:
        """How far the work has come."""
        ...

    def errors(
        self, import_id: int, page: ErrorPage
    ) -> tuple[Sequence[RowError], tuple[int, int] | None]:
        """Errors in the order of the file, and the position after which the next page begins."""
        ...

    def failed_places(self, import_id: int) -> frozenset[tuple[str, int]]:
        """Sheet and line of every row that was not stored, and that no repair brought since."""
        ...

    def find_repairable(self, user_id: int, header: Sequence[str]) -> ImportRecord | None:
        """The newest import of this header that has rows to repair."""
        ...

    def set_repair(self, import_id: int, repaired_id: int) -> None:
        """Join a repair to the import that it repairs; it is read with that one's settings."""
        ...

    def undo_rows(self, user_id: int, import_id: int) -> int:
        """Remove what the import added, restore what it changed; the last seq used."""
        ...

    def file_paths(self) -> frozenset[str]:
        """Names of all uploads that are kept."""
        ...


class Mappings(Protocol):
    """What users said of their tables' columns, by header."""

    def list(self, user_id: int) -> Sequence[RememberedMapping]:
        """The user's mappings, the last used first."""
        ...

    def remember(self, user_id: int, signature: str, mapping: str, *, now: int) -> None:
        """Use the mapping for the tables to come with this header."""
        ...

    def note_use(self, user_id: int, signature: str, *, now: int) -> None:
        """Note that a table was read by the mapping of this header, where there is one."""
        ...

    def delete(self, user_id: int, mapping_id: int) -> None:
        """Forget a mapping. Raises MappingNotFoundError."""
        ...


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was kept: its name below the folder, its digest and size."""

    file_path: str
    sha256: str
    size_bytes: int


class Uploads(Protocol):
    """The folder of uploaded files."""

    def incoming(self) -> IO[bytes]:
        """A temporary file to stream an upload into."""
        ...

    def keep(self, stream: BinaryIO) -> KeptFile:
        """Store a stream under its final name, durably, and measure it. Raises EmptyFileError."""
        ...

    def open(self, file_path: str) -> BinaryIO:
        """A kept file. Raises StatementError file-missing."""
        ...

    def is_locked(self, file_path: str) -> bool:
        """Whether the kept file is an archive whose statement needs a password."""
        ...

    def unlock(self, file_path: str, *, password: str, max_bytes: int) -> KeptFile:
        """Store the statement of a locked archive as a kept file of its own.

        Raises WrongPasswordError, EmptyFileError and StatementError.
        """
        ...

    def free_bytes(self) -> int:
        """The room that is left on the disk of the folder."""
        ...

    def discard(self, file_path: str) -> None:
        """Forget a kept file."""
        ...

    def sweep(self, known: frozenset[str], *, older_than_s: float) -> int:
        """Remove files that nothing refers to; how many."""
        ...
