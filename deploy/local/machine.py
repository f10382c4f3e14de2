"""What this machine has and allows: programs, ports, disk, processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from local.console import say
from local.errors import SetUpError

_LISTEN_STATE = "0A"
_PROC = Path("/proc")
_SYSTEM_PATHS = ":/usr/local/sbin:/usr/sbin:/sbin"


def find_program(*names: str) -> str | None:
    """The path of the first of these programs that is installed."""
    path = os.environ.get("PATH", "") + _SYSTEM_PATHS
    found = (shutil.which(name, path=path) for name in names)
    return next((place for place in found if place), None)


def root_prefix() -> list[str] | None:
    """What to put before a command that needs root: nothing, sudo, or None where neither works."""
    if os.geteuid() == 0:
        return []
    if find_program("sudo"):
        probe = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if probe.returncode == 0:
            return ["sudo", "-n"]
    return None


def apt_install(packages: Sequence[str], *, purpose: str) -> None:
    """Installs Debian packages.

    Raises:
        SetUpError: this user may not, or it failed; the message says what to run.
    """
    wanted = " ".join(packages)
    advice = f"{purpose} is missing; run as root: apt-get install --no-install-recommends {wanted}"
    prefix = root_prefix()
    if prefix is None or find_program("apt-get") is None:
        raise SetUpError(advice)
    say(f"installing {wanted} with apt-get")
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-qq"], install):
        done = subprocess.run(
            [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", *command],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            message = f"{advice} (apt-get said: {reason})"
            raise SetUpError(message)


def ensure_nginx() -> str:
    """The path of Nginx, installed first where that is possible.

    Raises:
        SetUpError: there is none and it could not be installed.
    """
    named = os.environ.get("NGINX")
    if named:
        return named
    found = find_program("nginx")
    if found:
        return found
    apt_install(["nginx-light"], purpose="nginx")
    prefix = root_prefix()
    if prefix is not None and Path("/run/systemd/system").exists():
        # The package starts a server of its own on port 80, which nobody asked for.
        subprocess.run(
            [*prefix, "systemctl", "disable", "--now", "nginx"], capture_output=True, check=False
        )
    found = find_program("nginx")
    if found is None:
        message = "nginx was installed but cannot be found; set NGINX to its path"
        raise SetUpError(message)
    return found


def require_free_disk(folder: Path, *, needed_mib: int, purpose: str) -> None:
    """Checks that a folder's disk has room.

    Raises:
        SetUpError: it has not.
    """
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free_mib = shutil.disk_usage(existing).free // (1024 * 1024)
    if free_mib < needed_mib:
        message = (
            f"the disk of {existing} is nearly full: {free_mib} MiB free, "
            f"{needed_mib} MiB needed {purpose}"
        )
        raise SetUpError(message)


def _listening_inodes(port: int) -> set[str]:
    inodes = set()
    for table in ("tcp", "tcp6"):
        path = _PROC / "net" / table
        rows = path.read_text(encoding="ascii").splitlines()[1:] if path.exists() else []
        for row in rows:
            columns = row.split()
            if columns[3] == _LISTEN_STATE and int(columns[1].rsplit(":", 1)[1], 16) == port:
                inodes.add(f"socket:[{columns[9]}]")
    return inodes


def _holds(process: Path, inodes: set[str]) -> bool:
    try:
        return any(str(handle.readlink()) in inodes for handle in (process / "fd").iterdir())
    except OSError:
        return False


def processes() -> Iterator[Path]:
    """The /proc folders of all processes."""
    return (entry for entry in _PROC.iterdir() if entry.name.isdigit())


def port_holder(port: int) -> str | None:
    """Who listens on a port: "nginx (process 12)", or None where nobody does."""
    inodes = _listening_inodes(port)
    if not inodes:
        return None
    for process in processes():
        if _holds(process, inodes):
            name = (process / "comm").read_text(encoding="utf-8").strip()
            return f"{name} (process {process.name})"
    return "another user's process"


def processes_working_in(folder: Path) -> list[int]:
    """The ids of the processes whose working folder is `folder` or below it, but not this one."""
    found = []
    for process in processes():
        try:
            place = (process / "cwd").readlink()
            state = (process / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
        except OSError:
            continue
        ours = place == folder or folder in place.parents
        if ours and state != "Z" and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


def end_processes_working_in(folder: Path, *, patience_s: float = 5.0) -> int:
    """How many left-over processes of a folder were ended: asked first, then killed."""
    left = processes_working_in(folder)
    count = len(left)
    _signal_all(left, signal.SIGTERM)
    deadline = time.monotonic() + patience_s
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = processes_working_in(folder)
    _signal_all(left, signal.SIGKILL)
    return count


def _signal_all(process_ids: Sequence[int], number: signal.Signals) -> None:
    for process_id in process_ids:
        try:
            os.kill(process_id, number)
        except ProcessLookupError:
            continue


def memory_mib(process_id: int) -> float:
    """The memory of a process in MiB, its part of what it shares with others; 0 once it has ended.

    A web process shares most pages of its master: counted in both they would show twice.
    """
    try:
        lines = (_PROC / str(process_id) / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    found = (int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return next(found, 0) / 1024
