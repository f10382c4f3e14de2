"""Wires the service together: the web application, and the worker that makes the files."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import Engine

from report_service.api.errors import MAPPING
from report_service.api.reports import Desk, reports_blueprint
from report_service.clients.analytics import AnalyticsClient
from report_service.clients.forecast import ForecastClient
from report_service.clients.owner_client import Bearer, OwnerClient
from report_service.config import MIGRATIONS_DIR, Config, WorkerConfig
from report_service.maker import MAX_ATTEMPTS, ReportMaker
from report_service.store.files import ReportFolder
from report_service.store.repository import MAKE_REPORT, SqliteReportStore
from report_service.store.tables import idempotency_keys, jobs
from servicekit.idempotency import IdempotencyStore
from servicekit.identity import JwksCache, KeySource
from servicekit.jobs import JobQueue, Periodic, Worker
from servicekit.outbound import ServiceClient
from servicekit.service_tokens import ServiceTokens
from servicekit.sqlite import assert_at_head, open_engine
from servicekit.web import create_base_app

SERVICE = "report"
SWEEP_EVERY_S = 3600.0
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def open_store(config: Config, clock: Clock) -> tuple[Engine, JobQueue, SqliteReportStore]:
    """The database of this service, its jobs and its reports.

    Raises:
        DatabaseNotMigrated: The database is not at the revision of this code.
    """
    engine = open_engine(config.database_path)
    assert_at_head(engine, MIGRATIONS_DIR)
    queue = JobQueue(engine, jobs, clock)
    return engine, queue, SqliteReportStore(engine, queue)


def create_app(config: Config, *, clock: Clock = utc_now, jwks: KeySource | None = None) -> Flask:
    """The web application.

    Raises:
        DatabaseNotMigrated: The database is not at the revision of this code.
    """
    engine, _, store = open_store(config, clock)
    app, api = create_base_app(
        "report_service",
        service=SERVICE,
        mapping=MAPPING,
        jwks=jwks or JwksCache(f"{config.auth_url}/auth/.well-known/jwks.json"),
        issuer=config.token_issuer,
        audience=config.token_audience,
        readiness={"database": lambda: assert_at_head(engine, MIGRATIONS_DIR)},
        title="Reports",
    )
    desk = Desk(
        store=store,
        files=ReportFolder(config.data_dir),
        idempotency=IdempotencyStore(engine, idempotency_keys, clock),
        clock=clock,
        download_redirect=config.download_redirect,
    )
    api.register_blueprint(reports_blueprint(desk))
    return app


def create_worker(
    config: Config,
    settings: WorkerConfig,
    *,
    clock: Clock = utc_now,
    bearer: Bearer | None = None,
) -> Worker:
    """The background process.

    Raises:
        DatabaseNotMigrated: The database is not at the revision of this code.
        FontsMissing: FONT_DIR does not hold the typeface.
    """
    # Imported here: the web process must not carry Matplotlib, ReportLab and python-docx.
    from report_service.rendering.fonts import find_typeface
    from report_service.rendering.renderer import FileRenderer

    typeface = find_typeface(settings.font_dir)
    _, queue, store = open_store(config, clock)
    files = ReportFolder(config.data_dir)
    if bearer is None:
        bearer = ServiceTokens(
            auth_url=config.auth_url, client_id=SERVICE, client_secret=settings.client_secret
        ).bearer
    analytics = ServiceClient(settings.analytics_url, name="analytics", retries=1)
    # The first forecast of an owner may have to wait for its back-test.
    forecast = ServiceClient(
        settings.forecast_url, name="forecast", timeout_s=(2.0, 60.0), retries=0
    )
    maker = ReportMaker(
        store=store,
        files=files,
        analytics=AnalyticsClient(OwnerClient(analytics, bearer)),
        forecast=ForecastClient(OwnerClient(forecast, bearer)),
        renderer=FileRenderer(typeface),
        clock=clock,
    )

    def sweep() -> None:
        files.sweep(store.known_paths())

    return Worker(
        queue,
        {MAKE_REPORT: maker},
        periodic=[Periodic(SWEEP_EVERY_S, sweep)],
        heartbeat_path=config.heartbeat_path,
        max_attempts=MAX_ATTEMPTS,
    )
