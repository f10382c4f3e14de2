from pathlib import Path

import pytest

from auth_service.config import Config, ConfigError

GOOD = {
    "DATA_DIR": "/data",
    "AUTH_PEPPER": "p" * 16,
    "AUTH_KEY_ENCRYPTION_SECRET": "k" * 16,
}


def test_the_defaults_are_those_of_the_platform() -> None:
    config = Config.from_env(GOOD)

    assert config.database_path == Path("/data/auth.sqlite3")
    assert (config.token_issuer, config.token_audience) == ("expense-platform",) * 2
    assert not config.cookie_secure
    assert config.client_secrets["report"] == ""


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Config.from_env({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUTH_PEPPER", "short"),
        ("REPORT_CLIENT_SECRET", "short"),
        ("COOKIE_SECURE", "maybe"),
        ("BCRYPT_ROUNDS", "3"),
        ("TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Config.from_env({**GOOD, name: value})


def test_flags_are_read() -> None:
    assert Config.from_env({**GOOD, "COOKIE_SECURE": "true"}).cookie_secure
    assert not Config.from_env({**GOOD, "RATE_LIMITS": "off"}).rate_limits_enabled
