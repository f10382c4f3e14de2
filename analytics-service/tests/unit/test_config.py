from pathlib import Path

import pytest

from analytics_service.config import Config, ConfigError

ENVIRONMENT = {
    "DATA_DIR": "/data",
    "AUTH_URL": "http://auth:8000/",
    "INGEST_URL": "http://ingest:8000",
    "SERVICE_CLIENT_SECRET": "s",
}


def test_the_environment_becomes_settings() -> None:
    config = Config.from_env(ENVIRONMENT)

    assert config.database_path == Path("/data/analytics.sqlite3")
    assert config.auth_url == "http://auth:8000"
    assert config.token_issuer == "expense-platform"


@pytest.mark.parametrize("missing", sorted(ENVIRONMENT))
def test_a_missing_variable_is_named(missing: str) -> None:
    with pytest.raises(ConfigError, match=missing):
        Config.from_env({name: value for name, value in ENVIRONMENT.items() if name != missing})
