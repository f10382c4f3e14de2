"""What this service takes from its surroundings: settings from the environment, and the clock."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

MIGRATIONS_DIR = Path(__file__).resolve().parents[2] / "migrations"
SERVICE = "analytics"
PLATFORM = "expense-platform"
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


class ConfigError(Exception):
    """A variable is missing or makes no sense; the message names it."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that the service needs to know before it starts."""

    data_dir: Path
    auth_url: str
    ingest_url: str
    client_secret: str
    token_issuer: str = PLATFORM
    token_audience: str = PLATFORM
    min_seq_wait_s: float = 5.0
    stale_after_s: int = 10

    @property
    def database_path(self) -> Path:
        """The SQLite file of the read model."""
        return self.data_dir / "analytics.sqlite3"

    @property
    def heartbeat_path(self) -> Path:
        """The file that the worker touches while it is well."""
        return self.data_dir / "worker.heartbeat"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> "Config":
        """The settings of the environment.

        Raises:
            ConfigError: a variable is missing or makes no sense.
        """
        env = os.environ if environ is None else environ
        return cls(
            data_dir=Path(_required(env, "DATA_DIR")),
            auth_url=_required(env, "AUTH_URL").rstrip("/"),
            ingest_url=_required(env, "INGEST_URL").rstrip("/"),
            client_secret=_required(env, "SERVICE_CLIENT_SECRET"),
            token_issuer=env.get("TOKEN_ISSUER") or PLATFORM,
            token_audience=env.get("TOKEN_AUDIENCE") or PLATFORM,
        )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise ConfigError(f"{name} is not set")
    return value
