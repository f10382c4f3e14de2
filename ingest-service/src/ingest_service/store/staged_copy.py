"""The staged rows once more as a SQLite file, so that SQL alone moves them into the expenses.

ADBC writes the file from Arrow columns while later rows are still being parsed: it needs neither a
Python object a cell nor the interpreter's lock. ADBC has a SQLite of its own, and two of them on
one file would drop each other's locks; so it closes the file before the driver attaches it.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest_service.domain.staged import STAGED_COLUMNS

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = "rows"
_COLUMNS = ", ".join(STAGED_COLUMNS)
# A private file that is thrown away at the end: nothing of it need survive.
_SET_UP = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    f"CREATE TABLE {_ROWS} ({_COLUMNS})",
)


class StagedCopy:
    """Rows of one import in a file of their own; row n of the import has rowid n + 1."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: Any = None

    def add(self, table: pa.Table) -> None:
        """Append rows given as domain.staged.STAGED_COLUMNS.

        Raises:
            OSError: the disk is full.
        """
        import pyarrow as pa
        from adbc_driver_manager import AdbcStatement, StatementOptions

        with _shortages():
            if self._connection is None:
                self._connection = _created(self._path)
            # The driver binds no bytes of fixed width.
            fields = [
                field.with_type(pa.binary()) if pa.types.is_fixed_size_binary(field.type) else field
                for field in table.schema
            ]
            with AdbcStatement(self._connection) as statement:
                statement.set_options(
                    **{
                        StatementOptions.INGEST_TARGET_TABLE.value: _ROWS,
                        StatementOptions.INGEST_MODE.value: "adbc.ingest.mode.append",
                    }
                )
                statement.bind_stream(table.cast(pa.schema(fields)).to_reader())
                statement.execute_update()

    def attach(self, raw: Any) -> None:
        """Make the rows `staged.rows` of a driver's connection, as long as that is open.

        Raises:
            OSError: the disk is full.
        """
        if self._connection is not None:
            with _shortages():
                self._connection.commit()
            self._connection.close()
            self._connection = None
        raw.execute("ATTACH ? AS staged", (str(self._path),))

    def discard(self) -> None:
        """Remove the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            from adbc_driver_manager import Error

            # A full disk refuses the last bytes of what is thrown away.
            with suppress(Error):
                connection.close()
        self._path.unlink(missing_ok=True)


def _created(path: Path) -> Any:
    import adbc_driver_sqlite
    from adbc_driver_manager import AdbcConnection, AdbcStatement

    connection = AdbcConnection(adbc_driver_sqlite.connect(str(path)))
    for query in _SET_UP:
        with AdbcStatement(connection) as statement:
            statement.set_sql_query(query)
            statement.execute_update()
    connection.set_autocommit(False)
    return connection


@contextmanager
def _shortages() -> Iterator[None]:
    """Let a full disk be told as all files tell it."""
    from adbc_driver_manager import Error

    try:
        yield
    except Error as error:
        if "disk is full" in str(error):
            raise OSError(errno.ENOSPC, "no room for the rows of an import") from error
        raise
