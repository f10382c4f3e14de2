import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import Neighbours, serving
from flask.testing import FlaskClient

from report_service.app import create_app, create_worker
from report_service.config import MIGRATIONS_DIR, Config, WorkerConfig
from report_service.rendering.fonts import FontsMissing, Typeface, find_typeface
from servicekit.jobs import Worker
from servicekit.sqlite import migrate
from servicekit.testing import TokenMint

NOW = datetime(2024, 4, 2, 1, 30, tzinfo=UTC)
FONTS = (
    Path(__file__).resolve().parents[2] / "frontend/node_modules/@expo-google-fonts/noto-sans-sc"
)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def font_dir() -> Path:
    folder = Path(os.environ.get("FONT_DIR") or FONTS)
    try:
        find_typeface(folder)
    except FontsMissing as error:
        pytest.fail(str(error), pytrace=False)
    return folder


@pytest.fixture(scope="session")
def typeface(font_dir: Path) -> Typeface:
    return find_typeface(font_dir)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = Config(data_dir=tmp_path, auth_url="http://127.0.0.1:9")
    migrate(database_path=made.database_path, migrations_dir=MIGRATIONS_DIR)
    return made


@pytest.fixture(scope="session")
def mint() -> TokenMint:
    return TokenMint()


@pytest.fixture
def client(config: Config, clock: Clock, mint: TokenMint) -> FlaskClient:
    return create_app(config, clock=clock, jwks=mint.jwks).test_client()


@pytest.fixture
def neighbours() -> Iterator[Neighbours]:
    with serving(Neighbours()) as running:
        yield running


@pytest.fixture
def worker(config: Config, clock: Clock, neighbours: Neighbours, font_dir: Path) -> Worker:
    settings = WorkerConfig(
        analytics_url=neighbours.url,
        forecast_url=neighbours.url,
        client_secret="secret",
        font_dir=font_dir,
    )
    reachable = Config(data_dir=config.data_dir, auth_url=neighbours.url)
    return create_worker(reachable, settings, clock=clock)
