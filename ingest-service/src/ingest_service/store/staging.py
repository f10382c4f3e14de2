"""Rows of one file on their way in: staged in a file of their own, then stored in one transaction.

The staging file is attached to the connection, so that parsing a million rows neither holds the
write lock nor fills memory (the SQLite of the pysqlite3 wheel keeps temporary tables in memory,
whatever temp_store says). What a killed worker leaves of it is swept away later.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from ingest_service.domain.messages import sentence
from ingest_service.domain.models import ImportCounts, RowError
from ingest_service.domain.ports import Stored, StoreOrder
from ingest_service.domain.staged import STAGED_COLUMNS
from ingest_service.store.category_paths import resolve_paths
from ingest_service.store.links import find_links
from ingest_service.store.refunds import link_refunds, recompute_refunds
from ingest_service.store.rows import last_seq, take_seq

_CACHE_KIB = 32 * 1024
_PREFIX = "staging-"
_ALL_FAILED = "all-rows-failed"
_PARAMETERS_PER_CALL = 20_000
_COPIED = [
    name for name in STAGED_COLUMNS if name not in {"row", "part", "content", "category_path"}
]
_MARK_REPEATED_IN_FILE = """
UPDATE staged SET outcome = 'duplicate' WHERE n IN (
    SELECT n FROM (
        SELECT n, ROW_NUMBER() OVER (PARTITION BY fingerprint, content ORDER BY n) AS k
        FROM staged WHERE external_id <> '' AND fingerprint IN (SELECT fingerprint FROM repeated)
    ) WHERE k > 1)
"""
_NUMBER_OCCURRENCES = """
UPDATE staged SET occurrence = o.k FROM (
    SELECT n, ROW_NUMBER() OVER (PARTITION BY fingerprint ORDER BY n) - 1 AS k
    FROM staged WHERE outcome = 'new' AND fingerprint IN (SELECT fingerprint FROM repeated)
) AS o WHERE staged.n = o.n AND o.k > 0
"""
_FIND_KNOWN = """
INSERT INTO known (n, id)
SELECT s.n, e.id FROM staged s CROSS JOIN expenses e
WHERE s.outcome = 'new' AND e.user_id = :user_id
  AND e.fingerprint = s.fingerprint AND e.occurrence = s.occurrence
"""
_INSERT = f"""
INSERT INTO expenses (user_id, import_id, created_at, refunded_minor, occurrence, seq,
                      {", ".join(_COPIED)})
SELECT :user_id, :import_id, :now, stated_refund_minor, occurrence, :first_seq + n,
       {", ".join(_COPIED)}
