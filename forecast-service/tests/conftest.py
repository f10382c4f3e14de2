import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeIngest, FakeServing, StaticTokens, serve
from flask import Flask
from sqlalchemy import Engine

from forecast_service.app import create_app
from forecast_service.clients.feed import FeedClient
from forecast_service.clients.serving import ServingClient
from forecast_service.config import MIGRATIONS_DIR, Config
from forecast_service.store.read_model import SqlReadModelStore
from forecast_service.usecases.follow_feed import follow_feed
from servicekit.sqlite import migrate, open_engine
from servicekit.testing import TokenMint

NOW = datetime(2024, 6, 1, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that went through all migrations once; tests work on copies."""
    path = tmp_path_factory.mktemp("migrated") / "forecast.sqlite3"
    migrate(database_path=path, migrations_dir=MIGRATIONS_DIR)
    return path


@pytest.fixture
def config(tmp_path: Path, migrated: Path) -> Config:
    made = Config(
        data_dir=tmp_path / "forecast",
        auth_url="http://127.0.0.1:9",
        ingest_url="http://127.0.0.1:9",
        client_secret="secret",
        serving_rest_url="http://127.0.0.1:9",
        models_dir=tmp_path / "models",
    )
    made.data_dir.mkdir()
    shutil.copy(migrated, made.database_path)
    return made


@pytest.fixture
def engine(config: Config) -> Iterator[Engine]:
    made = open_engine(config.database_path)
    yield made
    made.dispose()


@pytest.fixture
def ingest() -> FakeIngest:
    return FakeIngest()


@pytest.fixture
def serving() -> FakeServing:
    return FakeServing()


@pytest.fixture
def serving_url(serving: FakeServing) -> Iterator[str]:
    with serve(serving) as url:
        yield url


@pytest.fixture
def pull(engine: Engine, ingest: FakeIngest) -> Iterator[Callable[[], None]]:
    """Takes over everything that the fake feed has, over HTTP and in Arrow."""
    with serve(ingest) as url:
        client = FeedClient(url, tokens=StaticTokens())
        store = SqlReadModelStore(engine)

        def pull_all() -> None:
            while follow_feed(client, store):
                pass

        yield pull_all


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Api:
    """The service's web application with a signed-in caller."""

    app: Flask
    mint: TokenMint
    clock: Clock
    serving: FakeServing = field(default_factory=FakeServing)

    def get(self, path: str, *, role: str = "user", owner: str = "1", **query: object) -> Any:
        headers = self.mint.headers(owner_id=owner, role=role)
        return self.app.test_client().get(path, query_string=query, headers=headers)

    def post(self, path: str, *, role: str = "user", **headers: str) -> Any:
        every = {**self.mint.headers(role=role), **headers}
        return self.app.test_client().post(path, headers=every)


def build_api(config: Config, url: str, serving: FakeServing | None = None) -> Api:
    mint, clock = TokenMint(), Clock()
    client = ServingClient(url, model_name="spending", clock=Ticker())
    app = create_app(config, clock=clock, jwks=mint.jwks, serving=client)
    return Api(app=app, mint=mint, clock=clock, serving=serving or FakeServing())


class Ticker:
    """A monotonic clock on which every look is far from the last: no version is ever cached."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 1000.0
        return self._now


@pytest.fixture
def api(config: Config, serving: FakeServing, serving_url: str) -> Api:
    return build_api(config, serving_url, serving)
