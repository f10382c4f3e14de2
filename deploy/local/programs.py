"""Every process of the platform: its command, its environment and how to see that it is ready."""

from __future__ import annotations

import getpass
import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.errors import SetUpError
from local.layout import MODEL_NAME, SERVICES, SOURCE_FOLDERS, WORKERS, Layout

# Only neighbours that a service calls.
_NEIGHBOURS = {
    "auth": (),
    "ingest": ("auth", "forecast", "report"),
    "analytics": ("auth", "ingest"),
    "forecast": ("auth", "ingest", "analytics"),
    "report": ("auth", "ingest", "analytics", "forecast"),
}
_FONTS = "node_modules/@expo-google-fonts/noto-sans-sc"
_SOURCE_OF = {
    "auth": ("auth-service/src",),
    "ingest": ("ingest-service/src",),
    "analytics": ("analytics-service/src",),
    "forecast": ("forecast-service/src",),
    "report": ("report-service/src",),
    "serving": ("forecast-service/model-server/src",),
}
# One machine runs a dozen processes: libraries that would start a thread per core are held back,
# and one malloc arena per process keeps threads from multiplying the memory.
_FRUGAL = {
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "PYTHONUNBUFFERED": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "2",
    "CUDA_VISIBLE_DEVICES": "-1",
}


@dataclass(frozen=True, slots=True)
class Program:
    """One process that supervisor keeps running."""

    name: str
    service: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready_url: str | None = None
    priority: int = 500


