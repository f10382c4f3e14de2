from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from fakes import Client, Clock
from sqlalchemy import Engine

from ingest_service.app import MIGRATIONS, create_app, create_worker
from ingest_service.config import Config
from ingest_service.domain.places import Locator
from servicekit.sqlite import migrate, open_engine
from servicekit.testing import TokenMint


@pytest.fixture(scope="session")
def mint() -> TokenMint:
    return TokenMint()


@pytest.fixture(scope="session", autouse=True)
def one_gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All workers of a run share what takes seconds to make."""
    folder = tmp_path_factory.mktemp("gazetteer")

    @cache
    def places() -> Locator:
        from ingest_service.training.places import open_places

        return open_places(folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest_service.app._places", lambda _config: places)
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock(dt.datetime(2024, 6, 1, 4, 0, tzinfo=dt.UTC))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = Config(data_dir=tmp_path, auth_url="http://auth.invalid", max_upload_bytes=256 << 10)
    migrate(database_path=made.database_path, migrations_dir=MIGRATIONS)
    return made


@pytest.fixture
def engine(config: Config) -> Iterator[Engine]:
    opened = open_engine(config.database_path)
    yield opened
    opened.dispose()


@pytest.fixture
def client(config: Config, clock: Clock, mint: TokenMint, engine: Engine) -> Client:
    app = create_app(config, clock=clock, jwks=mint.jwks, engine=engine)
    worker = create_worker(config, clock=clock, engine=engine)
    return Client(app=app, worker=worker, mint=mint)
