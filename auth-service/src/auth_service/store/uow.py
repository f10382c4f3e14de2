"""Transactions of the use cases over SQLite."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine

from auth_service.store.login_log import SqlLoginLog
from auth_service.store.sessions import SqlSessions
from auth_service.store.settings import SqlSettings
from auth_service.store.users import SqlUsers
from servicekit.sqlite import read_transaction, write_transaction


@dataclass(frozen=True, slots=True)
class SqlRepositories:
    """The stores on one connection."""

    users: SqlUsers
    sessions: SqlSessions
    login_log: SqlLoginLog
    settings: SqlSettings


class SqlUnitOfWork:
    """Read and write transactions on one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def read(self) -> Iterator[SqlRepositories]:
        """The stores as they are at one moment."""
        with read_transaction(self._engine) as connection:
            yield _repositories(connection)

    @contextmanager
    def write(self) -> Iterator[SqlRepositories]:
        """The stores, changed all together at the end or not at all."""
        with write_transaction(self._engine) as connection:
            yield _repositories(connection)


def _repositories(connection: Connection) -> SqlRepositories:
    return SqlRepositories(
        users=SqlUsers(connection),
        sessions=SqlSessions(connection),
        login_log=SqlLoginLog(connection),
        settings=SqlSettings(connection),
    )