def service_environment(layout: Layout, service: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """The variables of a service's processes, as its README documents them."""
    environment = {
        **_FRUGAL,
        "DATA_DIR": str(layout.service_dir(service)),
        "BIND": f"127.0.0.1:{layout.service_port(service)}",
        "WEB_CONCURRENCY": os.environ.get("WEB_CONCURRENCY", "1"),
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
        **{f"{name.upper()}_URL": layout.service_url(name) for name in _NEIGHBOURS[service]},
    }
    if service == "auth":
        optional = ("ADMIN_EMAIL", "ADMIN_PASSWORD", "COOKIE_SECURE")
        environment.update({name: secrets[name] for name in optional if secrets.get(name)})
        names = ("AUTH_PEPPER", "AUTH_KEY_ENCRYPTION_SECRET")
        environment.update({name: secrets[name] for name in names})
        clients = (f"{name.upper()}_CLIENT_SECRET" for name in SERVICES if name != "auth")
        environment.update({name: secrets[name] for name in clients})
    else:
        environment["SERVICE_CLIENT_SECRET"] = secrets[f"{service.upper()}_CLIENT_SECRET"]
    if service == "forecast":
        environment |= {
            "SERVING_REST_URL": f"http://127.0.0.1:{layout.serving_rest_port}",
            "SERVING_GRPC_ADDRESS": f"127.0.0.1:{layout.serving_grpc_port}",
            "MODELS_DIR": str(layout.models_dir),
            "MODEL_NAME": MODEL_NAME,
        }
    if service == "report":
        environment |= {
            "FONT_DIR": str(layout.frontend / _FONTS),
            "DOWNLOAD_REDIRECT": "/_reports/",
        }
    return environment


def source_fingerprint(layout: Layout, service: str) -> str:
    """A digest that changes when the code or the packages of a service do.

    It stands in the program's environment, so that supervisor restarts what has changed.
    """
    digest = hashlib.sha256((layout.root / "requirements.lock").read_bytes())
    for folder in (SOURCE_FOLDERS[0], *_SOURCE_OF[service]):
        for path in sorted((layout.root / folder).rglob("*.py")):
            told = path.stat()
            digest.update(f"{path}:{told.st_mtime_ns}:{told.st_size}".encode())
    return digest.hexdigest()[:16]


def _web(layout: Layout, service: str, environment: Mapping[str, str]) -> Program:
    gunicorn = ("-m", "gunicorn", "-c", "python:servicekit.gunicorn_conf")
    return Program(
        name=service,
        service=service,
        command=(str(layout.python), *gunicorn, f"{service}_service.wsgi:app"),
        environment=environment,
        ready_url=f"{layout.service_url(service)}/readyz",
    )


def _worker(layout: Layout, service: str, environment: Mapping[str, str]) -> Program:
    return Program(
        name=f"{service}-worker",
        service=service,
        command=(str(layout.python), "-m", f"{service}_service.worker"),
        # somebody waits for the web processes, then for charts of what was just imported: they go
        # first where the processor is short
        environment={**environment, "LAUNCH_NICE": "10" if service == "forecast" else "5"},
        priority=600,
    )


def _serving(layout: Layout) -> Program:
    flags = {
        "port": layout.serving_grpc_port,
        "rest_api_port": layout.serving_rest_port,
        "bind_address": "127.0.0.1",  # its ports ask for no sign-in
        "model_name": MODEL_NAME,
        "model_base_path": layout.models_dir / MODEL_NAME,
    }
    words = tuple(f"--{name}={value}" for name, value in flags.items())
    rest = f"http://127.0.0.1:{layout.serving_rest_port}"
    return Program(
        name="serving",
        service="serving",
        command=(str(layout.python), "-m", "model_server", *words),
        environment=_FRUGAL,
        ready_url=f"{rest}/v1/models/{MODEL_NAME}",
        priority=100,  # the slowest to start goes first
    )


def gateway_configuration(layout: Layout) -> str:
    """The gateway's nginx.conf for this copy.

    Raises:
        SetUpError: the template could not be rendered.
    """
    ports = [f"--service={name}={layout.service_port(name)}" for name in SERVICES]
    user = ["--user", getpass.getuser()] if os.geteuid() == 0 else []
    script = layout.root / "gateway" / "render.py"
    done = subprocess.run(
        [
            *(sys.executable, str(script), "local", "--frontend-dir", str(layout.frontend)),
            *("--host", layout.host, "--port", str(layout.port)),
            *("--run-dir", str(layout.run_dir / "gateway")),
            *("--reports-dir", str(layout.service_dir("report")), *ports, *user),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        message = f"gateway/render.py failed: {done.stderr.strip().splitlines()[-1]}"
        raise SetUpError(message)
    return done.stdout


def _gateway(layout: Layout, nginx: str, configuration: str) -> Program:
    folder = layout.run_dir / "gateway"
    return Program(
        name="gateway",
        service="gateway",
        command=(nginx, "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")),
        environment={"FINGERPRINT": hashlib.sha256(configuration.encode()).hexdigest()[:16]},
        ready_url=f"http://{_reachable(layout.host)}:{layout.port}/healthz",
        priority=50,
    )


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", ""} else host  # noqa: S104 - compared, not bound


def all_programs(layout: Layout, secrets: Mapping[str, str], nginx: str) -> list[Program]:
    """Every program of this copy, after writing the gateway's configuration.

    Raises:
        SetUpError: the gateway's configuration could not be made.
    """
    configuration = gateway_configuration(layout)
    folder = layout.run_dir / "gateway"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nginx.conf").write_text(configuration, encoding="utf-8")
    programs = [_gateway(layout, nginx, configuration), _serving(layout)]
    for service in SERVICES:
        environment = service_environment(layout, service, secrets)
        environment["FINGERPRINT"] = source_fingerprint(layout, service)
        programs.append(_web(layout, service, environment))
        if service in WORKERS:
            programs.append(_worker(layout, service, environment))
    return programs


def launcher(layout: Layout) -> tuple[str, ...]:
    """The words before each program's command: see launch.py."""
    script = Path(__file__).with_name("launch.py")
    return (str(layout.python), "-I", "-S", str(script))


def guard(layout: Layout, supervisor_command: tuple[str, ...]) -> Program:
    """The program that brings supervisor itself back."""
    script = Path(__file__).with_name("guard.py")
    work = str(layout.run_dir / "work")
    return Program(
        name="guard",
        service="guard",
        command=(str(layout.python), "-I", "-S", str(script), work, *supervisor_command),
        priority=1,
    )
