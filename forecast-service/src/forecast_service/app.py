"""The only place that wires the service together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import Engine

from forecast_service.api.errors import PROBLEMS
from forecast_service.api.predictions import predictions_blueprint
from forecast_service.api.training import TRAIN_KIND, TrainingDesk, training_blueprint
from forecast_service.clients.model_folder import ModelFolder
from forecast_service.clients.serving import ServingClient, label_of
from forecast_service.config import MIGRATIONS_DIR, Config
from forecast_service.domain.ports import Clock, ModelVersion
from forecast_service.store.read_model import SqlReadModelStore
from forecast_service.store.tables import idempotency_keys, jobs
from forecast_service.store.trainings import SqlTrainingRecords
from forecast_service.store.uow import SqlStore
from forecast_service.usecases.predict import Forecaster
from servicekit.freshness import Freshness
from servicekit.idempotency import IdempotencyStore
from servicekit.identity import JwksCache, KeySource
from servicekit.jobs import JobQueue, JobState
from servicekit.money import exponent
from servicekit.sqlite import assert_at_head, open_engine, write_transaction
from servicekit.web import create_base_app

SERVICE = "forecast"
_JWKS_PATH = "/auth/.well-known/jwks.json"


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def minor_per_major(currency: str) -> int:
    """How many minor units make one major unit: 100 for CNY, 1 for JPY."""
    return int(10 ** exponent(currency))


def create_app(
    config: Config,
    *,
    clock: Clock = utc_now,
    jwks: KeySource | None = None,
    serving: ServingClient | None = None,
) -> Flask:
    """The web application.

    Raises:
        DatabaseNotMigrated: the database is not at the newest revision.
    """
    engine = open_engine(config.database_path)
    assert_at_head(engine, MIGRATIONS_DIR)
    model = serving or ServingClient(config.serving_rest_url, model_name=config.model_name)
    app, api = create_base_app(
        __package__ or "forecast_service",
        service=SERVICE,
        mapping=PROBLEMS,
        jwks=jwks or JwksCache(config.auth_url + _JWKS_PATH),
        issuer=config.token_issuer,
        audience=config.token_audience,
        readiness={"database": lambda: assert_at_head(engine, MIGRATIONS_DIR)},
        title="Forecast service",
    )
    read_model = SqlReadModelStore(engine)
    forecaster = Forecaster(
        store=SqlStore(engine), model=model, clock=clock, minor_per_major=minor_per_major
    )
    api.register_blueprint(
        predictions_blueprint(forecaster, Freshness(lambda: read_model.cursor().seq))
    )
    desk = TrainingDesk(
        jobs=_QueuedTrainings(engine, JobQueue(engine, jobs, clock)),
        records=SqlTrainingRecords(engine),
        versions=known_versions(model, ModelFolder(config.model_dir)),
        model_name=config.model_name,
        idempotency=IdempotencyStore(engine, idempotency_keys, clock),
    )
    api.register_blueprint(training_blueprint(desk))
    return app


def known_versions(
    model: ServingClient, folder: ModelFolder
) -> Callable[[], Sequence[ModelVersion]]:
    """A function that lists the served versions, newest first, with what their folders tell."""

    def versions() -> Sequence[ModelVersion]:
        served = model.versions()
        return [
            ModelVersion(
                version=version,
                state=state,
                label=label_of(version, versions=served),
                created_at=folder.created_at(version),
                metrics=folder.metrics(version) or None,
            )
            for version, state in sorted(served, key=lambda entry: -int(entry[0]))
        ]

    return versions


class _QueuedTrainings:
    """Training jobs in the service's queue; one unfinished training at a time."""

    def __init__(self, engine: Engine, queue: JobQueue) -> None:
        self._engine = engine
        self._queue = queue

    def request(self, *, owner_id: str) -> int:
        with write_transaction(self._engine) as connection:
            return self._queue.enqueue(
                connection, kind=TRAIN_KIND, owner_id=owner_id, payload={}, dedupe_key=TRAIN_KIND
            )

    def get(self, job_id: int) -> JobState | None:
        return self._queue.get(job_id)
