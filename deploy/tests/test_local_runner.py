"""The parts of the local runner that need no running platform."""

from __future__ import annotations

import configparser
import os
import shlex
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from local import checks, locks, secret_file, suites, supervision
from local.commands import up
from local.demo_data import DEMO_EMAIL
from local.errors import SetUpError
from local.layout import SERVICES, Layout, layout_from_environment
from local.machine import (
    end_processes_working_in,
    port_holder,
    processes_working_in,
    require_free_disk,
)
from local.programs import Program, all_programs, guard, service_environment

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {name: f"secret-of-{name}" for name in secret_file.SECRET_NAMES}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(root=ROOT, data_dir=tmp_path / "my 100% data", host="127.0.0.1", port=8080)
    layout.make_folders()
    return layout


def test_copies_on_neighbouring_ports_share_no_port() -> None:
    one = layout_from_environment({"PORT": "8080"})
    other = layout_from_environment({"PORT": "8081"})

    assert not set(one.ports) & set(other.ports)
    assert one.service_port("auth") == 28801
    assert (one.serving_rest_port, one.serving_grpc_port) == (28806, 28807)


def test_data_folder_is_relative_to_the_checkout_or_absolute() -> None:
    assert layout_from_environment({}).data_dir == ROOT / "var"
    assert layout_from_environment({"DATA_DIR": "/srv/x"}).data_dir == Path("/srv/x")


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_unusable_port_is_refused_in_one_line(port: str) -> None:
    with pytest.raises(SetUpError, match="PORT must be a number"):
        layout_from_environment({"PORT": port})


