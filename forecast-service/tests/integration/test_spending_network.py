"""The network in TensorFlow, and the shipped version through the model server.

Both need the training libraries, and TensorFlow alone takes seconds to import: one module, so that
it is imported once.
"""

import json
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from preprocessing_reference import as_arrays, reference_features

from forecast_service.config import BASELINE_DIR
from forecast_service.domain.calendar_features import CALENDAR_FEATURES

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what TensorFlow's own imports warn of is not ours to mend
    tf = pytest.importorskip("tensorflow")
    from forecast_service.training.features import STATISTIC_COUNT, window_features
    from forecast_service.training.fitting import fit_network
    from forecast_service.training.network import SpendingModel, build_network
    from forecast_service.training.sampling import SeriesPool
    from forecast_service.training.versions import (
        load_forecaster,
        new_version,
        save_model,
        write_description,
    )

pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore")]
SHIPPED = BASELINE_DIR / "spending"
NAMES = ("daily_quantiles", "daily_mean", "total_quantiles", "total_mean")
CALENDAR = np.zeros((28, len(CALENDAR_FEATURES)), np.float32)
Outputs = dict[str, np.ndarray]


def masks(rng: np.random.Generator, rows: int) -> np.ndarray:
    known = rng.integers(14, 113, size=rows)
    return (np.arange(112) >= 112 - known[:, None]).astype(np.float32)


def histories(rng: np.random.Generator, rows: int) -> np.ndarray:
    spent = rng.gamma(0.5, 80.0, (rows, 112)) * (rng.random((rows, 112)) < 0.6)
    return np.round(spent, 2).astype(np.float32)


@tf.function(input_signature=[tf.TensorSpec([None, 112], tf.float32)] * 2)
def compiled_features(history: object, mask: object) -> object:
    return window_features(history, mask)


def assert_features(history: np.ndarray, mask: np.ndarray) -> None:
    features = compiled_features(tf.constant(history), tf.constant(mask))
    for row in range(len(history)):
        expected = as_arrays(reference_features(history[row].tolist(), mask[row].tolist()))
        for name, value in expected.items():
            actual = getattr(features, name).numpy()[row]
            assert actual == pytest.approx(value, rel=2e-4, abs=2e-4), name


def test_features_equal_an_independent_reference() -> None:
    rng = np.random.default_rng(1)
    history, mask = histories(rng, 40), masks(rng, 40)

    assert_features(history * mask, mask)
    assert window_features(history, mask).statistics.shape == (40, STATISTIC_COUNT)


