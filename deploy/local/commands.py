"""The verbs behind the Makefile: up, down, status, logs, restart, env, vendor."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from urllib.parse import urlsplit

from local import supervision
from local.console import say
from local.demo_data import DEMO_EMAIL, DEMO_PASSWORD, load_demo
from local.errors import SetUpError
from local.install import install_frontend, install_python, one_at_a_time, vendor_frontend
from local.layout import Layout
from local.machine import (
    ensure_nginx,
    memory_mib,
    port_holder,
    processes_working_in,
    require_free_disk,
)
from local.migrate import install_baseline, migrate_all
from local.programs import Program, all_programs, guard
from local.readiness import is_ready, wait_until_ready
from local.secret_file import ensure_secrets

_RUNNING_MIB = 500
_READY_TIMEOUT_S = 180.0


def install(layout: Layout) -> None:
    """Installs everything that the checkout needs on this machine.

    Raises:
        SetUpError: something outside the project is missing.
    """
    layout.make_folders()
    install_python(layout)
    install_frontend(layout)


def _require_free_ports(layout: Layout) -> None:
    for port, name in layout.ports.items():
        holder = port_holder(port)
        if holder:
            other = layout.port + 1
            message = (
                f"port {port} of {name} is taken by {holder}; stop it or choose another address: "
                f"make up PORT={other}"
            )
            raise SetUpError(message)


def _planned_programs(layout: Layout, secrets: dict[str, str], nginx: str) -> list[Program]:
    programs = all_programs(layout, secrets, nginx)
    watched = [*programs, guard(layout, supervision.supervisor_command(layout))]
    supervision.write_configuration(layout, watched)
    return programs


def up(layout: Layout) -> None:
    """Brings this copy of the platform up and tells how to sign in.

    Raises:
        SetUpError: it cannot come up; the message says why.
    """
    layout.make_folders()
    with one_at_a_time(layout.run_dir / "up.lock"):
        running = supervision.supervisor_process_id(layout) is not None
        leftover = processes_working_in(layout.run_dir / "work")
        if not running and not leftover:
            _require_free_ports(layout)
        require_free_disk(layout.data_dir, needed_mib=_RUNNING_MIB, purpose="to work")
        install(layout)
        nginx = ensure_nginx()
        secrets = ensure_secrets(layout.env_file)
        migrate_all(layout, secrets)
        install_baseline(layout, secrets)
        programs = _planned_programs(layout, secrets, nginx)
        if running:
            supervision.apply_configuration(layout)
        else:
            say("starting")
            supervision.start_supervisor(layout)
        wait_until_ready(layout, programs, timeout_s=_READY_TIMEOUT_S)
        wants_demo = os.environ.get("DEMO", "1") != "0"
        if wants_demo:
            url = f"http://127.0.0.1:{urlsplit(layout.url).port}"
            load_demo(url, python=layout.python, folder=layout.run_dir)
    _welcome(layout, wants_demo=wants_demo)


def _welcome(layout: Layout, *, wants_demo: bool) -> None:
    say("everything is ready 一切就绪")
    print(f"\n  打开 Open     {layout.url}")
    if wants_demo:
        print(f"  登录 Sign in  {DEMO_EMAIL} / {DEMO_PASSWORD}")
    print("  停止 Stop     make down\n", flush=True)


def down(layout: Layout) -> None:
    """Stops this copy; its data stays."""
    stopped = supervision.stop_supervisor(layout)
    say("stopped" if stopped else "nothing was running")


def status(layout: Layout) -> None:
    """Tells of every program: its state, its memory and whether it is ready.

    Raises:
        SetUpError: it is not running.
    """
    states = supervision.states(layout)
    if not states:
        message = f"not running (data: {layout.data_dir}); start it with: make up"
        raise SetUpError(message)
    secrets = ensure_secrets(layout.env_file)
    by_name = {one.name: one for one in all_programs(layout, secrets, ensure_nginx())}
    total = 0.0
    print(f"{'program':<18}{'state':<11}{'ready':<7}{'memory':>9}  detail")
    for state in states:
        members = processes_working_in(layout.working_dir(state.name))
        memory = sum(memory_mib(process_id) for process_id in members)
        total += memory
        program = by_name.get(state.name)
        ready = ("yes" if is_ready(program) else "no") if program and program.ready_url else "-"
        line = f"{state.name:<18}{state.state:<11}{ready:<7}{memory:>5.0f} MiB"
        print(f"{line}  {state.detail} ({len(members)} processes)")
    supervisor = memory_mib(supervision.supervisor_process_id(layout) or 0)
    print(f"{'supervisor':<36}{supervisor:>5.0f} MiB")
    print(f"{'together':<36}{total + supervisor:>5.0f} MiB\n{layout.url}")


def _names_of(layout: Layout, service: str) -> list[str]:
    names = [state.name for state in supervision.states(layout)]
    wanted = [name for name in names if name == service or name.startswith(f"{service}-")]
    if not wanted:
        known = ", ".join(names) or "none: it is not running"
        message = f"no program is named {service!r}; there are: {known}"
        raise SetUpError(message)
    return wanted


def restart(layout: Layout, service: str) -> None:
    """Restarts a service (with its worker) or one program, and waits until all are ready.

    Raises:
        SetUpError: there is no such service, or it did not come back.
    """
    if not service:
        message = "say which service: make restart SERVICE=analytics"
        raise SetUpError(message)
    names = _names_of(layout, service)
    say(f"restarting {', '.join(names)}")
    supervision.restart(layout, names)
    programs = all_programs(layout, ensure_secrets(layout.env_file), ensure_nginx())
    wait_until_ready(layout, programs, timeout_s=_READY_TIMEOUT_S)


def logs(layout: Layout, service: str) -> None:
    """Shows the newest log lines of one service or of all, and follows them unless FOLLOW=0."""
    pattern = f"{service}*.log" if service else "*.log"
    files: Sequence[str] = sorted(str(path) for path in layout.log_dir.glob(pattern))
    if not files:
        message = f"no logs of {service or 'any service'} in {layout.log_dir}"
        raise SetUpError(message)
    follow = [] if os.environ.get("FOLLOW") == "0" else ["-F"]
    subprocess.run(["tail", "-n", "50", *follow, *files], check=False)


def env(layout: Layout) -> None:
    """Makes the file of secrets."""
    ensure_secrets(layout.env_file)
    say(f"secrets are in {layout.env_file}")


def vendor(layout: Layout) -> None:
    """Copies the front end's libraries to frontend/vendor again."""
    layout.make_folders()
    install_frontend(layout)
    vendor_frontend(layout)
