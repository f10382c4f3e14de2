"""SQLite as this project uses it: a safe version, explicit BEGIN, migrations under a lock."""

import ast
import contextlib
import errno
import fcntl
import importlib
import sqlite3
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from servicekit.logs import get_logger

# The WAL-reset bug was mended in this version (https://sqlite.org/wal.html#walresetbug).
FIRST_SAFE_WAL_VERSION = (3, 51, 3)
BUSY_TIMEOUT_MS = 15_000
_BEGIN_MODE = "sqlite_begin_mode"

Synchronous = Literal["FULL", "NORMAL"]
Shortage = Literal["busy", "full"]
# A file that may not grow is as good as a full disk; quotas and limits answer so.
_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
# The index of the write-ahead log could not grow: SQLite's other way to say that the disk is full.
_NO_ROOM_FOR_INDEX = "SQLITE_IOERR_SHMSIZE"


class DatabaseNotMigrated(Exception):  # noqa: N818 - reads as the state it reports
    """The database is not at the revision that this code was written for."""


@dataclass(frozen=True, slots=True)
class SqliteChoice:
    """Which SQLite is used and what its version allows."""

    module: ModuleType
    version: tuple[int, ...]

    @property
    def has_safe_wal(self) -> bool:
        """Whether several connections may checkpoint and write a WAL database."""
        return self.version >= FIRST_SAFE_WAL_VERSION


def choose_sqlite() -> SqliteChoice:
    """The pysqlite3 wheel's SQLite where it is installed, else the interpreter's own."""
    try:
        module = importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        module = sqlite3
    return SqliteChoice(module=module, version=tuple(module.sqlite_version_info))


def open_engine(
    path: Path | str,
    *,
    synchronous: Synchronous = "FULL",
    sqlite: SqliteChoice | None = None,
    foreign_keys: bool = True,
) -> Engine:
    """An engine on one database file; open it after a fork, never before.

    Where SQLite is too old for safe WAL, the journal is DELETE and synchronous is FULL.
    """
    choice = sqlite or choose_sqlite()
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        f"sqlite:///{path}",
        module=choice.module,
        hide_parameters=True,  # errors are logged, and parameters hold amounts and payees
        pool_size=8,
        max_overflow=24,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
    )
    if not choice.has_safe_wal:
        get_logger().warning("sqlite_too_old_for_wal", version=".".join(map(str, choice.version)))
    journal = "WAL" if choice.has_safe_wal else "DELETE"
    level = synchronous if choice.has_safe_wal else "FULL"
    event.listen(
        engine, "connect", _on_connect(journal=journal, level=level, foreign_keys=foreign_keys)
    )
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(*, journal: str, level: str, foreign_keys: bool) -> Any:
    def prepare(dbapi_connection: Any, _record: object) -> None:
        # The driver must not begin transactions by itself: _on_begin says which kind.
        dbapi_connection.isolation_level = None
        cursor = dbapi_connection.cursor()
        # busy_timeout first: switching the journal can meet another connection's lock.
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute(f"PRAGMA journal_mode = {journal}")
        cursor.execute(f"PRAGMA synchronous = {level}")
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    return prepare


