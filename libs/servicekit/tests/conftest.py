import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_socket import socket_allow_hosts
from sqlalchemy import Engine, MetaData

from servicekit.idempotency import IdempotencyStore, idempotency_table
from servicekit.jobs import JobQueue, jobs_table
from servicekit.logs import configure_logs
from servicekit.sqlite import migrate, open_engine
from servicekit.testing import TokenMint


def pytest_runtest_setup() -> None:
    # Configured per test, because other tests read what is logged.
    configure_logs(service="test")
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


class ManualClock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Ticks:
    """A monotonic clock in seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


FIRST_REVISION = """
from alembic import op
from sqlalchemy import MetaData
from servicekit.idempotency import idempotency_table
from servicekit.jobs import jobs_table

revision = "0001"
down_revision = None


def upgrade():
    metadata = MetaData()
    jobs_table(metadata)
    idempotency_table(metadata)
    metadata.create_all(op.get_bind())
    op.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)")
    op.execute(
        "CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents (id))"
    )
    op.execute("CREATE TABLE numbers (n INTEGER)")
"""

ENV = """
from sqlalchemy import MetaData

from servicekit.sqlite import run_alembic_env

run_alembic_env(MetaData())
"""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def migrations_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENV)
    (folder / "versions" / "0001_first.py").write_text(FIRST_REVISION)
    return folder


@pytest.fixture
def add_revision(migrations_dir: Path) -> Callable[..., None]:
    def add(revision: str, *, after: str, body: str) -> None:
        text = textwrap.dedent(f"""
            from alembic import op

            revision = "{revision}"
            down_revision = "{after}"


            def upgrade():
                {body}
            """)
        (migrations_dir / "versions" / f"{revision}.py").write_text(text)

    return add


@pytest.fixture
def database_path(tmp_path: Path, migrations_dir: Path) -> Path:
    path = tmp_path / "kit.sqlite3"
    migrate(database_path=path, migrations_dir=migrations_dir)
    return path


@pytest.fixture
def engine(database_path: Path) -> Iterator[Engine]:
    engine = open_engine(database_path)
    yield engine
    engine.dispose()


@pytest.fixture
def queue(engine: Engine, clock: ManualClock) -> JobQueue:
    return JobQueue(engine, jobs_table(MetaData()), clock)


@pytest.fixture
def store(engine: Engine, clock: ManualClock) -> IdempotencyStore:
    return IdempotencyStore(engine, idempotency_table(MetaData()), clock)


@pytest.fixture
def mint() -> TokenMint:
    return TokenMint()
