"""Wires the web application together; the consumer of the feed is wired in consumer.py."""

import time
from collections.abc import Callable
from dataclasses import replace

from flask import Flask

from analytics_service.api.anomalies import FeedbackDesk, anomalies_blueprint
from analytics_service.api.answers import Answers
from analytics_service.api.charts import charts_blueprint
from analytics_service.api.errors import MAPPING
from analytics_service.api.views import ViewDesk, views_blueprint
from analytics_service.config import MIGRATIONS_DIR, SERVICE, Clock, Config, utc_now
from analytics_service.store.anomalies import SqliteFeedback
from analytics_service.store.engine import open_read_model
from analytics_service.store.read_model import SqliteReadModel
from analytics_service.store.views import SqliteViews
from servicekit.freshness import Freshness
from servicekit.identity import JwksCache, KeySource
from servicekit.sqlite import assert_at_head, open_engine
from servicekit.web import create_base_app


def create_app(
    config: Config,
    *,
    clock: Clock = utc_now,
    jwks: KeySource | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Flask:
    """The web application.

    Raises:
        DatabaseNotMigrated: the database is not at the revision of this code.
    """
    engine = open_read_model(config.database_path)
    assert_at_head(engine, MIGRATIONS_DIR)
    model = SqliteReadModel(engine)
    app, api = create_base_app(
        "analytics_service",
        service=SERVICE,
        mapping=MAPPING,
        jwks=jwks or JwksCache(f"{config.auth_url}/auth/.well-known/jwks.json"),
        issuer=config.token_issuer,
        audience=config.token_audience,
        readiness={"database": lambda: assert_at_head(engine, MIGRATIONS_DIR)},
        title="Analytics",
    )

    def freshness(position: Callable[[], int]) -> Freshness:
        return Freshness(position, wait_s=config.min_seq_wait_s, monotonic=monotonic, sleep=sleep)

    answers = Answers(
        model=model,
        freshness=freshness(lambda: model.feed_state().seq),
        clock=clock,
        stale_after_s=config.stale_after_s,
    )
    api.register_blueprint(charts_blueprint(answers))
    # What users say themselves cannot be rebuilt from the feed: it is synced to the disk.
    own = open_engine(config.database_path, synchronous="FULL")
    api.register_blueprint(views_blueprint(ViewDesk(views=SqliteViews(own), clock=clock)))
    judged = replace(answers, freshness=freshness(model.judged_seq))
    desk = FeedbackDesk(feedback=SqliteFeedback(own), clock=clock)
    api.register_blueprint(anomalies_blueprint(judged, desk))
    return app