@given(st.integers(0, 2**32 - 1), st.integers(14, 112), st.floats(0.02, 1.0))
@settings(max_examples=25)
def test_features_equal_the_reference_for_any_density(seed: int, known: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    spent = rng.lognormal(3, 1.5, (1, 112)) * (rng.random((1, 112)) < share)
    mask = (np.arange(112) >= 112 - known).astype(np.float32)[None]

    assert_features((spent * mask).astype(np.float32), mask)


def test_unknown_and_negative_days_count_as_nothing() -> None:
    rng = np.random.default_rng(2)
    history, mask = histories(rng, 5), masks(rng, 5)
    dirty = np.where(mask > 0, np.where(history > 0, history, -9.0), np.nan).astype(np.float32)

    clean, careless = window_features(history, mask), window_features(dirty, mask)

    for name, value in clean._asdict().items():
        assert np.array_equal(value, getattr(careless, name)), name


@pytest.fixture(scope="module")
def small_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version of two members, one of them after a few steps."""
    rng = np.random.default_rng(3)
    spending = histories(rng, 30 * 4).reshape(30, -1)[:, :365]
    calendar = np.zeros((365, len(CALENDAR_FEATURES)), np.float32)
    pools = [SeriesPool(spending, calendar, last_day=365, share=1.0)]
    losses: list[float] = []
    trained = fit_network(pools, seed=1, steps=100, progress=lambda _, loss: losses.append(loss))
    networks = [trained, build_network(calendar_count=len(CALENDAR_FEATURES), seed=2)]
    assert len(losses) == 1
    assert np.isfinite(losses[0])
    folder = tmp_path_factory.mktemp("models") / "1"
    with new_version(folder) as unfinished:
        save_model(networks, unfinished)
        write_description(unfinished, {"metrics": {}})
    model = SpendingModel(networks, calendar_count=len(CALENDAR_FEATURES))
    history, mask = histories(rng, 3), masks(rng, 3)
    direct = model.forecast(*(tf.constant(part) for part in (history, mask, repeated(3))))
    loaded = load_forecaster(folder)(history, mask, repeated(3))
    assert np.allclose(direct["total_mean"], loaded.total_mean, rtol=1e-5)
    return folder


def repeated(rows: int) -> np.ndarray:
    return np.repeat(CALENDAR[None], rows, axis=0)


def test_a_version_describes_itself(small_version: Path) -> None:
    description = json.loads((small_version / "preprocessing.json").read_text())

    assert description["format"] == 1
    assert (description["window_days"], description["horizon_days"]) == (112, 28)
    assert description["calendar_features"] == list(CALENDAR_FEATURES)
    assert description["quantiles"] == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert [path.name for path in small_version.parent.iterdir()] == ["1"]


def test_a_version_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    def fail() -> None:
        with new_version(tmp_path / "1") as unfinished:
            unfinished.mkdir()
            (unfinished / "saved_model.pb").write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []

    (tmp_path / "1").mkdir()
    with pytest.raises(FileExistsError), new_version(tmp_path / "1"):
        pass


class Server:
    """The model server as a process, with the shipped version and the small one."""

    def __init__(self, url: str) -> None:
        self.url = url

    def predict(self, history: np.ndarray, mask: np.ndarray, model: str = "spending") -> Outputs:
        rows = len(history)
        inputs = {
            "history": history.tolist(),
            "mask": mask.tolist(),
            "calendar": repeated(rows).tolist(),
        }
        path = f"{self.url}/v1/models/{model}:predict"
        answer = requests.post(path, json={"inputs": inputs}, timeout=60)
        assert answer.status_code == 200, answer.text[:500]
        return {name: np.asarray(answer.json()["outputs"][name]) for name in NAMES}


@pytest.fixture(scope="module")
def server(small_version: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    paths = {"spending": SHIPPED, "small": small_version.parent}
    (folder / "models.config").write_text(
        "model_config_list {"
        + "".join(f'config {{ name: "{n}" base_path: "{p}" }}' for n, p in paths.items())
        + "}"
    )
    ports = [free_port(), free_port()]
    command = [
        *(sys.executable, "-m", "model_server", "--bind_address=127.0.0.1"),
        *(f"--port={ports[0]}", f"--rest_api_port={ports[1]}"),
        f"--model_config_file={folder / 'models.config'}",
    ]
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    while process.poll() is None and not listens(ports[1]):
        time.sleep(0.02)  # between two knocks at another process
    yield Server(f"http://127.0.0.1:{ports[1]}")
    process.terminate()
    assert process.wait(timeout=60) == 0, (folder / "log.txt").read_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("model", ["spending", "small"])
def test_the_server_answers_as_the_saved_folder_does(
    server: Server, small_version: Path, model: str
) -> None:
    folder = SHIPPED / "1" if model == "spending" else small_version
    rng = np.random.default_rng(4)
    history, mask = histories(rng, 20), masks(rng, 20)

    expected = load_forecaster(folder)(history, mask, repeated(20))
    answered = server.predict(history, mask, model)

    for name in NAMES:
        assert answered[name] == pytest.approx(getattr(expected, name), rel=1e-4, abs=1e-3), name


def assert_sound(outputs: Outputs, rows: int) -> None:
    assert [outputs[name].shape for name in NAMES] == [
        (rows, 28, 9),
        (rows, 28),
        (rows, 9),
        (rows,),
    ]
    for name, values in outputs.items():
        assert np.isfinite(values).all(), name
        assert values.min() >= 0, name
    for name in ("daily_quantiles", "total_quantiles"):
        assert (np.diff(outputs[name], axis=-1) >= 0).all(), name


@pytest.mark.parametrize("scale", [1e-20, 1e-6, 1.0, 1e9, 1e30])
def test_outputs_are_ordered_finite_and_never_negative(server: Server, scale: float) -> None:
    rng = np.random.default_rng(5)
    history = histories(rng, 30) * np.float32(scale)
    history[:3] = 0
    history[3, :-1] = 0  # a single purchase, yesterday
    mask = masks(rng, 30)
    mask[3:6] = 1
    mask[6:9] = (np.arange(112) >= 98).astype(np.float32)  # 14 days

    assert_sound(server.predict(history, mask), 30)


def test_no_spending_and_no_known_day_forecast_nothing(server: Server) -> None:
    nothing = np.zeros((2, 112), np.float32)
    mask = np.stack([np.ones(112), np.zeros(112)]).astype(np.float32)

    outputs = server.predict(nothing, mask)

    assert_sound(outputs, 2)
    assert not any(values.any() for values in outputs.values())


@pytest.mark.parametrize("factor", [0.01, 100.0, 2.0**20])
def test_another_currency_gives_the_same_forecast(server: Server, factor: float) -> None:
    rng = np.random.default_rng(6)
    history, mask = histories(rng, 20), masks(rng, 20)

    plain = server.predict(history, mask)
    converted = server.predict((history * factor).astype(np.float32), mask)

    for name in NAMES:
        expected = plain[name] * factor
        tolerance = 1e-3 * expected.max()
        assert converted[name] == pytest.approx(expected, rel=1e-3, abs=tolerance), name


def test_rows_do_not_influence_one_another(server: Server) -> None:
    rng = np.random.default_rng(7)
    history, mask = histories(rng, 5), masks(rng, 5)

    together = server.predict(history, mask)
    alone = server.predict(history[2:3], mask[2:3])

    for name in NAMES:
        assert alone[name][0] == pytest.approx(together[name][2], rel=1e-4, abs=1e-3), name


def test_a_steady_spender_is_forecast_near_the_usual_level(server: Server) -> None:
    history = np.full((1, 112), 50.0, np.float32)
    history += np.random.default_rng(8).normal(0, 10, history.shape).astype(np.float32)

    outputs = server.predict(history, np.ones_like(history))

    low, high = outputs["total_quantiles"][0, [0, -1]]
    assert low < 28 * 50 < high
    assert outputs["total_mean"][0] == pytest.approx(28 * 50, rel=0.15)


def test_the_shipped_version_states_its_figures_on_households_it_never_saw() -> None:
    description = json.loads((SHIPPED / "1" / "preprocessing.json").read_text())

    figures = description["metrics"]

    assert figures["chosen_by"] == "household_id % 5 == 0"
    assert figures["network"]["wql_days"] < figures["weekday_climatology"]["wql_days"]
    assert figures["network"]["wql_total"] < figures["weekday_climatology"]["wql_total"]
    assert 0.76 <= figures["network"]["cov80_total"] <= 0.84
    assert description["calendar_features"] == list(CALENDAR_FEATURES)
