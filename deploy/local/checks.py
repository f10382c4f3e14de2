"""make check: what needs no running program; exactly what CI runs first."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.commands import install
from local.console import say
from local.errors import SetUpError
from local.layout import SOURCE_FOLDERS, Layout

_LOCKS = ("requirements.lock", "package-lock.json", "bootstrap.lock")
_ADDRESS = re.compile(r"https?://|\"resolved\"|--(?:extra-)?index-url")
# Written so that no pattern finds itself in this file.
_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KE[Y]-----|\bAKI[A][0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b"
)
_SCRIPTS = ("gateway/render.py",)


@dataclass(frozen=True, slots=True)
class _Check:
    name: str
    command: Sequence[str]
    folder: Path


def leaks(root: Path, tracked: Sequence[str]) -> Iterator[str]:
    """What stands in tracked files and must not: addresses in locks, secrets anywhere."""
    for name in tracked:
        path = root / name
        if path.name == ".env" or path.suffix in {".pem", ".sqlite3"}:
            yield f"{name}: such a file is never committed"
        if not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", errors="ignore")
        if path.name in _LOCKS and _ADDRESS.search(text):
            yield f"{name}: a lock holds versions and hashes, no addresses (make lock)"
        if _SECRET.search(text):
            yield f"{name}: this looks like a secret"


def _tracked(root: Path) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False
    )
    return [name for name in listed.stdout.split("\0") if name]


def _checks(layout: Layout) -> list[_Check]:
    python = [str(layout.python), "-m"]
    bin_dir = layout.venv / "bin"
    sources = [name for name in SOURCE_FOLDERS if any((layout.root / name).rglob("*.py"))]
    lint_imports = "import sys; from importlinter.cli import lint_imports_command as run; run()"
    checks = [
        _Check("ruff format", [str(bin_dir / "ruff"), "format", "--check", "."], layout.root),
        _Check("ruff check", [str(bin_dir / "ruff"), "check", "."], layout.root),
        _Check("mypy", [*python, "mypy", *sources, *_SCRIPTS], layout.root),
        _Check("import-linter", [str(layout.python), "-c", lint_imports], layout.root),
    ]
    if (layout.frontend / "package.json").exists():
        checks.append(_Check("tsc", ["npm", "run", "--silent", "check"], layout.frontend))
    return checks


def _passes(check: _Check) -> bool:
    done = subprocess.run(
        check.command,
        cwd=check.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    say(f"{'passed' if done.returncode == 0 else 'FAILED'}: {check.name}")
    if done.returncode != 0:
        sys.stdout.write(done.stdout)
    return done.returncode == 0


def check(layout: Layout) -> None:
    """Runs every check, shows the output of those that fail.

    Raises:
        SetUpError: one failed.
    """
    install(layout)
    failed = [one.name for one in _checks(layout) if not _passes(one)]
    found = list(leaks(layout.root, _tracked(layout.root)))
    for line in found:
        print(line)
    say(f"{'FAILED' if found else 'passed'}: no secrets, no addresses in locks")
    if found:
        failed.append("secrets and addresses")
    if failed:
        message = f"make check failed: {', '.join(failed)}"
        raise SetUpError(message)
