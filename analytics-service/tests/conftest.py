from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes import Ledger
from flask.testing import FlaskClient

from analytics_service.app import create_app
from analytics_service.config import MIGRATIONS_DIR, Config
from analytics_service.consumer import Consumer, create_consumer
from servicekit.sqlite import migrate
from servicekit.testing import TokenMint

NOW = datetime(2024, 4, 2, 8, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = Config(
        data_dir=tmp_path,
        auth_url="http://127.0.0.1:9",
        ingest_url="http://127.0.0.1:9",
        client_secret="secret",
        min_seq_wait_s=0.2,
    )
    migrate(database_path=made.database_path, migrations_dir=MIGRATIONS_DIR)
    return made


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def consumer(config: Config, clock: Clock, ledger: Ledger) -> Consumer:
    return create_consumer(config, clock=clock, feed=ledger)


@pytest.fixture
def pull(consumer: Consumer) -> Callable[[], None]:
    """Pulls until nothing is waiting, and judges what stands out."""

    def run() -> None:
        while consumer.pull():
            pass
        consumer.judge()

    return run


@pytest.fixture(scope="session")
def mint() -> TokenMint:
    return TokenMint()


@pytest.fixture
def client(config: Config, clock: Clock, mint: TokenMint) -> FlaskClient:
    app = create_app(config, clock=clock, jwks=mint.jwks)
    return app.test_client()


Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(client: FlaskClient, mint: TokenMint) -> Ask:
    """The answer of a chart to user 1, or to the owner given."""

    def run(chart: str, *, owner: str = "1", **query: object) -> dict[str, Any]:
        query = {"from" if key == "from_" else key: value for key, value in query.items()}
        answer = client.get(
            f"/analytics/{chart}", query_string=query, headers=mint.headers(owner_id=owner)
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.get_json()
        return body

    return run
