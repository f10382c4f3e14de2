"""The settings of the process, read from the environment once, at start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_MIN_SECRET_CHARS = 16
_BCRYPT_ROUNDS = range(4, 17)


class ConfigError(Exception):
    """An environment variable is missing or not valid; the text names it."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that the service takes from its environment."""

    data_dir: Path
    pepper: str
    key_encryption_secret: str
    client_secrets: Mapping[str, str]
    token_issuer: str = "expense-platform"  # noqa: S105 - a name
    token_audience: str = "expense-platform"  # noqa: S105 - a name
    cookie_secure: bool = False
    trusted_proxies: int = 1
    bcrypt_rounds: int = 12
    rate_limits_enabled: bool = True
    admin_email: str = ""
    admin_password: str = ""
    log_level: str = "INFO"

    @property
    def database_path(self) -> Path:
        """This service's own database file."""
        return self.data_dir / "auth.sqlite3"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Config":
        """The checked configuration.

        Raises:
            ConfigError: Names the variable and what it lacks.
        """
        source = os.environ if env is None else env
        return cls(
            data_dir=Path(_required(source, "DATA_DIR")),
            pepper=_secret(source, "AUTH_PEPPER"),
            key_encryption_secret=_secret(source, "AUTH_KEY_ENCRYPTION_SECRET"),
            client_secrets={
                "ingest": _secret(source, "INGEST_CLIENT_SECRET", required=False),
                "analytics": _secret(source, "ANALYTICS_CLIENT_SECRET", required=False),
                "forecast": _secret(source, "FORECAST_CLIENT_SECRET", required=False),
                "report": _secret(source, "REPORT_CLIENT_SECRET", required=False),
            },
            token_issuer=source.get("TOKEN_ISSUER", "expense-platform"),
            token_audience=source.get("TOKEN_AUDIENCE", "expense-platform"),
            cookie_secure=_flag(source, "COOKIE_SECURE", default=False),
            trusted_proxies=_number(source, "TRUSTED_PROXIES", default=1, allowed=range(6)),
            bcrypt_rounds=_number(source, "BCRYPT_ROUNDS", default=12, allowed=_BCRYPT_ROUNDS),
            rate_limits_enabled=_flag(source, "RATE_LIMITS", default=True),
            admin_email=source.get("ADMIN_EMAIL", ""),
            admin_password=source.get("ADMIN_PASSWORD", ""),
            log_level=source.get("LOG_LEVEL", "INFO"),
        )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise ConfigError(f"{name} is not set")
    return value


def _secret(env: Mapping[str, str], name: str, *, required: bool = True) -> str:
    value = _required(env, name) if required else env.get(name, "")
    if value and len(value) < _MIN_SECRET_CHARS:
        raise ConfigError(f"{name} must have at least {_MIN_SECRET_CHARS} characters")
    return value


def _flag(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = env.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ConfigError(f"{name} must be true or false")


def _number(env: Mapping[str, str], name: str, *, default: int, allowed: range) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) not in allowed:
        raise ConfigError(f"{name} must be a number from {allowed[0]} to {allowed[-1]}")
    return int(text)