def test_secrets_are_made_once_and_are_private(tmp_path: Path) -> None:
    path = tmp_path / ".env"

    first = secret_file.ensure_secrets(path)
    second = secret_file.ensure_secrets(path)

    assert first == second
    assert len(set(first.values())) == len(secret_file.SECRET_NAMES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_missing_secret_is_added_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# mine\nAUTH_PEPPER=kept\nPORT=9000\n")

    secrets = secret_file.ensure_secrets(path)

    assert secrets["AUTH_PEPPER"] == "kept"
    assert path.read_text().startswith("# mine\nAUTH_PEPPER=kept\nPORT=9000\n")
    assert secret_file.read_secrets(path) == secrets


def test_each_service_gets_its_own_secret_only() -> None:
    layout = layout_from_environment({})
    for service in SERVICES:
        if service == "auth":
            continue
        values = service_environment(layout, service, SECRETS).values()
        assert [value for value in values if value in SECRETS.values()] == [
            SECRETS[f"{service.upper()}_CLIENT_SECRET"]
        ]


def test_supervisor_reads_back_what_was_written(layout: Layout) -> None:
    programs = [
        *all_programs(layout, SECRETS, "/usr/sbin/nginx"),
        guard(layout, supervision.supervisor_command(layout)),
    ]

    supervision.write_configuration(layout, programs)

    path = supervision.configuration_path(layout)
    parser = configparser.RawConfigParser()
    parser.read(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    names = {name[8:] for name in parser.sections() if name.startswith("program:")}
    workers = {f"{name}-worker" for name in SERVICES if name != "auth"}
    assert names == {*SERVICES, *workers, "gateway", "serving", "guard"}
    command = shlex.split(parser["program:gateway"]["command"].replace("%%", "%"))
    assert command[-1] == str(layout.run_dir / "gateway" / "nginx.conf")


def test_taken_port_is_told_with_its_holder() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]

        assert f"(process {os.getpid()})" in (port_holder(port) or "")
    assert port_holder(port) is None


def test_up_stops_before_anything_is_installed_where_the_port_is_taken(tmp_path: Path) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        layout = Layout(root=tmp_path, data_dir=tmp_path / "var", host="127.0.0.1", port=port)

        with pytest.raises(SetUpError, match=rf"port {port} of gateway is taken by .*PORT="):
            up(layout)
    assert not (tmp_path / ".venv").exists()


def test_full_disk_is_told_with_figures(tmp_path: Path) -> None:
    with pytest.raises(SetUpError, match=r"nearly full: \d+ MiB free, 1000000000 MiB needed"):
        require_free_disk(tmp_path / "not" / "yet", needed_mib=10**9, purpose="for this test")


def test_what_a_killed_program_left_is_found_by_its_folder_and_ended(tmp_path: Path) -> None:
    sleeper = [sys.executable, "-c", "import time; print(1, flush=True); time.sleep(60)"]
    process = subprocess.Popen(sleeper, cwd=tmp_path, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()

    assert processes_working_in(tmp_path) == [process.pid]
    assert end_processes_working_in(tmp_path) == 1
    assert process.wait(timeout=10) != 0
    process.stdout.close()


def test_each_service_lock_is_a_part_of_the_common_one() -> None:
    common = dict(locks._entries((ROOT / "requirements.lock").read_text()))
    for service in SERVICES:
        lock = (ROOT / f"{service}-service" / "requirements.lock").read_text()
        names = {name for name, _ in locks._entries(lock)}
        assert names <= set(common), service
        assert "flask" in names
        assert ("tensorflow" in names) == (service == "forecast")


def test_locks_hold_hashes_and_no_addresses() -> None:
    for path in (ROOT / "requirements.lock", ROOT / "deploy" / "bootstrap.lock"):
        text = path.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_leaks_are_found(tmp_path: Path) -> None:
    (tmp_path / "requirements.lock").write_text("x @ " + "https" + "://example.com/x\n")
    (tmp_path / ".env").write_text("A=1\n")
    (tmp_path / "key.txt").write_text("-----BEGIN " + "PRIVATE KEY-----\n")
    (tmp_path / "fine.txt").write_text("nothing here\n")

    found = list(checks.leaks(tmp_path, ["requirements.lock", ".env", "key.txt", "fine.txt"]))

    assert [line.split(":")[0] for line in found] == ["requirements.lock", ".env", "key.txt"]


@pytest.mark.parametrize(
    ("output", "counts"),
    [
        ("noise 3 failed\n== 12 passed, 2 skipped in 3.21s ==", (12, 0, 2)),
        ("1 failed, 4 passed, 1 error in 0.50s", (4, 2, 0)),
        ("ℹ tests 9\nℹ pass 8\nℹ fail 1\nℹ skipped 0\n", (8, 1, 0)),
        ("it broke", (0, 0, 0)),
    ],
)
def test_closing_lines_are_counted(output: str, counts: tuple[int, int, int]) -> None:
    told = suites.count_tests(output)

    assert (told["passed"], told["failed"], told["skipped"]) == counts


def test_status_lines_tell_the_process() -> None:
    running = supervision.ProgramState("auth", "RUNNING", "pid 12, uptime 0:00:05")
    stopped = supervision.ProgramState("auth", "FATAL", "Exited too quickly")

    assert (running.process_id, stopped.process_id) == (12, None)


def test_every_service_stands_in_compose_and_in_the_runner(layout: Layout) -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    for program in all_programs(layout, SECRETS, "/usr/sbin/nginx"):
        assert f"\n  {program.name}:\n" in compose
    for service in SERVICES:
        assert f"\n  {service}-migrate:\n" in compose


def test_compose_names_the_serving_version_of_the_lock() -> None:
    entries = dict(locks._entries((ROOT / "requirements.lock").read_text()))
    version = entries["tensorflow-serving-api"].split("==")[1].split()[0]

    assert (
        f"tensorflow/serving:${{SERVING_TAG:-{version}}}"
        in (ROOT / "docker-compose.yml").read_text()
    )


def test_demo_user_is_the_published_one() -> None:
    assert DEMO_EMAIL == "demo@example.com"


def test_launcher_ends_the_forerunner_and_becomes_the_command(tmp_path: Path) -> None:
    sleeper = [sys.executable, "-c", "import time; print(1, flush=True); time.sleep(60)"]
    left = subprocess.Popen(sleeper, cwd=tmp_path, stdout=subprocess.PIPE)
    assert left.stdout is not None
    left.stdout.readline()
    launch = [sys.executable, "-I", "-S", str(ROOT / "deploy" / "local" / "launch.py")]

    command = [*launch, sys.executable, "-c", "print('here')"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout == "here\n"
    assert left.wait(timeout=10) != 0
    left.stdout.close()


def test_program_without_address_counts_as_ready() -> None:
    from local.readiness import is_ready

    assert is_ready(Program("x-worker", "x", ("true",)))
