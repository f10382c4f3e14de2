from collections.abc import Iterator
from pathlib import Path

import pytest
from saved_models import write_half_plus_two, write_two_outputs
from server_process import ServerProcess, start_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """The models `hp` (version 123) and `two`, with metrics; tests only read from it."""
    folder = tmp_path_factory.mktemp("conformance")
    write_half_plus_two(folder / "hp" / "123")
    write_two_outputs(folder / "two" / "1")
    configuration = folder / "models.config"
    configuration.write_text(
        "model_config_list {"
        f' config {{ name: "hp" base_path: "{folder / "hp"}" model_platform: "tensorflow" }}'
        f' config {{ name: "two" base_path: "{folder / "two"}" model_platform: "tensorflow" }}'
        "}"
    )
    monitoring = folder / "monitoring.config"
    monitoring.write_text(
        'prometheus_config { enable: true path: "/monitoring/prometheus/metrics" }'
    )
    process = start_server(
        folder / "log.txt",
        f"--model_config_file={configuration}",
        f"--monitoring_config_file={monitoring}",
        "--enable_batching=true",
    )
    yield process
    process.stop()


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of its own for a test that changes models/hp, which has version 123."""
    write_half_plus_two(tmp_path / "models" / "hp" / "123")
    process = start_server(
        tmp_path / "log.txt", "--model_name=hp", f"--model_base_path={tmp_path / 'models' / 'hp'}"
    )
    yield process
    process.stop()
