"""Brings the five databases to the newest schema and puts the first model in place."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local.console import say
from local.errors import SetUpError
from local.install import digest_of
from local.layout import MODEL_NAME, SERVICES, Layout
from local.programs import service_environment

_AT_ONCE = 2


def _run_cli(
    layout: Layout, service: str, verb: str, secrets: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **service_environment(layout, service, secrets)}
    return subprocess.run(
        [str(layout.python), "-m", f"{service}_service.cli", verb],
        env=environment,
        capture_output=True,
        text=True,
        cwd=layout.service_dir(service),
        check=False,
    )


def _must_run(layout: Layout, service: str, verb: str, secrets: Mapping[str, str]) -> None:
    done = _run_cli(layout, service, verb, secrets)
    if done.returncode != 0:
        log = layout.log_dir / f"{service}-{verb}.log"
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        message = f"{service}: {verb} failed: {' '.join(lines[-1:])} (all of it: {log})"
        raise SetUpError(message)


def _schema_state(layout: Layout, service: str) -> str | None:
    """What tells that a database stands where the migrations left it; None where there is none."""
    database = layout.service_dir(service) / f"{service}.sqlite3"
    scripts = sorted((layout.root / f"{service}-service" / "migrations").rglob("*.py"))
    if not database.exists():
        return None
    # a restored database is another file, and so is migrated again
    return f"{database.stat().st_ino}:{digest_of(*scripts)}"


def migrate_all(layout: Layout, secrets: Mapping[str, str]) -> None:
    """Migrates the databases whose schema may be behind.

    Raises:
        SetUpError: a migration failed.
    """
    marker = layout.run_dir / "migrated.json"
    known = _read(marker)
    due = [name for name in SERVICES if known.get(name) != (_schema_state(layout, name) or "")]
    if not due:
        return
    say(f"migrating {', '.join(due)}")
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(lambda name: _must_run(layout, name, "migrate", secrets), due))
    state = {name: _schema_state(layout, name) or "" for name in SERVICES}
    marker.write_text(json.dumps(state), encoding="utf-8")


def _read(marker: Path) -> dict[str, str]:
    try:
        loaded: dict[str, str] = json.loads(marker.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return loaded


def install_baseline(layout: Layout, secrets: Mapping[str, str]) -> None:
    """Puts the shipped model in place as version 1 where the model server would find none.

    Raises:
        SetUpError: it could not be installed.
    """
    folder = layout.models_dir / MODEL_NAME
    if folder.exists() and any(entry.name.isdigit() for entry in folder.iterdir()):
        return
    say("installing the baseline model")
    _must_run(layout, "forecast", "install-baseline", secrets)
