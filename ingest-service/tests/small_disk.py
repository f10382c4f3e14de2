"""Disks that can be filled: a small file system where one may be mounted, and limits everywhere."""

from __future__ import annotations

import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import Engine, event

_BYTES = 24 << 20
# Room for the write-ahead log of small changes, none for an upload; the tests' own client keeps
# what it sends in memory up to 500 kB.
_FILE_BYTES = 256 << 10


class SmallDisk(Protocol):
    def watch(self, engine: Engine) -> None: ...

    def full(self) -> contextlib.AbstractContextManager[None]: ...

    def short(self) -> contextlib.AbstractContextManager[None]:
        """No room for a large import, until it has given back what it took itself."""
        ...

    def grow(self) -> None:
        """Let there be room for all."""
        ...


class MountedDisk:
    """A file system of a few megabytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._filler = folder / "filler"

    def watch(self, engine: Engine) -> None:
        """Nothing to do: the kernel watches."""

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        with pytest.raises(OSError, match="No space left"):
            self._fill()
        try:
            yield
        finally:
            self._filler.unlink()

    @contextlib.contextmanager
    def short(self) -> Iterator[None]:
        yield

    def grow(self) -> None:
        """Mount it anew, ten times as large."""
        command = ["mount", "-o", f"remount,size={_BYTES * 10}", str(self._folder)]
        subprocess.run(command, check=True)

    def _fill(self) -> None:
        with self._filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)


class LimitedDisk:
    """The same by limits: no page more for the database, no byte more for a file."""

    def __init__(self) -> None:
        self._connections: list[Any] = []
        self._is_full = False
        self._has_grown = False

    def watch(self, engine: Engine) -> None:
        @event.listens_for(engine, "connect")
        def remember(connection: Any, _record: object) -> None:
            self._connections.append(connection)
            if self._is_full:
                _set_pages(connection, full=True)

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        self._set(full=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            self._set(full=False)

    @contextlib.contextmanager
    def short(self) -> Iterator[None]:
        with contextlib.nullcontext() if self._has_grown else self.full():
            yield

    def grow(self) -> None:
        """Lift the limits for good."""
        self._has_grown = True

    def _set(self, *, full: bool) -> None:
        self._is_full = full
        for connection in self._connections:
            with contextlib.suppress(Exception):  # closed meanwhile
                _set_pages(connection, full=full)


def _set_pages(connection: Any, *, full: bool) -> None:
    if full:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    pages = 1 if full else 1 << 30  # never below what there is
    connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()


@contextlib.contextmanager
def mounted(folder: Path) -> Iterator[bool]:
    """Whether a small file system could be mounted on the folder."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={_BYTES}", "none", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False)
    try:
        yield done.returncode == 0
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
