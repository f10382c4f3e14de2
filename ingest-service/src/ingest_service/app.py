"""The only place that wires things together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine

from ingest_service.api import (
    categories,
    changes,
    expenses,
    exports,
    guesses,
    imports,
    links,
    mappings,
    rules,
)
from ingest_service.api.context import Parts
from ingest_service.api.errors import PROBLEMS
from ingest_service.clients.forecast import ForecastClient
from ingest_service.clients.own_token import OwnTokens
from ingest_service.clients.report import ReportClient
from ingest_service.config import Config
from ingest_service.domain.places import Locator
from ingest_service.store import tables
from ingest_service.store.database import SqliteDatabase
from ingest_service.store.export_files import ExportFolder
from ingest_service.store.feed import Feed
from ingest_service.store.files import UploadFolder
from ingest_service.store.workbook_children import WorkbookChildren
from ingest_service.training.shipped import shipped_model
from ingest_service.usecases import uploads as usecases
from ingest_service.usecases.given_up import give_up_import
from ingest_service.usecases.guesses import CLASSIFY_JOB
from ingest_service.usecases.learning import LEARN_JOB, LearningTools, learn_categories
from ingest_service.usecases.locating import locate_rows
from servicekit.idempotency import IdempotencyStore
from servicekit.identity import JwksCache, KeySource
from servicekit.jobs import Job, JobContext, JobQueue, Periodic, Worker
from servicekit.money import exponent
from servicekit.outbound import ServiceClient
from servicekit.service_tokens import ServiceTokens
from servicekit.sqlite import assert_at_head, open_engine
from servicekit.web import create_base_app

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_SWEEP_EVERY_S = 3600.0
_LOCATE_EVERY_S = 1.0
_ORPHAN_AGE_S = 3600.0
SERVICE = "ingest"
# To connect, and to answer a page of a list.
_NEIGHBOUR_TIMEOUT_S = (2.0, 10.0)
_JWKS_PATH = "/auth/.well-known/jwks.json"
_RESOURCES = (
    imports, mappings, expenses, categories, rules, guesses, links, exports, changes,
)  # fmt: skip
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(tz=UTC)


def create_app(
    config: Config,
    *,
    clock: Clock = utc_now,
    jwks: KeySource | None = None,
    engine: Engine | None = None,
) -> Flask:
    """The web application; refuses to start on a database that is not migrated."""
    engine = engine or open_engine(config.database_path)
    assert_at_head(engine, MIGRATIONS)
    app, api = create_base_app(
        "ingest_service",
        service=SERVICE,
        mapping=PROBLEMS,
        jwks=jwks or JwksCache(config.auth_url + _JWKS_PATH),
        issuer=config.token_issuer,
        audience=config.token_audience,
        readiness={"database": lambda: assert_at_head(engine, MIGRATIONS)},
        title="Ingest",
    )
    app.request_class = imports.UploadRequest
    app.before_request(imports.allow_large_uploads)
    app.extensions["ingest"] = Parts(
        database=SqliteDatabase(
            engine, JobQueue(engine, tables.jobs, clock), temporary_dir=config.temporary_dir
        ),
        uploads=UploadFolder(config.uploads_dir),
        feed=Feed(engine),
        idempotency=IdempotencyStore(engine, tables.idempotency_keys, clock),
        clock=clock,
        max_upload_bytes=config.max_upload_bytes,
        exports=ExportFolder(config.temporary_dir),
        workbooks=WorkbookChildren(config.database_path, config.temporary_dir),
        export_link_s=config.export_link_seconds,
        lists={
            "forecasts": ForecastClient(_neighbour("forecast", config.forecast_url)),
            "reports": ReportClient(_neighbour("report", config.report_url)),
        },
        own_bearer=OwnTokens(
            ServiceTokens(
                auth_url=config.auth_url,
                client_id=SERVICE,
                client_secret=config.client_secret,
            )
        ).bearer,
        shipped_model=shipped_model,
    )
    for resource in _RESOURCES:
        api.register_blueprint(resource.blp)
    return app


def _neighbour(name: str, url: str) -> ServiceClient | None:
    return ServiceClient(url, name=name, timeout_s=_NEIGHBOUR_TIMEOUT_S, retries=1) if url else None


def create_worker(
    config: Config, *, clock: Clock = utc_now, engine: Engine | None = None, **options: float
) -> Worker:
    """The background process; options go to servicekit's Worker."""
    engine = engine or open_engine(config.database_path)
    assert_at_head(engine, MIGRATIONS)
    return _worker(config, engine, clock, options)


def _worker(config: Config, engine: Engine, clock: Clock, options: dict[str, float]) -> Worker:
    # pandas comes with this import; the web process must never load it.
    from ingest_service.training.personal import learn
    from ingest_service.usecases.classify import classify
    from ingest_service.usecases.run_import import ImportTools, run_import

    queue = JobQueue(engine, tables.jobs, clock)
    database = SqliteDatabase(engine, queue, temporary_dir=config.temporary_dir)
    folder = UploadFolder(config.uploads_dir)

    def seconds() -> int:
        return int(clock().timestamp())

    places = _places(config)
    tools = ImportTools(database, folder, exponent, seconds, shipped_model, places)

    def import_statement(context: JobContext) -> None:
        run_import(
            tools,
            user_id=int(context.job.owner_id),
            import_id=int(context.job.payload["import_id"]),
            reporter=context,
        )

    def undo_import(context: JobContext) -> None:
        usecases.undo_import(
            database,
            user_id=int(context.job.owner_id),
            import_id=int(context.job.payload["import_id"]),
            now=seconds(),
        )

    learning = LearningTools(database, shipped_model, learn, seconds)

    def learn_of_corrections(context: JobContext) -> None:
        while learn_categories(learning, user_id=int(context.job.owner_id)):
            context.check()

    def classify_rows(context: JobContext) -> None:
        found = classify(
            database,
            shipped_model,
            user_id=int(context.job.owner_id),
            dry_run=bool(context.job.payload["dry_run"]),
        )
        context.progress(done=found.decided, total=found.open_rows, stage="decided")

    def give_up(job: Job, code: str) -> None:
        if job.kind == usecases.IMPORT_JOB:
            give_up_import(
                database,
                folder,
                code=code,
                user_id=int(job.owner_id),
                import_id=int(job.payload["import_id"]),
                now=seconds(),
            )

    def sweep() -> None:
        database.sweep()
        usecases.sweep_uploads(database, folder, older_than_s=_ORPHAN_AGE_S)

    return Worker(
        queue,
        {
            usecases.IMPORT_JOB: import_statement,
            usecases.UNDO_JOB: undo_import,
            LEARN_JOB: learn_of_corrections,
            CLASSIFY_JOB: classify_rows,
        },
        periodic=[
            Periodic(_SWEEP_EVERY_S, sweep),
            Periodic(_LOCATE_EVERY_S, _locating(database, places)),
        ],
        heartbeat_path=config.heartbeat_path,
        on_failed=give_up,
        **options,  # type: ignore[arg-type] # the kit's own numbers
    )


def _places(config: Config) -> Callable[[], Locator]:
    """Gives the locator, which is loaded when the first row with a place comes."""

    @cache
    def places() -> Locator:
        from ingest_service.training.places import open_places

        return open_places(config.data_dir)

    return places


def _locating(database: SqliteDatabase, places: Callable[[], Locator]) -> Callable[[], None]:
    def locate() -> None:
        locate_rows(database, places)

    return locate
