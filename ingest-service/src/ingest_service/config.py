"""What the environment says, checked once at start."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_MAX_UPLOAD_BYTES = 256 << 20
DEFAULT_EXPORT_LINK_SECONDS = 600
_PLATFORM = "expense-platform"


class ConfigError(Exception):
    """The environment lacks a variable or holds a wrong one."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one ingest process."""

    data_dir: Path
    auth_url: str
    token_issuer: str = _PLATFORM
    token_audience: str = _PLATFORM
    max_upload_bytes: int = DEFAULT_MAX_UPLOAD_BYTES
    export_link_seconds: int = DEFAULT_EXPORT_LINK_SECONDS
    # Without them the lists of those services cannot be exported; all else works.
    forecast_url: str = ""
    report_url: str = ""
    client_secret: str = ""

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "ingest.sqlite3"

    @property
    def uploads_dir(self) -> Path:
        """Files as they were uploaded."""
        return self.data_dir / "uploads"

    @property
    def temporary_dir(self) -> Path:
        """Staging of imports and workbooks under way."""
        return self.data_dir / "tmp"

    @property
    def heartbeat_path(self) -> Path:
        """Touched by the worker while it lives."""
        return self.data_dir / "worker.heartbeat"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Config:
        """The settings.

        Raises:
            ConfigError: names the variable and what is wrong with it.
        """
        env = os.environ if environ is None else environ
        return cls(
            data_dir=Path(_required(env, "DATA_DIR")),
            auth_url=_required(env, "AUTH_URL").rstrip("/"),
            token_issuer=env.get("TOKEN_ISSUER", _PLATFORM),
            token_audience=env.get("TOKEN_AUDIENCE", _PLATFORM),
            max_upload_bytes=_positive(env, "MAX_UPLOAD_BYTES", DEFAULT_MAX_UPLOAD_BYTES),
            export_link_seconds=_positive(env, "EXPORT_LINK_SECONDS", DEFAULT_EXPORT_LINK_SECONDS),
            forecast_url=env.get("FORECAST_URL", "").strip().rstrip("/"),
            report_url=env.get("REPORT_URL", "").strip().rstrip("/"),
            client_secret=env.get("SERVICE_CLIENT_SECRET", "").strip(),
        )


def use_temporary_dir(config: Config) -> None:
    """Let this process and its children keep temporary files on the disk of the data.

    Unpacked archives and SQLite's sorting may need more than a container's /tmp has.
    """
    config.temporary_dir.mkdir(parents=True, exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(config.temporary_dir)


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise ConfigError(f"{name} is not set")
    return value


def _positive(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) == 0:
        raise ConfigError(f"{name} must be a whole number above 0")
    return int(text)
