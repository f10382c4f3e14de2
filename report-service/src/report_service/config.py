"""The settings of this service, all from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MIGRATIONS_DIR = Path(__file__).resolve().parents[2] / "migrations"
DATABASE_NAME = "report.sqlite3"
PLATFORM = "expense-platform"


class ConfigError(Exception):
    """A variable is missing or makes no sense; the message names it."""


@dataclass(frozen=True, slots=True)
class Config:
    """What both the web process and the worker need."""

    data_dir: Path
    auth_url: str
    token_issuer: str = PLATFORM
    token_audience: str = PLATFORM
    download_redirect: str = ""

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / DATABASE_NAME

    @property
    def heartbeat_path(self) -> Path:
        """The file that the worker touches while it is well."""
        return self.data_dir / "worker.heartbeat"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Config":
        """The settings of the environment.

        Raises:
            ConfigError: A variable is missing or makes no sense.
        """
        env = os.environ if environ is None else environ
        redirect = env.get("DOWNLOAD_REDIRECT", "").strip()
        if redirect and not (redirect.startswith("/") and redirect.endswith("/")):
            raise ConfigError('DOWNLOAD_REDIRECT must look like "/_reports/"')
        return cls(
            data_dir=Path(_required(env, "DATA_DIR")).absolute(),
            auth_url=_required(env, "AUTH_URL").rstrip("/"),
            token_issuer=env.get("TOKEN_ISSUER") or PLATFORM,
            token_audience=env.get("TOKEN_AUDIENCE") or PLATFORM,
            download_redirect=redirect,
        )


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """What the worker needs beyond that: the neighbours, its own secret, and the fonts."""

    analytics_url: str
    forecast_url: str
    client_secret: str
    font_dir: Path

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "WorkerConfig":
        """The settings of the environment.

        Raises:
            ConfigError: A variable is missing.
        """
        env = os.environ if environ is None else environ
        return cls(
            analytics_url=_required(env, "ANALYTICS_URL").rstrip("/"),
            forecast_url=_required(env, "FORECAST_URL").rstrip("/"),
            client_secret=_required(env, "SERVICE_CLIENT_SECRET"),
            font_dir=Path(_required(env, "FONT_DIR")),
        )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise ConfigError(f"{name} is not set")
    return value
