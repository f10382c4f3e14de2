"""Where everything stands: folders, ports and addresses of one copy of the platform."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.errors import SetUpError

SERVICES = ("auth", "ingest", "analytics", "forecast", "report")
WORKERS = ("ingest", "analytics", "forecast", "report")
MODEL_NAME = "spending"

SOURCE_FOLDERS = (
    "libs/servicekit/src",
    "auth-service/src",
    "ingest-service/src",
    "analytics-service/src",
    "forecast-service/src",
    "forecast-service/model-server/src",
    "report-service/src",
    "deploy",
)

_HIGHEST_PORT = 65535
# sun_path holds 108 bytes, and supervisor appends its process id while it binds
_SOCKET_PATH_LIMIT = 90


@dataclass(frozen=True, slots=True)
class Layout:
    """One copy of the platform: the checkout, its data folder and its ports."""

    root: Path
    data_dir: Path
    host: str
    port: int

    @property
    def _port_base(self) -> int:
        return 20000 + (self.port % 1200) * 10

    def service_port(self, service: str) -> int:
        """The loopback port of a service's web process."""
        return self._port_base + 1 + SERVICES.index(service)

    def service_url(self, service: str) -> str:
        """The address that neighbours call a service by."""
        return f"http://127.0.0.1:{self.service_port(service)}"

    @property
    def serving_rest_port(self) -> int:
        """The model server's REST port."""
        return self._port_base + 6

    @property
    def serving_grpc_port(self) -> int:
        """The model server's gRPC port."""
        return self._port_base + 7

    @property
    def url(self) -> str:
        """The address that a person opens."""
        host = "localhost" if self.host in {"127.0.0.1", "0.0.0.0"} else self.host  # noqa: S104
        return f"http://{host}:{self.port}"

    @property
    def ports(self) -> Mapping[int, str]:
        """Every port that this copy listens on, and who does."""
        own = {self.service_port(service): service for service in SERVICES}
        serving = {self.serving_rest_port: "serving", self.serving_grpc_port: "serving"}
        return {self.port: "gateway", **own, **serving}

    @property
    def venv(self) -> Path:
        """The Python environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.venv / "bin" / "python"

    @property
    def env_file(self) -> Path:
        """The file of secrets."""
        return self.root / ".env"

    @property
    def frontend(self) -> Path:
        """The front end's folder."""
        return self.root / "frontend"

    @property
    def run_dir(self) -> Path:
        """What only a running copy needs: configuration, pid files, sockets."""
        return self.data_dir / "run"

    @property
    def log_dir(self) -> Path:
        """The logs, one file per program."""
        return self.data_dir / "log"

    @property
    def models_dir(self) -> Path:
        """The folder that the model server watches."""
        return self.data_dir / "models"

    def service_dir(self, service: str) -> Path:
        """The folder that one service keeps its data in."""
        return self.data_dir / service

    def working_dir(self, program: str) -> Path:
        """The working folder of one program; it also tells whose child a process is."""
        return self.run_dir / "work" / program

    @property
    def supervisor_socket(self) -> Path:
        """The socket of this copy's supervisor, on a path short enough for the system."""
        wanted = self.run_dir / "supervisor.sock"
        if len(os.fsencode(wanted)) <= _SOCKET_PATH_LIMIT:
            return wanted
        digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"platform-{os.getuid()}-{digest}.sock"

    def make_folders(self) -> None:
        """Makes the folders that every program expects.

        Raises:
            SetUpError: the data folder cannot be written.
        """
        folders = [self.run_dir / "work", self.log_dir, self.models_dir]
        folders += [self.service_dir(service) for service in SERVICES]
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            self.data_dir.chmod(0o700)
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"the data folder {self.data_dir} cannot be written ({error.strerror})"
            raise SetUpError(message) from error


def layout_from_environment(environment: Mapping[str, str] = os.environ) -> Layout:
    """The layout that PORT, LISTEN and DATA_DIR choose.

    Raises:
        SetUpError: PORT is no usable port.
    """
    root = Path(__file__).resolve().parents[2]
    port = environment.get("PORT") or "8080"
    if not port.isdigit() or not 0 < int(port) <= _HIGHEST_PORT:
        message = f"PORT must be a number from 1 to {_HIGHEST_PORT}, not {port!r}"
        raise SetUpError(message)
    data_dir = root / (environment.get("DATA_DIR") or "var")  # an absolute path replaces the root
    return Layout(
        root=root,
        data_dir=Path(os.path.normpath(data_dir.expanduser())),
        host=environment.get("LISTEN") or "127.0.0.1",
        port=int(port),
    )