FROM staged WHERE outcome = 'new' AND n NOT IN (SELECT n FROM known)
ORDER BY n
"""  # noqa: S608 - column names of this module
_GROWN = """
SELECT e.id, e.stated_refund_minor AS before, max(s.stated_refund_minor) AS stated
FROM known k JOIN staged s ON s.n = k.n JOIN expenses e ON e.id = k.id
WHERE s.stated_refund_minor > e.stated_refund_minor AND e.deleted = 0
GROUP BY e.id
"""
_COUNT = """
SELECT count(*) AS rows, coalesce(sum(outcome = 'new' AND n NOT IN (SELECT n FROM known)), 0) AS new
FROM staged WHERE part = 0
"""
_COUNT_ERRORS = """
SELECT coalesce(sum(kind = 'error'), 0), coalesce(sum(kind = 'ignored'), 0) FROM staged_errors
"""


class SqliteStaging:
    """One import's rows, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = (
            f"INSERT INTO staged ({', '.join(STAGED_COLUMNS)})"  # noqa: S608 - our own names
            f" VALUES ({', '.join('?' * len(STAGED_COLUMNS))})"
        )

    def create(self) -> None:
        """Make the empty tables."""
        columns = ", ".join(STAGED_COLUMNS)
        self._run(
            f"CREATE TABLE staging.staged (n INTEGER PRIMARY KEY, {columns},"
            " occurrence INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT 'new')"
        )
        self._run("CREATE TABLE staging.known (n INTEGER PRIMARY KEY, id INTEGER NOT NULL)")
        self._run("CREATE TABLE staging.staged_errors (kind, row, sheet, field, code, detail, raw)")
        self._connection.commit()

    def add(self, columns: Mapping[str, Sequence[object]]) -> None:
        """Stage rows given as columns."""
        rows = list(zip(*(columns[name] for name in STAGED_COLUMNS), strict=True))
        for start in range(0, len(rows), _PARAMETERS_PER_CALL):
            self._connection.exec_driver_sql(
                self._insert, rows[start : start + _PARAMETERS_PER_CALL]
            )
        self._connection.commit()

    def add_errors(self, errors: Sequence[RowError]) -> None:
        """Stage why rows could not be read."""
        if not errors:
            return
        rows = [(e.kind, e.row, e.sheet, e.field, e.code, e.detail, e.raw) for e in errors]
        self._connection.exec_driver_sql(
            "INSERT INTO staged_errors VALUES (?, ?, ?, ?, ?, ?, ?)", rows
        )
        self._connection.commit()

    def preview(self, order: StoreOrder) -> Stored:
        """What store() would do; only the errors and the verdict are kept."""
        self._number()
        with _immediate(self._connection):
            order.fence(self._connection)
            self._find_known(order.record.user_id)
            return self._finish(order)

    def store(self, order: StoreOrder) -> Stored:
        """Store what is new, in one transaction that is whole or not at all."""
        self._number()
        with _immediate(self._connection):
            order.fence(self._connection)
            user_id = order.record.user_id
            self._resolve_categories(user_id)
            self._find_known(user_id)
            self._copy(order)
            touched = self._take_over_refunds(order.record.id)
            touched.update(link_refunds(self._connection, user_id))
            recompute_refunds(self._connection, touched)
            find_links(self._connection, user_id=user_id, import_id=order.record.id, now=order.now)
            return self._finish(order)

    def _number(self) -> None:
        self._run("DROP TABLE IF EXISTS staging.repeated")
        self._run(
            "CREATE TABLE staging.repeated AS"
            " SELECT fingerprint FROM staged GROUP BY fingerprint HAVING count(*) > 1"
        )
        self._run("CREATE INDEX staging.repeated_lookup ON repeated (fingerprint)")
        self._run(_MARK_REPEATED_IN_FILE)
        self._run(_NUMBER_OCCURRENCES)
        self._connection.commit()

    def _find_known(self, user_id: int) -> None:
        self._run("DELETE FROM known")
        self._run(_FIND_KNOWN, user_id=user_id)

    def _resolve_categories(self, user_id: int) -> None:
        found = self._connection.execute(
            text("SELECT DISTINCT category_path FROM staged WHERE category_path <> ''")
        )
        resolved = resolve_paths(self._connection, user_id, list(found.scalars()))
        for path, category_id in resolved.items():
            self._run(
                "UPDATE staged SET category_id = :id WHERE category_path = :path",
                id=category_id,
                path=path,
            )

    def _copy(self, order: StoreOrder) -> None:
        rows = self._connection.execute(text("SELECT coalesce(max(n), 0) FROM staged")).scalar_one()
        new = self._connection.execute(text(_COUNT)).one().new
        if not new:
            return
        first = take_seq(self._connection, int(rows) + 1)
        self._run(
            _INSERT,
            user_id=order.record.user_id,
            import_id=order.record.id,
            now=order.now,
            first_seq=first,
        )

    def _take_over_refunds(self, import_id: int) -> set[int]:
        """Refunds that known rows state now and did not before; undo can give them back."""
        grown = self._connection.execute(text(_GROWN)).all()
        for row in grown:
            self._run(
                "INSERT INTO import_updates (import_id, expense_id, before)"
                " VALUES (:import_id, :id, json_object('stated_refund_minor', :before))",
                import_id=import_id,
                id=row.id,
                before=row.before,
            )
            self._run(
                "UPDATE expenses SET stated_refund_minor = :stated WHERE id = :id",
                stated=row.stated,
                id=row.id,
            )
        return {int(row.id) for row in grown}

    def _finish(self, order: StoreOrder) -> Stored:
        counted = self._connection.execute(text(_COUNT)).one()
        failed, ignored = self._connection.execute(text(_COUNT_ERRORS)).one()
        counts = ImportCounts(
            success=int(counted.new),
            failed=int(failed),
            duplicate=int(counted.rows - counted.new),
            ignored=order.ignored + int(ignored),
        )
        self._run(
            "INSERT INTO import_errors (import_id, kind, row, sheet, field, code, detail, raw)"
            " SELECT :import_id, kind, row, sheet, field, code, detail, raw FROM staged_errors"
            " ORDER BY row",
            import_id=order.record.id,
        )
        seq = last_seq(self._connection)
        verdict = _verdict(counts)
        detail = sentence(_ALL_FAILED, locale=order.record.locale, params={})
        self._run(
            "UPDATE imports SET status = :status, error_code = :error_code,"
            " error_detail = :error_detail, profile = :profile, rows_total = :total,"
            " rows_success = :success, rows_failed = :failed, rows_duplicate = :duplicate,"
            " rows_ignored = :ignored, last_seq = :last_seq, finished_at = :now WHERE id = :id",
            status=verdict,
            error_code=_ALL_FAILED if verdict == "failed" else None,
            error_detail=detail if verdict == "failed" else None,
            profile=order.profile,
            total=counts.total,
            success=counts.success,
            failed=counts.failed,
            duplicate=counts.duplicate,
            ignored=counts.ignored,
            last_seq=seq,
            now=order.now,
            id=order.record.id,
        )
        return Stored(counts, seq)

    def _run(self, statement: str, **parameters: object) -> None:
        self._connection.execute(text(statement), parameters)


