"""What must hold of every route, error and variable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fakes import Client
from sqlalchemy import inspect

from ingest_service.api.errors import PROBLEMS
from ingest_service.cli import main
from ingest_service.config import Config, ConfigError
from ingest_service.domain.errors import IngestError
from ingest_service.store.tables import metadata
from servicekit.contracts import assert_matches_contract
from servicekit.sqlite import open_engine
from servicekit.testing import (
    public_routes,
    undocumented_routes,
    undocumented_variables,
    unguarded_routes,
    unmapped_errors,
)

README = Path(__file__).resolve().parents[2] / "README.md"


def test_every_route_verifies_its_caller(client: Client) -> None:
    assert unguarded_routes(client.app) == set()
    assert public_routes(client.app) == {"GET /data/export/download"}


def test_every_route_is_documented(client: Client) -> None:
    assert undocumented_routes(client.app) == set()


def test_every_domain_error_is_mapped() -> None:
    assert unmapped_errors(IngestError, PROBLEMS) == set()


def test_every_variable_is_documented() -> None:
    assert undocumented_variables(Config, README) == set()


def test_a_missing_or_wrong_variable_stops_the_start() -> None:
    with pytest.raises(ConfigError, match="DATA_DIR"):
        Config.from_env({})
    with pytest.raises(ConfigError, match="MAX_UPLOAD_BYTES"):
        Config.from_env({"DATA_DIR": "x", "AUTH_URL": "http://a", "MAX_UPLOAD_BYTES": "many"})


def test_the_migrations_make_the_tables_of_the_code(config: Config) -> None:
    engine = open_engine(config.database_path)
    made = inspect(engine)
    for table in metadata.sorted_tables:
        assert {c["name"] for c in made.get_columns(table.name)} == set(table.c.keys())
        assert {i["name"] for i in made.get_indexes(table.name)} == {i.name for i in table.indexes}
    engine.dispose()


def test_a_new_epoch_tells_consumers_to_start_over(
    client: Client, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.changes()["epoch"]
    monkeypatch.setenv("DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("AUTH_URL", config.auth_url)
    main(["new-epoch"])
    assert client.changes()["epoch"] != before


def test_the_profiles_are_listed(client: Client) -> None:
    answer = client.json("/data/profiles")
    assert_matches_contract(answer, "ingest/profiles")
    assert {item["id"] for item in answer["items"]} >= {"alipay", "wechat", "platform", "generic"}


def test_the_web_process_loads_no_heavy_library() -> None:
    code = (
        "import sys, ingest_service.app;"
        "from ingest_service.domain.profiles import all_profiles; all_profiles();"
        "heavy = {'pandas', 'numpy', 'pyarrow', 'sklearn', 'scipy', 'openpyxl', 'xlsxwriter'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
