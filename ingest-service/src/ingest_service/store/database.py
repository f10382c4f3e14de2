"""Sessions: one transaction with all repositories."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from ingest_service.store.categories import SqliteCategories
from ingest_service.store.category_models import SqliteCategoryModels
from ingest_service.store.cities import SqliteCities
from ingest_service.store.deletions import SqliteDeletions
from ingest_service.store.expenses import SqliteExpenses
from ingest_service.store.imports import SqliteImports
from ingest_service.store.links import SqliteLinks
from ingest_service.store.mappings import SqliteMappings
from ingest_service.store.open_rows import SqliteOpenRows
from ingest_service.store.rules import SqliteRules
from ingest_service.store.staging import StagedRows, open_staging, sweep_staging
from ingest_service.store.tables import meta
from servicekit.jobs import JobQueue
from servicekit.sqlite import read_transaction, write_transaction


class SqliteSession:
    """The repositories of one transaction."""

    def __init__(self, connection: Connection, queue: JobQueue) -> None:
        self.expenses = SqliteExpenses(connection)
        self.categories = SqliteCategories(connection)
        self.rules = SqliteRules(connection)
        self.imports = SqliteImports(connection, queue)
        self.deletions = SqliteDeletions(connection)
        self.links = SqliteLinks(connection)
        self.mappings = SqliteMappings(connection)
        self.models = SqliteCategoryModels(connection, queue)
        self.open_rows = SqliteOpenRows(connection)
        self.cities = SqliteCities(connection)
        self._connection = connection

    def within(self, act: Callable[[Any], None]) -> None:
        """Let act write as part of this transaction."""
        act(self._connection)


class SqliteDatabase:
    """Where sessions come from."""

    def __init__(self, engine: Engine, queue: JobQueue, *, temporary_dir: Path) -> None:
        self._temporary_dir = temporary_dir
        self._engine = engine
        self._queue = queue

    @contextlib.contextmanager
    def read(self) -> Iterator[SqliteSession]:
        """A session that sees one unchanging state."""
        with read_transaction(self._engine) as connection:
            yield SqliteSession(connection, self._queue)

    @contextlib.contextmanager
    def write(self) -> Iterator[SqliteSession]:
        """A session that commits at its end."""
        with write_transaction(self._engine) as connection:
            yield SqliteSession(connection, self._queue)

    @contextlib.contextmanager
    def staging(self) -> Iterator[StagedRows]:
        """An empty staging area."""
        with open_staging(self._engine, self._temporary_dir) as staging:
            yield staging

    def link_key(self) -> str:
        """The secret that signs download links, the same for all replicas."""
        query = select(meta.c.value).where(meta.c.key == "link_key")
        with read_transaction(self._engine) as connection:
            return str(connection.execute(query).scalar_one())

    def sweep(self) -> None:
        """Remove staging files that killed workers left."""
        sweep_staging(self._temporary_dir)
