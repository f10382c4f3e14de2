"""make lock: resolves everything once, then cuts each service's part out of it."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from local.console import say
from local.errors import SetUpError
from local.install import install_python
from local.layout import SERVICES, Layout

_COMPILE = ("--universal", "--python-version", "3.11", "--generate-hashes", "--no-header")
# Addresses would tie the locks to one registry.
_NO_ADDRESSES = ("--no-emit-index-url", "--no-emit-find-links")
_EXTRAS = {"forecast": ("training",)}
_OWN_PACKAGE = "servicekit"


def _uv(layout: Layout, *words: str | Path) -> None:
    uv = str(layout.venv / "bin" / "uv")
    command = [uv, *(str(word) for word in words)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=layout.root, check=False)
    if done.returncode != 0:
        message = f"uv failed: {done.stderr.strip()}"
        raise SetUpError(message)


def _project(path: Path) -> dict[str, object]:
    with path.open("rb") as file:
        loaded: dict[str, object] = tomllib.load(file)["project"]
    return loaded


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def dependencies_of(layout: Layout, service: str) -> list[str]:
    """What a service and the kit ask for, by their own pyproject.toml, sorted."""
    project = _project(layout.root / f"{service}-service" / "pyproject.toml")
    kit = _project(layout.root / "libs" / "servicekit" / "pyproject.toml")
    wanted = _strings(project["dependencies"]) + _strings(kit["dependencies"])
    extras = project.get("optional-dependencies")
    if isinstance(extras, dict):
        for extra in _EXTRAS.get(service, ()):
            wanted += _strings(extras.get(extra))
    return sorted({name for name in wanted if name != _OWN_PACKAGE})


def _compile_service(layout: Layout, service: str) -> None:
    folder = layout.root / f"{service}-service"
    wanted = layout.run_dir / f"{service}-requirements.in"
    wanted.write_text("\n".join(dependencies_of(layout, service)) + "\n", encoding="utf-8")
    constraint = layout.root / "requirements.lock"
    out = folder / "requirements.lock"
    command = ("pip", "compile", wanted, "--constraint", constraint, "--output-file", out)
    _uv(layout, *command, *_COMPILE, *_NO_ADDRESSES, "--no-annotate", "--quiet")


def _entries(lock: str) -> Iterator[tuple[str, str]]:
    """Name and text of each entry of a lock: its first line and what is indented below."""
    for match in re.finditer(r"^([A-Za-z0-9_.-]+)==.*\n(?:[ \t]+.*\n?)*", lock, re.MULTILINE):
        yield match[1], match[0]


def _write_bootstrap(layout: Layout) -> None:
    lock = (layout.root / "requirements.lock").read_text(encoding="utf-8")
    entry = next(text for name, text in _entries(lock) if name == "uv")
    kept = [line for line in entry.splitlines() if not line.lstrip().startswith("#")]
    path = layout.root / "deploy" / "bootstrap.lock"
    path.write_text("\n".join(kept).rstrip(" \\") + "\n", encoding="utf-8")


def lock(layout: Layout, services: Sequence[str] = SERVICES) -> None:
    """Writes requirements.lock, the services' locks and bootstrap.lock; versions stay put.

    uv prefers what a lock holds already: remove requirements.lock first to take newer versions.

    Raises:
        SetUpError: there is no environment, or the requirements do not fit together.
    """
    layout.make_folders()
    install_python(layout)
    say("resolving requirements.in")
    out = layout.root / "requirements.lock"
    command = ("pip", "compile", "requirements.in", "--output-file", out)
    _uv(layout, *command, *_COMPILE, *_NO_ADDRESSES, "--quiet")
    for service in services:
        say(f"cutting out {service}-service/requirements.lock")
        _compile_service(layout, service)
    _write_bootstrap(layout)
    say("the locks are written")
