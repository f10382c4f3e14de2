"""The folder of uploads: temporary name, digest, fsync, then the final name at once."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO, cast

from ingest_service.domain.errors import EmptyFileError, StatementError
from ingest_service.domain.ports import KeptFile
from ingest_service.domain.reading.archive import unpack
from ingest_service.domain.reading.sniff import is_locked

_INCOMING = ".incoming-"
_BLOCK_BYTES = 1 << 20


class UploadFolder:
    """Files as they were uploaded, under names that nobody chose."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def incoming(self) -> IO[bytes]:
        """A temporary file in the folder, for the web server to stream an upload into."""
        return NamedTemporaryFile(dir=self.folder, prefix=_INCOMING)

    def keep(self, stream: BinaryIO) -> KeptFile:
        """Store a stream durably under its final name.

        Raises:
            EmptyFileError: the stream has no bytes.
        """
        temporary = self.folder / f"{_INCOMING}{uuid.uuid4().hex}"
        digest = hashlib.sha256()
        size = 0
        stream.seek(0)
        try:
            with temporary.open("wb") as target:
                while block := stream.read(_BLOCK_BYTES):
                    digest.update(block)
                    size += len(block)
                    target.write(block)
                target.flush()
                os.fsync(target.fileno())
            if size == 0:
                raise EmptyFileError("The file is empty.")
            name = uuid.uuid4().hex
            temporary.rename(self.folder / name)
            self._sync_folder()
        finally:
            temporary.unlink(missing_ok=True)
        return KeptFile(name, digest.hexdigest(), size)

    def open(self, file_path: str) -> BinaryIO:
        """A kept file.

        Raises:
            StatementError: file-missing.
        """
        try:
            return (self.folder / file_path).open("rb")
        except FileNotFoundError as error:
            raise StatementError("file-missing") from error

    def is_locked(self, file_path: str) -> bool:
        """Whether the kept file is an archive whose statement needs a password."""
        with self.open(file_path) as stream:
            return is_locked(stream)

    def unlock(self, file_path: str, *, password: str, max_bytes: int) -> KeptFile:
        """Store the statement of a locked archive as a kept file of its own.

        Raises:
            WrongPasswordError: the password does not open it.
            StatementError: the archive is not one that is taken.
            EmptyFileError: the statement has no bytes.
        """
        with self.open(file_path) as stream, self.incoming() as opened:
            unpack(stream, cast("BinaryIO", opened), max_bytes=max_bytes, password=password)
            return self.keep(cast("BinaryIO", opened))

    def discard(self, file_path: str) -> None:
        """Forget a kept file."""
        (self.folder / file_path).unlink(missing_ok=True)

    def sweep(self, known: frozenset[str], *, older_than_s: float) -> int:
        """Remove old files that nothing refers to (a killed upload's); how many."""
        removed = 0
        for path in self.folder.iterdir():
            try:
                old = time.time() - path.stat().st_mtime > older_than_s
            except FileNotFoundError:
                continue
            if old and path.name not in known:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _sync_folder(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