def _on_begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get(_BEGIN_MODE, "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def shortage_of(error: BaseException) -> Shortage | None:
    """What an error lacks that may come back by itself: the write lock, or room on the disk.

    Knows SQLAlchemy's errors, the driver's own, and those of files. None for all others.
    """
    if isinstance(error, OSError):
        return "full" if error.errno in _FULL_ERRNOS else None
    if not isinstance(error, DBAPIError) and type(error).__name__ != "OperationalError":
        return None
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = str(cause).lower()
    if "disk is full" in said or getattr(cause, "sqlite_errorname", "") == _NO_ROOM_FOR_INDEX:
        return "full"
    return "busy" if "locked" in said or "busy" in said else None


@dataclass(slots=True)
class _Joined:
    """The one transaction that the writes of a stretch of work go into, once there are any."""

    engine: Engine
    stack: contextlib.ExitStack
    connection: Connection | None = None

    def writing(self) -> Connection:
        if self.connection is None:
            self.connection = self.stack.enter_context(_immediate(self.engine))
        return self.connection


_JOINED: ContextVar[_Joined | None] = ContextVar("joined_transaction", default=None)


@contextlib.contextmanager
def one_transaction(engine: Engine) -> Iterator[None]:
    """Let all transactions on this engine meanwhile be one, committed at the end or not at all.

    It takes the write lock at the first of them that writes; until then, reads are their own.
    """
    with contextlib.ExitStack() as stack:
        token = _JOINED.set(_Joined(engine, stack))
        try:
            yield
        finally:
            _JOINED.reset(token)


def _joined(engine: Engine) -> _Joined | None:
    joined = _JOINED.get()
    return joined if joined is not None and joined.engine is engine else None


@contextlib.contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one unchanging state of the database."""
    joined = _joined(engine)
    if joined is not None and joined.connection is not None:
        yield joined.connection
        return
    with engine.connect() as connection, connection.begin():
        yield connection


@contextlib.contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """A connection that holds the write lock from the start and commits at the end.

    A deferred transaction that turned into a write would fail at once, despite busy_timeout,
    when another writer came between. Inside one_transaction it is a part of that one.
    """
    joined = _joined(engine)
    if joined is not None:
        connection = joined.writing()
        with connection.begin_nested():
            yield connection
        return
    with _immediate(engine) as connection:
        yield connection


@contextlib.contextmanager
def _immediate(engine: Engine) -> Iterator[Connection]:
    with (
        engine.connect().execution_options(**{_BEGIN_MODE: "IMMEDIATE"}) as connection,
        connection.begin(),
    ):
        yield connection


def migrate(*, database_path: Path | str, migrations_dir: Path | str) -> None:
    """Bring the database to the newest revision; others that try meanwhile wait.

    Raises:
        DatabaseNotMigrated: A migration left rows whose foreign keys point nowhere.
    """
    from alembic import command
    from alembic.config import Config

    path = Path(database_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with file_lock(path.with_name(path.name + ".migrate.lock")):
        # Batch operations rebuild tables, which needs foreign keys off outside the transaction.
        engine = open_engine(path, foreign_keys=False)
        try:
            config = Config()
            config.set_main_option("script_location", str(migrations_dir).replace("%", "%%"))
            config.set_main_option("path_separator", "os")
            with write_transaction(engine) as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                _check_foreign_keys(connection)
        finally:
            engine.dispose()
    get_logger().info("database_migrated", database=path.name)


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file; it is released even where the process is killed."""
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise DatabaseNotMigrated(f"rows of {broken[0]} point at missing rows of {broken[2]}")


def run_alembic_env(metadata: MetaData) -> None:
    """The whole body of a service's migrations/env.py."""
    from alembic import context

    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def head_revision(migrations_dir: Path | str) -> str:
    """The newest revision in a migrations folder, read without importing Alembic.

    Raises:
        DatabaseNotMigrated: There is not exactly one newest revision.
    """
    revisions: set[str] = set()
    parents: set[str] = set()
    for script in sorted((Path(migrations_dir) / "versions").glob("*.py")):
        names = _string_assignments(script)
        if "revision" in names:
            revisions.add(names["revision"])
        if "down_revision" in names:
            parents.add(names["down_revision"])
    heads = revisions - parents
    if len(heads) != 1:
        raise DatabaseNotMigrated(f"expected one head revision, found {sorted(heads)}")
    return heads.pop()


def _string_assignments(script: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in ast.parse(script.read_text(encoding="utf-8")).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.AnnAssign):
            target = node.target
        value = getattr(node, "value", None)
        if (
            isinstance(target, ast.Name)
            and isinstance(value, ast.Constant)
            and isinstance(value.value, str)
        ):
            found[target.id] = value.value
    return found


def assert_at_head(engine: Engine, migrations_dir: Path | str) -> None:
    """Refuse to go on with a database that is not at the newest revision.

    Raises:
        DatabaseNotMigrated: It was never migrated, or stands at another revision.
    """
    expected = head_revision(migrations_dir)
    try:
        with read_transaction(engine) as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except OperationalError as error:
        if "no such table" not in str(error.orig):
            raise
        found = None
    if found != expected:
        raise DatabaseNotMigrated(f"the database is at {found}, this code needs {expected}")
