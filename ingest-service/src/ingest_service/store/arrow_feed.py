"""A page of the feed as an Arrow IPC stream; loads pyarrow, so never in the web process.

ADBC's SQLite reads rows into Arrow columns without a Python object a cell, four times as fast as
the driver's own rows. It is another library than the one in which SQLAlchemy opens the database:
two of them on one file in one process would drop each other's locks, so this process has no engine.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from struct import pack
from typing import Any

import adbc_driver_sqlite
import pyarrow as pa
import pyarrow.compute as pc
from adbc_driver_manager import AdbcConnection, AdbcStatement
from adbc_driver_sqlite import StatementOptions

from ingest_service.domain.feed import TEXT_COLUMNS, WIRE_NAMES, FeedHead
from ingest_service.store.feed_head import READ_COLUMNS, read_head

_BUSY_TIMEOUT_MS = 15_000
BATCH_ROWS = 10_000
# The type of a column is that of its first rows, which may have no place at all.
_NOWHERE = 999.0
_PLACES = ("lat", "lon")
_TYPES = {
    "deleted": pa.bool_(),
    "local_date": pa.date32(),
    **dict.fromkeys(_PLACES, pa.float64()),
    **dict.fromkeys(TEXT_COLUMNS, pa.string()),
}
_FIELDS = [(name, _TYPES.get(name, pa.int64())) for name in WIRE_NAMES]
_READ = ", ".join(
    f"ifnull({name}, {_NOWHERE})" if name in _PLACES else name for name in READ_COLUMNS
)
_ROWS = f"SELECT {_READ} FROM expenses WHERE seq > ?1 AND seq <= ?2 ORDER BY seq"  # noqa: S608 - our own names


def arrow_blocks(database: Path, *, after: int, limit: int) -> Iterator[bytes]:
    """The stream in blocks: first the schema with the head as its metadata, then the batches.

    All of it is read in one transaction, so that rows and head agree.

    Raises:
        adbc_driver_manager.Error: the database cannot be read.
    """
    reader = _Reader(database)
    head = read_head(reader.ask, after=after, limit=limit)
    schema = pa.schema(_FIELDS, metadata=_metadata(head))
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as writer:
        yield _emptied(sink)
        for batch in reader.batches(_ROWS, (after, head.next)):
            columns = map(_column, WIRE_NAMES, batch.columns)
            writer.write_batch(pa.RecordBatch.from_arrays(list(columns), schema=schema))
            yield _emptied(sink)
    yield sink.getvalue()


class _Reader:
    """One read transaction on a database; the driver's DBAPI would load pandas."""

    def __init__(self, database: Path) -> None:
        opened = adbc_driver_sqlite.connect(f"{database.resolve().as_uri()}?mode=ro")
        self._connection = AdbcConnection(opened)
        self.ask(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}", ())
        self._connection.set_autocommit(False)

    def ask(self, query: str, values: Sequence[int]) -> Sequence[Sequence[Any]]:
        """All rows of a query."""
        found: list[Sequence[Any]] = []
        for batch in self.batches(query, values):
            found += zip(*(column.to_pylist() for column in batch.columns), strict=True)
        return found

    def batches(self, query: str, values: Sequence[int]) -> Iterator[Any]:
        """The rows of a query as record batches."""
        with AdbcStatement(self._connection) as statement:
            statement.set_options(**{StatementOptions.BATCH_ROWS.value: str(BATCH_ROWS)})
            statement.set_sql_query(query)
            if values:
                names = [str(at) for at in range(len(values))]
                statement.bind(pa.RecordBatch.from_arrays([*map(_number, values)], names))
            rows, _ = statement.execute_query()
            yield from pa.RecordBatchReader.from_stream(rows)


def _number(value: int) -> Any:
    """A column of one number; pyarrow.array() would load pandas to see whether it is of it."""
    return pa.Array.from_buffers(pa.int64(), 1, [None, pa.py_buffer(pack("q", value))])


def _metadata(head: FeedHead) -> dict[bytes, bytes]:
    return {
        b"epoch": head.epoch.encode(),
        b"after": str(head.after).encode(),
        b"next": str(head.next).encode(),
        b"has_more": b"true" if head.has_more else b"false",
        b"categories": json.dumps(dict(head.categories), ensure_ascii=False).encode(),
        b"cities": json.dumps(dict(head.cities), ensure_ascii=False).encode(),
    }


def _column(name: str, column: Any) -> Any:
    """The column in the feed's type."""
    if name in _PLACES:
        return pc.if_else(pc.equal(column, _NOWHERE), None, column)
    wanted = _TYPES.get(name, column.type)
    if wanted == pa.date32():
        column = column.cast(pa.int32())
    return column if column.type == wanted else column.cast(wanted)


def _emptied(sink: io.BytesIO) -> bytes:
    block = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return block
