"""The shipped baseline on the project's own model server, asked as in production."""

import importlib.util
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from forecast_service.clients.model_folder import ModelFolder
from forecast_service.clients.serving import ServingClient
from forecast_service.config import BASELINE_DIR
from forecast_service.domain.calendar_features import calendar_features
from forecast_service.domain.climatology import climatology
from forecast_service.domain.ports import ModelInput
from forecast_service.domain.series import DailySeries, Window

BASELINE = BASELINE_DIR / "spending" / "1"
ORIGIN = date(2024, 6, 1)

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        importlib.util.find_spec("tensorflow") is None or not BASELINE.is_dir(),
        reason="needs TensorFlow and the baseline",
    ),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServingClient]:
    folder = ModelFolder(tmp_path_factory.mktemp("models") / "spending")
    folder.install(BASELINE, version="1")
    rest = free_port()
    command = (
        sys.executable, "-m", "model_server", f"--port={free_port()}", f"--rest_api_port={rest}",
        "--model_name=spending", f"--model_base_path={folder.path}",
    )  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert any("REST on port" in line for line in process.stderr), "the server did not start"
        yield ServingClient(f"http://127.0.0.1:{rest}", model_name="spending")
        process.terminate()
        process.stderr.read()


def household(seed: int, *, scale: float = 1.0) -> Window:
    rng = np.random.default_rng(seed)
    amounts = rng.gamma(1.2, 80.0, 112) * (rng.random(112) < 0.8) * scale
    return DailySeries(first_day=ORIGIN - timedelta(days=112), amounts=amounts).window(ORIGIN)


def model_input(window: Window) -> ModelInput:
    return ModelInput(window.amounts, window.mask, calendar_features(ORIGIN, 28))


def test_the_baseline_answers_every_row_in_order(serving: ServingClient) -> None:
    windows = [household(seed) for seed in range(4)]

    version = serving.current_version()
    blocks = serving.predict([model_input(window) for window in windows], version=version)

    assert version == "1"
    assert len(blocks) == 4
    for block, window in zip(blocks, windows, strict=True):
        assert (np.diff(block.daily_quantiles, axis=1) >= 0).all()
        assert (np.diff(block.total_quantiles) >= 0).all()
        own = climatology(window).total_mean
        assert 0.5 * own < block.total_mean < 2.0 * own


def test_the_baseline_does_not_care_for_the_currencys_size(serving: ServingClient) -> None:
    yuan, fen = serving.predict(
        [model_input(household(9)), model_input(household(9, scale=100.0))], version="1"
    )

    assert fen.total_mean == pytest.approx(100 * yuan.total_mean, rel=1e-3)
    assert fen.total_quantiles == pytest.approx(100 * yuan.total_quantiles, rel=1e-3)
