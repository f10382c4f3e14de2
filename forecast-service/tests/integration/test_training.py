import json
import sys
import threading
from pathlib import Path

import pytest
from conftest import Api, Clock
from sqlalchemy import Engine

from forecast_service.api.training import TRAIN_KIND
from forecast_service.clients.model_folder import ModelFolder
from forecast_service.clients.trainer import SubprocessTrainer
from forecast_service.config import Config
from forecast_service.store.tables import jobs
from forecast_service.worker import build_follower, train_handler
from servicekit.contracts import assert_matches_contract
from servicekit.jobs import JobQueue, Worker

COMMAND = """
import json, pathlib, sys
out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1]) / "1"
print("seed 1: step 5 of 10, loss 0.5", file=sys.stderr)
loss = {loss}
if loss is None:
    sys.exit("No module named 'tensorflow'")
out.mkdir()
(out / "saved_model.pb").write_bytes(b"x")
metrics = {{"metrics": {{"network": {{"wql_total": loss}}}}}}
(out / "preprocessing.json").write_text(json.dumps(metrics))
"""


def run_training(config: Config, engine: Engine, *, loss: float | None) -> None:
    trainer = SubprocessTrainer(
        ModelFolder(config.model_dir),
        command=(sys.executable, "-c", COMMAND.format(loss=loss)),
        seeds=1,
    )
    handler = train_handler(trainer=trainer, engine=engine)
    Worker(JobQueue(engine, jobs, Clock()), {TRAIN_KIND: handler}).run_once()


def served_version(config: Config, version: str, *, loss: float) -> None:
    folder = config.model_dir / version
    folder.mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"x")
    description = {"metrics": {"network": {"wql_total": loss, "note": "text"}}}
    (folder / "preprocessing.json").write_text(json.dumps(description))


def test_only_an_administrator_may_train(api: Api) -> None:
    assert api.post("/forecast/train").status_code == 403


def test_a_training_is_taken_on_once(api: Api) -> None:
    first = api.post("/forecast/train", role="admin")
    second = api.post("/forecast/train", role="admin")

    assert first.status_code == 202
    assert_matches_contract(first.get_json(), "forecast/train")
    assert first.headers["Location"] == first.get_json()["location"]
    assert second.get_json() == first.get_json()


def test_the_same_idempotency_key_gets_the_same_answer(
    api: Api, config: Config, engine: Engine
) -> None:
    key = {"Idempotency-Key": "once"}
    first = api.post("/forecast/train", role="admin", **key)
    run_training(config, engine, loss=0.3)

    assert api.post("/forecast/train", role="admin", **key).get_json() == first.get_json()


def test_a_whole_version_appears_and_the_job_tells_its_figures(
    api: Api, config: Config, engine: Engine
) -> None:
    served_version(config, "1", loss=0.30)
    job = api.post("/forecast/train", role="admin").get_json()

    run_training(config, engine, loss=0.29)

    told = api.get(job["location"], role="admin").get_json()
    assert_matches_contract(told, "forecast/job")
    assert (told["status"], told["promoted"]) == ("succeeded", True)
    assert told["metrics"] == {"wql_total": 0.29}
    assert sorted(entry.name for entry in config.model_dir.iterdir()) == ["1", "2"]


def test_a_worse_version_does_not_serve_and_the_job_says_why(
    api: Api, config: Config, engine: Engine
) -> None:
    served_version(config, "1", loss=0.30)
    job = api.post("/forecast/train", role="admin").get_json()

    run_training(config, engine, loss=0.31)

    told = api.get(job["location"], role="admin").get_json()
    assert told["promoted"] is False
    assert "0.3100 is above" in told["reason"]
    assert [entry.name for entry in config.model_dir.iterdir()] == ["1"]


def test_a_failed_training_leaves_nothing_and_says_why(
    api: Api, config: Config, engine: Engine
) -> None:
    job = api.post("/forecast/train", role="admin").get_json()

    run_training(config, engine, loss=None)

    told = api.get(job["location"], role="admin").get_json()
    assert told["status"] == "failed"
    assert "no training libraries" in told["reason"]
    assert list(config.model_dir.iterdir()) == []


def test_another_users_job_is_not_found(api: Api) -> None:
    job = api.post("/forecast/train", role="admin").get_json()

    assert api.get(job["location"], owner="2").status_code == 404
    assert api.get("/forecast/jobs/99", role="admin").status_code == 404


def test_models_lists_what_is_served(api: Api, config: Config) -> None:
    served_version(config, "1", loss=0.29)

    answer = api.get("/forecast/models").get_json()

    assert_matches_contract(answer, "forecast/models")
    assert answer["items"][0]["label"] == "stable"
    assert answer["items"][0]["metrics"] == {"wql_total": 0.29}


def test_the_baseline_is_installed_once_and_whole(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "variables").mkdir(parents=True)
    (source / "saved_model.pb").write_bytes(b"x")
    folder = ModelFolder(tmp_path / "models" / "spending")

    assert folder.install(source, version="1") is True
    assert folder.install(source, version="1") is False
    assert [entry.name for entry in folder.path.iterdir()] == ["1"]


def test_a_missing_source_installs_nothing(tmp_path: Path) -> None:
    folder = ModelFolder(tmp_path / "models")

    with pytest.raises(FileNotFoundError):
        folder.install(tmp_path / "nowhere", version="1")

    assert folder.versions() == []


def test_the_follower_outlives_a_feed_that_fails(engine: Engine) -> None:
    asked = threading.Event()

    class DeadFeed:
        def page(self, **_where: int) -> object:
            asked.set()
            raise ConnectionError

    follower = build_follower(DeadFeed(), engine)  # type: ignore[arg-type]
    follower.start()

    assert asked.wait(timeout=10)
    follower.stop()
