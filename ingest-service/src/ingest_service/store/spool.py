"""Arrow batches in a file of their own: written once, read back in order at constant memory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


class Spool:
    """Rows of one import on disk; every added table becomes one batch.

    Rows are counted from 0 in the order in which they were added.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None
        self._offsets = [0]

    @property
    def rows(self) -> int:
        """How many rows were added."""
        return self._offsets[-1]

    def add(self, table: pa.Table) -> None:
        """Append the rows."""
        import pyarrow as pa

        if not len(table):
            return
        if self._writer is None:
            self._writer = pa.ipc.new_file(str(self._path), table.schema)
        self._writer.write_batch(table.combine_chunks().to_batches()[0])
        self._offsets.append(self._offsets[-1] + len(table))

    def batches(
        self, columns: Sequence[str] | None = None, *, backwards: bool = False
    ) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Each batch (only these columns of it) with the number of its first row."""
        import pyarrow as pa

        if self._writer is None:
            return
        self._writer.close()
        with pa.OSFile(str(self._path), "rb") as file:
            fields = pa.ipc.open_file(file).schema.names
            wanted = sorted(fields.index(name) for name in columns) if columns else None
            options = pa.ipc.IpcReadOptions(included_fields=wanted, use_threads=False)
            reader = pa.ipc.open_file(file, options=options)
            order = range(reader.num_record_batches)
            for index in reversed(order) if backwards else order:
                yield self._offsets[index], reader.get_batch(index)

    def discard(self) -> None:
        """Remove the file."""
        if self._writer is not None:
            # A full disk refuses the last bytes of what is thrown away.
            with contextlib.suppress(OSError):
                self._writer.close()
        self._path.unlink(missing_ok=True)
