"""Installs what the locks name: the Python environment and the front end's packages."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.console import say
from local.errors import SetUpError
from local.layout import SOURCE_FOLDERS, Layout
from local.machine import apt_install, find_program, require_free_disk, root_prefix

_ENVIRONMENT_MIB = 5000
_OLDEST_NODE = 18
# These run from their sources by their own folders; scripts of packages are never asked for.
_NPM_CI = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Holds a lock file: copies of the platform that share a checkout install in turn."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another make to finish")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def digest_of(*paths: Path, salt: str = "") -> str:
    """A digest of the contents of files."""
    digest = hashlib.sha256(salt.encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run_or_explain(
    command: Sequence[str | Path], *, what: str, log: Path, cwd: Path | None = None
) -> None:
    """Runs a command with its output in a file.

    Raises:
        SetUpError: it failed; the message holds its last line and names the file.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        done = subprocess.run(
            [str(word) for word in command], stdout=output, stderr=output, cwd=cwd, check=False
        )
    if done.returncode != 0:
        text = log.read_text(encoding="utf-8", errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        reason = lines[-1] if lines else f"exit status {done.returncode}"
        message = f"{what} failed: {reason} (all of it: {log})"
        raise SetUpError(message)


def install_python(layout: Layout) -> None:
    """Brings .venv to what requirements.lock says; does nothing where it is so already.

    Raises:
        SetUpError: a part could not be installed.
    """
    with one_at_a_time(layout.root / ".venv.lock"):
        lock = layout.root / "requirements.lock"
        marker = layout.venv / "installed-lock"
        wanted = digest_of(lock, salt="{}.{}".format(*sys.version_info[:2]))
        if not (marker.exists() and marker.read_text(encoding="utf-8") == wanted):
            require_free_disk(
                layout.root, needed_mib=_ENVIRONMENT_MIB, purpose="for the Python environment"
            )
            uv = _ensure_uv(layout)
            say("installing the Python packages of requirements.lock (about 3 GB, once)")
            run_or_explain(
                [
                    uv,
                    "pip",
                    "sync",
                    "--system-certs",
                    "--python",
                    layout.python,
                    "--require-hashes",
                    lock,
                ],
                what="the installation of the Python packages",
                log=layout.log_dir / "install-python.log",
                cwd=layout.root,
            )
            marker.write_text(wanted, encoding="utf-8")
        _write_path_file(layout)


def _ensure_uv(layout: Layout) -> Path:
    uv = layout.venv / "bin" / "uv"
    if uv.exists():
        return uv
    say("making the Python environment .venv")
    log = layout.log_dir / "install-python.log"
    make_venv = (sys.executable, "-m", "venv", "--clear", layout.venv)
    try:
        run_or_explain(make_venv, what="python -m venv", log=log)
    except SetUpError:
        # Debian keeps ensurepip in a package of its own
        apt_install(["python3-venv"], purpose="Python's venv module")
        run_or_explain(make_venv, what="python -m venv", log=log)
    bootstrap = layout.root / "deploy" / "bootstrap.lock"
    pip = (layout.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run_or_explain(
        (*pip, "--no-deps", "--require-hashes", "-r", bootstrap),
        what="the installation of uv",
        log=log,
    )
    return uv


def _write_path_file(layout: Layout) -> None:
    packages = next(layout.venv.glob("lib/python3.*/site-packages"))
    text = "".join(f"{layout.root / folder}\n" for folder in SOURCE_FOLDERS)
    path = packages / "consumption_platform.pth"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _require_node() -> None:
    node, npm = find_program("node", "nodejs"), find_program("npm")
    if node is None or npm is None:
        if root_prefix() is None:
            message = "node and npm are missing; run as root: apt-get install nodejs npm"
            raise SetUpError(message)
        apt_install(["nodejs", "npm"], purpose="node")
        node = find_program("node", "nodejs") or "node"
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = told.strip().removeprefix("v").split(".")[0]
    if not major.isdigit() or int(major) < _OLDEST_NODE:
        message = f"node {_OLDEST_NODE} or later is needed; this machine has {told.strip()}"
        raise SetUpError(message)


def install_frontend(layout: Layout) -> None:
    """Brings the front end's packages and frontend/vendor to what its lock says.

    Raises:
        SetUpError: node is missing or too old, or npm failed.
    """
    lock = layout.frontend / "package-lock.json"
    if not lock.exists():
        say("no front end yet: nothing to install")
        return
    scripts = sorted((layout.frontend / "scripts").glob("*"))
    files = [path for path in scripts if path.is_file()]
    inputs = [lock, layout.frontend / "package.json", *files]
    wanted = digest_of(*inputs)
    with one_at_a_time(layout.root / ".venv.lock"):
        marker = layout.frontend / "node_modules" / ".installed-lock"
        vendored = (layout.frontend / "vendor").exists()
        if vendored and marker.exists() and marker.read_text(encoding="utf-8") == wanted:
            return
        _require_node()
        say("installing the front end's packages")
        log = layout.log_dir / "install-frontend.log"
        run_or_explain(_NPM_CI, what="npm ci", log=log, cwd=layout.frontend)
        vendor_frontend(layout)
        marker.write_text(wanted, encoding="utf-8")


def vendor_frontend(layout: Layout) -> None:
    """Copies the libraries that pages load from node_modules to frontend/vendor.

    Raises:
        SetUpError: the script failed.
    """
    run_or_explain(
        ["npm", "run", "--silent", "vendor"],
        what="npm run vendor",
        log=layout.log_dir / "install-frontend.log",
        cwd=layout.frontend,
    )


def remove_environment(layout: Layout) -> None:
    """Removes what was installed; data and secrets stay."""
    for folder in (layout.venv, layout.frontend / "node_modules", layout.frontend / "vendor"):
        shutil.rmtree(folder, ignore_errors=True)
