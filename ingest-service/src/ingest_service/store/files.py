"""The folder of uploads: a file without a name, digest, fsync, then the final name at once.

A file without a name goes with the process that has it open: an upload that breaks off, and a
process that is killed while it takes one, leave nothing behind.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
import uuid
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, BinaryIO, cast

from ingest_service.domain.errors import EmptyFileError, StatementError
from ingest_service.domain.ports import KeptFile
from ingest_service.domain.reading.archive import unpack
from ingest_service.domain.reading.sniff import is_locked

_INCOMING = ".incoming-"
_BLOCK_BYTES = 1 << 20
# No /proc, another file system, a file that never was nameless, or a system that forbids it.
_CANNOT_LINK = frozenset({errno.ENOENT, errno.EXDEV, errno.EPERM, errno.EACCES, errno.EOPNOTSUPP})


class UploadFolder:
    """Files as they were uploaded, under names that nobody chose."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def incoming(self) -> IO[bytes]:
        """A nameless file in the folder, for the web server to stream an upload into."""
        return TemporaryFile(dir=self.folder, prefix=_INCOMING)

    def keep(self, stream: BinaryIO) -> KeptFile:
        """Store a stream durably under its final name; what incoming() gave is not copied.

        Raises:
            EmptyFileError: the stream has no bytes.
        """
        digest, size = _measure(stream)
        if size == 0:
            raise EmptyFileError("The file is empty.")
        name = uuid.uuid4().hex
        if not self._name(stream, name):
            self._copy(stream, name)
        self._sync_folder()
        return KeptFile(name, digest, size)

    def _name(self, stream: BinaryIO, name: str) -> bool:
        """Give a nameless file of this folder its name; whether the stream is such a file."""
        try:
            descriptor = stream.fileno()
        except (OSError, AttributeError):
            return False
        os.fsync(descriptor)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            # src_dir_fd makes Python follow the link in /proc, which the path alone does not.
            os.link(
                f"/proc/self/fd/{descriptor}", name, src_dir_fd=folder, dst_dir_fd=folder,
                follow_symlinks=True,
            )  # fmt: skip
        except OSError as error:
            if error.errno in _CANNOT_LINK:
                return False
            raise
        finally:
            os.close(folder)
        return True

    def _copy(self, stream: BinaryIO, name: str) -> None:
        temporary = self.folder / f"{_INCOMING}{uuid.uuid4().hex}"
        stream.seek(0)
        try:
            with temporary.open("wb") as target:
                shutil.copyfileobj(stream, target, _BLOCK_BYTES)
                target.flush()
                os.fsync(target.fileno())
            temporary.rename(self.folder / name)
        finally:
            temporary.unlink(missing_ok=True)

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

    def free_bytes(self) -> int:
        """The room that is left on the disk of the folder."""
        return shutil.disk_usage(self.folder).free

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


def _measure(stream: BinaryIO) -> tuple[str, int]:
    """The digest and the number of bytes; what was written before is flushed by the reading."""
    digest = hashlib.sha256()
    size = 0
    stream.seek(0)
    while block := stream.read(_BLOCK_BYTES):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size
