"""Supervisor: its configuration, its start and its commands."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from local.errors import SetUpError
from local.layout import Layout
from local.machine import end_processes_working_in
from local.programs import Program, launcher

_STOP_WAIT_S = 25
_AT_ONCE = 12
_RUNNING_STATES = frozenset({"RUNNING", "STARTING"})


@dataclass(frozen=True, slots=True)
class ProgramState:
    """What supervisor says of one program."""

    name: str
    state: str
    detail: str

    @property
    def process_id(self) -> int | None:
        """The process id, where it runs."""
        words = self.detail.replace(",", " ").split()
        return int(words[1]) if len(words) > 1 and words[0] == "pid" else None


def configuration_path(layout: Layout) -> Path:
    """Supervisor's configuration of this copy."""
    return layout.run_dir / "supervisord.conf"


def supervisor_command(layout: Layout) -> tuple[str, ...]:
    """The command that starts supervisor in the background."""
    path = str(configuration_path(layout))
    return (str(layout.python), "-m", "supervisor.supervisord", "-c", path)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _section(layout: Layout, program: Program) -> str:
    layout.working_dir(program.name).mkdir(parents=True, exist_ok=True)
    command = shlex.join((*launcher(layout), *program.command)).replace("%", "%%")
    pairs = {"SERVICE_NAME": program.name, **program.environment}
    environment = ",".join(f"{name}={_quoted(value)}" for name, value in sorted(pairs.items()))
    settings = {
        "command": command,
        "directory": str(layout.working_dir(program.name)).replace("%", "%%"),
        "environment": environment,
        "priority": program.priority,
        "autostart": "true",
        "autorestart": "true",
        # readiness is asked for elsewhere; a program that cannot start is tried again and again,
        # a second later each time
        "startsecs": 1,
        "startretries": 1000,
        "stopsignal": "QUIT" if program.name == "gateway" else "TERM",
        "stopwaitsecs": _STOP_WAIT_S,
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": str(layout.log_dir / f"{program.name}.log").replace("%", "%%"),
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": 3,
    }
    lines = "\n".join(f"{name}={value}" for name, value in settings.items())
    return f"[program:{program.name}]\n{lines}\n"


def write_configuration(layout: Layout, programs: Iterable[Program]) -> None:
    """Writes supervisor's configuration (mode 0600: it holds secrets)."""
    run_dir = str(layout.run_dir).replace("%", "%%")
    socket = str(layout.supervisor_socket).replace("%", "%%")
    head = (
        f"[unix_http_server]\nfile={socket}\nchmod=0600\n\n"
        f"[supervisord]\nlogfile={str(layout.log_dir).replace('%', '%%')}/supervisord.log\n"
        f"logfile_maxbytes=5MB\nlogfile_backups=2\npidfile={run_dir}/supervisord.pid\n"
        f"childlogdir={run_dir}\numask=077\nidentifier=consumption-platform\n\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n\n"
        f"[supervisorctl]\nserverurl=unix://{socket}\n\n"
    )
    text = head + "\n".join(_section(layout, program) for program in programs)
    path = configuration_path(layout)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def supervisor_process_id(layout: Layout) -> int | None:
    """The process id of this copy's supervisor, where it runs."""
    try:
        process_id = int((layout.run_dir / "supervisord.pid").read_text(encoding="ascii"))
        command = Path(f"/proc/{process_id}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return process_id if os.fsencode(configuration_path(layout)) in command else None


def control(layout: Layout, *words: str) -> subprocess.CompletedProcess[str]:
    """The answer of supervisorctl; its exit status tells of programs that do not run."""
    path = str(configuration_path(layout))
    return subprocess.run(
        [str(layout.python), "-m", "supervisor.supervisorctl", "-c", path, *words],
        capture_output=True,
        text=True,
        check=False,
    )


def start_supervisor(layout: Layout) -> None:
    """Starts supervisor, and so every program, in the background.

    Raises:
        SetUpError: it did not start.
    """
    end_processes_working_in(layout.run_dir / "work")
    done = subprocess.run(
        supervisor_command(layout), capture_output=True, text=True, cwd="/", check=False
    )
    if done.returncode != 0:
        reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        message = f"supervisor did not start: {' '.join(reason)} (see {layout.log_dir})"
        raise SetUpError(message)


def apply_configuration(layout: Layout) -> None:
    """Makes a running supervisor follow the configuration: what changed restarts."""
    told = (line.split(":") for line in control(layout, "reread").stdout.splitlines())
    changed = [words[0] for words in told if len(words) > 1]
    # one call for each, because a call waits for the slow end of its program
    _control_each(layout, "update", changed)
    stopped = [state.name for state in states(layout) if state.state not in _RUNNING_STATES]
    if stopped:
        control(layout, "start", *stopped)


def _control_each(layout: Layout, verb: str, names: Sequence[str]) -> list[str]:
    """The answers to one command for each of several programs, given side by side."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(lambda name: control(layout, verb, name).stdout.strip(), names))


def states(layout: Layout) -> list[ProgramState]:
    """The state of every program; empty where supervisor does not run."""
    if supervisor_process_id(layout) is None:
        return []
    rows = (line.split(None, 2) for line in control(layout, "status").stdout.splitlines())
    return [ProgramState(row[0], row[1], (row[2:] or [""])[0]) for row in rows if len(row) > 1]


def restart(layout: Layout, names: Sequence[str]) -> None:
    """Restarts programs.

    Raises:
        SetUpError: one of them did not come back.
    """
    refused = [told for told in _control_each(layout, "restart", names) if "ERROR" in told]
    if refused:
        raise SetUpError(refused[0].splitlines()[-1])


def stop_supervisor(layout: Layout) -> bool:
    """Whether it ran: stops every program and supervisor, and waits until they are gone."""
    process_id = supervisor_process_id(layout)
    if process_id is not None:
        control(layout, "shutdown")
        deadline = time.monotonic() + _STOP_WAIT_S + 10
        while supervisor_process_id(layout) is not None and time.monotonic() < deadline:
            time.sleep(0.1)
    left = end_processes_working_in(layout.run_dir / "work")
    return process_id is not None or left > 0
