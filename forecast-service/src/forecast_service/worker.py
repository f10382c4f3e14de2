"""The background process: follows the change feed, trains in a subprocess, clears old answers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine

from forecast_service.api.training import TRAIN_KIND
from forecast_service.app import SERVICE, utc_now
from forecast_service.clients.feed import FeedClient
from forecast_service.clients.model_folder import ModelFolder
from forecast_service.clients.trainer import SubprocessTrainer
from forecast_service.config import MIGRATIONS_DIR, Config
from forecast_service.domain.ports import Feed
from forecast_service.domain.training import Trainer, TrainingFailed
from forecast_service.store.read_model import SqlReadModelStore
from forecast_service.store.tables import jobs
from forecast_service.store.trainings import SqlTrainingRecords
from forecast_service.store.uow import SqlStore
from forecast_service.usecases.follow_feed import follow_feed
from forecast_service.usecases.train import train
from servicekit.jobs import JobContext, JobQueue, Periodic, PermanentJobError, Worker
from servicekit.logs import configure_logs, get_logger
from servicekit.service_tokens import ServiceTokens
from servicekit.sqlite import assert_at_head, open_engine

POLL_S = 0.5
MAX_POLL_S = 8.0
KEEP_ANSWERS = timedelta(days=400)
_HOUR_S = 3600.0
TRAIN_ATTEMPTS = 2


class FeedFollower:
    """Follows the change feed in a thread of its own, so that a training does not hold it up.

    A neighbour that does not answer is asked less and less often, at most every eight seconds.
    """

    def __init__(self, pull: Callable[[], bool]) -> None:
        self._pull = pull
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="change-feed", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the page under way."""
        self._stopping.set()
        self._thread.join(timeout=MAX_POLL_S)

    def _run(self) -> None:
        pause_s = POLL_S
        while not self._stopping.wait(pause_s):
            try:
                while self._pull() and not self._stopping.is_set():
                    pass
                pause_s = POLL_S
            except Exception as error:  # noqa: BLE001 - whatever it is, the feed is tried again
                get_logger().warning("feed_not_followed", error=type(error).__name__)
                pause_s = min(pause_s * 2, MAX_POLL_S)


def train_handler(*, trainer: Trainer, engine: Engine) -> Callable[[JobContext], None]:
    """The handler of training jobs."""
    records = SqlTrainingRecords(engine)

    def handle(context: JobContext) -> None:
        def progress(done: int, total: int, stage: str) -> None:
            context.progress(done=done, total=total, stage=stage)

        try:
            outcome = train(
                context.job.id, trainer=trainer, records=records, progress=progress, now=utc_now
            )
        except TrainingFailed as error:
            raise PermanentJobError("training-failed", str(error)) from error
        get_logger().info("training_finished", promoted=outcome.promoted)

    return handle


def build_worker(config: Config, engine: Engine) -> Worker:
    """The worker for training jobs and housekeeping."""
    store = SqlStore(engine)

    def clear_old_answers() -> None:
        store.delete_answers_before(utc_now() - KEEP_ANSWERS)

    trainer = SubprocessTrainer(ModelFolder(config.model_dir))
    return Worker(
        JobQueue(engine, jobs, utc_now),
        {TRAIN_KIND: train_handler(trainer=trainer, engine=engine)},
        periodic=[Periodic(every_s=_HOUR_S, run=clear_old_answers)],
        heartbeat_path=config.heartbeat_path,
        max_attempts=TRAIN_ATTEMPTS,
    )


def build_follower(feed: Feed, engine: Engine) -> FeedFollower:
    """The follower of the change feed."""
    read_model = SqlReadModelStore(engine)
    return FeedFollower(lambda: follow_feed(feed, read_model))


def main() -> None:
    """Run until told to stop."""
    config = Config.from_env()
    configure_logs(service=f"{SERVICE}-worker", level=config.log_level)
    engine = open_engine(config.database_path)
    assert_at_head(engine, MIGRATIONS_DIR)
    tokens = ServiceTokens(
        auth_url=config.auth_url, client_id=SERVICE, client_secret=config.client_secret
    )
    follower = build_follower(FeedClient(config.ingest_url, tokens=tokens), engine)
    follower.start()
    try:
        build_worker(config, engine).run_forever()
    finally:
        follower.stop()


if __name__ == "__main__":
    main()