def _verdict(counts: ImportCounts) -> str:
    if not counts.failed:
        return "succeeded"
    return "partial" if counts.success or counts.duplicate else "failed"


@contextlib.contextmanager
def open_staging(engine: Engine, folder: Path) -> Iterator[SqliteStaging]:
    """An empty staging area on a connection of its own, gone for good at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_PREFIX}{uuid.uuid4().hex}"
    try:
        with engine.connect() as connection:
            _attach(connection, path)
            # The attached file must not go back into the pool with the connection.
            connection.detach()
            staging = SqliteStaging(connection)
            staging.create()
            yield staging
    finally:
        path.unlink(missing_ok=True)


def _attach(connection: Connection, path: Path) -> None:
    """Attach the file without a journal: it is thrown away after any error.

    The driver's own connection, since SQLAlchemy would begin a transaction first, and nothing can
    be attached within one.
    """
    raw: Any = connection.connection.driver_connection
    raw.execute("ATTACH DATABASE ? AS staging", (str(path),))
    raw.execute("PRAGMA staging.journal_mode = OFF")
    raw.execute("PRAGMA staging.synchronous = OFF")
    raw.execute(f"PRAGMA staging.cache_size = -{_CACHE_KIB}")
    raw.execute(f"PRAGMA main.cache_size = -{_CACHE_KIB}")


def sweep_staging(folder: Path, *, older_than_s: float) -> None:
    """Remove staging files that killed workers left."""
    for path in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > older_than_s:
                path.unlink()


@contextlib.contextmanager
def _immediate(connection: Connection) -> Iterator[None]:
    """A transaction that takes the write lock at once, on the connection with the staging file.

    servicekit.sqlite.write_transaction opens a connection of its own, which would not see them;
    its engine reads this option when a transaction begins.
    """
    connection.execution_options(sqlite_begin_mode="IMMEDIATE")
    with connection.begin():
        yield
