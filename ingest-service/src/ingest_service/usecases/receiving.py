"""Keeping the bytes of an upload; an archive with a password is opened on the way in.

The password lives in the arguments of these calls only: it is neither stored nor logged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from ingest_service.domain.errors import EmptyFileError, StatementError, UploadTooLargeError
from ingest_service.domain.ports import KeptFile, Uploads


@dataclass(frozen=True, slots=True)
class Received:
    """What was kept: the file as it came, and the statement taken out of it where it was locked.

    failure says why a locked archive of which the password is right cannot be read.
    """

    kept: KeptFile
    locked: bool = False
    opened: KeptFile | None = None
    failure: StatementError | None = None

    @property
    def file_path(self) -> str:
        """The file to read the statement from."""
        return (self.opened or self.kept).file_path

    @property
    def waits(self) -> bool:
        """Whether a password must come first."""
        return self.locked and self.opened is None and self.failure is None


def receive(
    uploads: Uploads, stream: BinaryIO, *, password: str | None, max_bytes: int
) -> Received:
    """The upload, kept durably.

    Raises:
        EmptyFileError, UploadTooLargeError: nothing is kept.
        WrongPasswordError: nothing is kept.
    """
    kept = uploads.keep(stream)
    try:
        _check_size(kept, max_bytes=max_bytes)
        locked = uploads.is_locked(kept.file_path)
        if not locked or not password:
            return Received(kept, locked)
        return open_locked(uploads, kept, password=password, max_bytes=max_bytes)
    except BaseException:
        uploads.discard(kept.file_path)
        raise


def _check_size(kept: KeptFile, *, max_bytes: int) -> None:
    if kept.size_bytes > max_bytes:
        raise UploadTooLargeError(f"A statement may have at most {max_bytes} bytes.")


def open_locked(uploads: Uploads, kept: KeptFile, *, password: str, max_bytes: int) -> Received:
    """The same file with its statement taken out.

    Raises:
        WrongPasswordError: the password does not open it.
    """
    try:
        opened = uploads.unlock(kept.file_path, password=password, max_bytes=max_bytes)
    except StatementError as error:
        return Received(kept, locked=True, failure=error)
    except EmptyFileError:
        return Received(kept, locked=True, failure=StatementError("no-transactions"))
    return Received(kept, locked=True, opened=opened)


def forget(uploads: Uploads, received: Received, *, but: str = "") -> None:
    """Discard the files of an upload, but for the one of that path."""
    for file in (received.kept, received.opened):
        if file is not None and file.file_path != but:
            uploads.discard(file.file_path)
