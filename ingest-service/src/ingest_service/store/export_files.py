"""Files of exports on their way out: without a name, gone with the answer that they are for.

Whatever reads the database writes here at the speed of the disk, and the reader far away takes
its time with the file (docs/adr/0004).
"""

from __future__ import annotations

import marshal
import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Any

_READ_BYTES = 1 << 18
Block = Sequence[Any]


class ExportFolder:
    """The folder in which they stand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def stream(self, blocks: Callable[[], Generator[bytes]]) -> Generator[bytes]:
        """The bytes of blocks(), which a thread of its own writes to a file as fast as it can.

        The thread ends soon after the reader gives up. What goes wrong there is raised here.
        """
        with closing(_GrowingFile(TemporaryFile(dir=self._folder))) as file:
            file.fill(blocks)
            yield from file.read()

    @contextmanager
    def snapshot(self, blocks: Iterable[Block]) -> Iterator[Iterator[Block]]:
        """All these blocks of plain values, read to the end before the first one is given."""
        with TemporaryFile(dir=self._folder) as file:
            for block in blocks:
                marshal.dump(list(block), file)
            marshal.dump(None, file)
            file.seek(0)
            yield iter(lambda: marshal.load(file), None)  # noqa: S302 - written above

    def workbook(self, write: Callable[[Path], None]) -> IO[bytes]:
        """The file that write() wrote to the path it was given; it goes when it is closed."""
        file = NamedTemporaryFile(dir=self._folder, suffix=".xlsx")  # noqa: SIM115 - the caller closes it
        try:
            write(Path(file.name))
        except BaseException:
            file.close()
            raise
        return file


class _GrowingFile:
    """A file that one thread writes while another reads what is there already."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = 0
        self._ended = False
        self._abandoned = False
        self._failure: BaseException | None = None
        self._changed = threading.Condition()
        self._writer: threading.Thread | None = None

    def fill(self, blocks: Callable[[], Generator[bytes]]) -> None:
        """Begin to write."""
        self._writer = threading.Thread(target=self._write, args=(blocks,), daemon=True)
        self._writer.start()

    def read(self) -> Iterator[bytes]:
        """The bytes of the file as they come, to the end."""
        at = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or self._size > at)  # noqa: B023 - asked at once
                size = self._size
            if at == size:
                break
            while at < size:
                part = os.pread(self._file.fileno(), min(_READ_BYTES, size - at), at)
                at += len(part)
                yield part
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """End the writing and forget the file."""
        self._abandoned = True
        if self._writer is not None:
            self._writer.join()
        self._file.close()

    def _write(self, blocks: Callable[[], Generator[bytes]]) -> None:
        try:
            with closing(blocks()) as parts:
                for part in parts:
                    if self._abandoned:
                        break
                    self._file.write(part)
                    self._file.flush()
                    with self._changed:
                        self._size += len(part)
                        self._changed.notify()
        except BaseException as error:  # noqa: BLE001 - raised again where the file is read
            self._failure = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify()
