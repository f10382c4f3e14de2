from pathlib import Path

import pytest

from forecast_service.config import Config, ConfigError

ENV = {
    "DATA_DIR": "/data",
    "AUTH_URL": "http://auth:8000/",
    "INGEST_URL": "http://ingest:8000",
    "SERVICE_CLIENT_SECRET": "secret",
    "SERVING_REST_URL": "http://serving:8501",
    "MODELS_DIR": "/models",
}


def test_settings_are_read_from_the_environment() -> None:
    config = Config.from_env(ENV)

    assert config.auth_url == "http://auth:8000"
    assert config.model_dir == Path("/models/spending")
    assert config.database_path == Path("/data/forecast.sqlite3")


@pytest.mark.parametrize("name", sorted(ENV))
def test_a_missing_setting_stops_the_start_and_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Config.from_env({key: value for key, value in ENV.items() if key != name})
