"""The settings of this service, all from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SERVICE_DIR = Path(__file__).resolve().parents[2]
MIGRATIONS_DIR = SERVICE_DIR / "migrations"
BASELINE_DIR = SERVICE_DIR / "baseline"
_DEFAULT_PARTY = "expense-platform"


class ConfigError(Exception):
    """A variable is missing or makes no sense; the message names it."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that the service needs to know before it starts."""

    data_dir: Path
    auth_url: str
    ingest_url: str
    client_secret: str
    serving_rest_url: str
    models_dir: Path
    model_name: str = "spending"
    token_issuer: str = _DEFAULT_PARTY
    token_audience: str = _DEFAULT_PARTY
    log_level: str = "INFO"

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "forecast.sqlite3"

    @property
    def heartbeat_path(self) -> Path:
        """The file that the worker touches while it is well."""
        return self.data_dir / "worker.heartbeat"

    @property
    def model_dir(self) -> Path:
        """The folder that holds the served model's version folders."""
        return self.models_dir / self.model_name

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Config:
        """The settings of the environment.

        Raises:
            ConfigError: a variable is missing.
        """
        env = os.environ if environ is None else environ
        return cls(
            data_dir=Path(_required(env, "DATA_DIR")),
            auth_url=_required(env, "AUTH_URL").rstrip("/"),
            ingest_url=_required(env, "INGEST_URL").rstrip("/"),
            client_secret=_required(env, "SERVICE_CLIENT_SECRET"),
            serving_rest_url=_required(env, "SERVING_REST_URL").rstrip("/"),
            models_dir=Path(_required(env, "MODELS_DIR")),
            model_name=env.get("MODEL_NAME", "").strip() or "spending",
            token_issuer=env.get("TOKEN_ISSUER", "").strip() or _DEFAULT_PARTY,
            token_audience=env.get("TOKEN_AUDIENCE", "").strip() or _DEFAULT_PARTY,
            log_level=env.get("LOG_LEVEL", "").strip().upper() or "INFO",
        )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise ConfigError(f"{name} is not set")
    return value
