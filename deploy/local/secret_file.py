"""The file of secrets: made once, completed where a later version needs more, never changed."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

SECRET_NAMES = (
    "AUTH_PEPPER",
    "AUTH_KEY_ENCRYPTION_SECRET",
    "INGEST_CLIENT_SECRET",
    "ANALYTICS_CLIENT_SECRET",
    "FORECAST_CLIENT_SECRET",
    "REPORT_CLIENT_SECRET",
)

_HEAD = """\
# Made by `make env`; keep it with the backups. Without AUTH_PEPPER no password can be checked,
# without AUTH_KEY_ENCRYPTION_SECRET the signing keys cannot be read.
"""


def read_secrets(path: Path) -> dict[str, str]:
    """The names and values of a file of NAME=VALUE lines; empty where there is none."""
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def ensure_secrets(path: Path) -> dict[str, str]:
    """The secrets, after those that were missing have been made (file mode 0600)."""
    known = read_secrets(path)
    missing = [name for name in SECRET_NAMES if not known.get(name)]
    if missing:
        made = {name: secrets.token_hex(32) for name in missing}
        head = path.read_text(encoding="utf-8").rstrip("\n") + "\n" if path.exists() else _HEAD
        text = head + "".join(f"{name}={value}\n" for name, value in made.items())
        _replace_private(path, text)
        known.update(made)
    path.chmod(0o600)
    return known


def _replace_private(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
