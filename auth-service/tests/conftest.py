from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from factories import Person, Site
from flask import Flask
from pytest_socket import socket_allow_hosts
from sqlalchemy import Engine

from auth_service.app import MIGRATIONS_DIR, create_app
from auth_service.config import Config
from servicekit.sqlite import migrate, open_engine


def pytest_runtest_setup() -> None:
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


class MovableClock:
    """The real time, moved on by a test. Tokens are checked against the real time."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def advance(self, **parts: float) -> None:
        self.offset += timedelta(**parts)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "auth.sqlite3"
    migrate(database_path=path, migrations_dir=MIGRATIONS_DIR)
    return path


@pytest.fixture
def config(tmp_path: Path, migrated_file: Path) -> Config:
    (tmp_path / "auth.sqlite3").write_bytes(migrated_file.read_bytes())
    return Config(
        data_dir=tmp_path,
        pepper="a pepper of the tests",
        key_encryption_secret="an encryption secret of the tests",
        client_secrets={
            "ingest": "ingest secret of the tests",
            "analytics": "analytics secret of the tests",
            "report": "report secret of the tests",
            "forecast": "",
        },
        bcrypt_rounds=4,
    )


@pytest.fixture
def app(config: Config, clock: MovableClock) -> Flask:
    return create_app(config, clock=clock)


@pytest.fixture
def engine(config: Config) -> Iterator[Engine]:
    engine = open_engine(config.database_path)
    yield engine
    engine.dispose()


@pytest.fixture
def site(app: Flask, engine: Engine) -> Site:
    return Site(app=app, engine=engine)


@pytest.fixture
def person(site: Site) -> Person:
    return site.newcomer("zhang.wei@example.com")


@pytest.fixture
def admin(site: Site) -> Person:
    person = site.newcomer("admin@example.com")
    site.promote(person)
    person.login()
    return person
