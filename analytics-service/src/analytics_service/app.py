"""Wires the service together: the web application, and the consumer of the feed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy.exc import OperationalError

from analytics_service.api.anomalies import FeedbackDesk, anomalies_blueprint
from analytics_service.api.answers import Answers
from analytics_service.api.charts import charts_blueprint
from analytics_service.api.errors import MAPPING
from analytics_service.api.views import ViewDesk, views_blueprint
from analytics_service.clients.fitting import ForestGrowing, LevelFitting
from analytics_service.clients.ingest import IngestFeed, SmallPages
from analytics_service.config import MIGRATIONS_DIR, Config
from analytics_service.domain.errors import FeedCorrupt, FeedUnavailable
from analytics_service.domain.ports import (
    ChangeFeed,
    ForestGrower,
    JudgementStore,
    LevelFitter,
    LevelStore,
    ReadModel,
)
from analytics_service.store.anomalies import SqliteFeedback, SqliteJudgements
from analytics_service.store.engine import WORKER_CACHE_KIB, open_read_model
from analytics_service.store.levels import SqliteLevels
from analytics_service.store.read_model import SqliteReadModel
from analytics_service.store.views import SqliteViews
from analytics_service.store.writer import SqliteReadModelWriter
from analytics_service.usecases.feed import LOAD_ROWS, pull_once, rebuild
from analytics_service.usecases.forests import refresh_forests
from analytics_service.usecases.judging import judge_due
from analytics_service.usecases.levels import refresh_levels
from servicekit.freshness import Freshness
from servicekit.identity import JwksCache, KeySource, ServiceTokens
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable, ServiceClient
from servicekit.sqlite import assert_at_head, open_engine
from servicekit.web import create_base_app

SERVICE = "analytics"
TROUBLES = (FeedUnavailable, FeedCorrupt, NeighbourUnavailable, NeighbourRefused, OperationalError)
"""What a consumer of the feed meets and tries again after: no fault of its own."""
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


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


@dataclass(frozen=True, slots=True)
class Consumer:
    """The background half: keeps the read model in step with the feed."""

    writer: SqliteReadModelWriter
    feed: ChangeFeed
    clock: Clock
    model: ReadModel
    levels: LevelStore
    fitter: LevelFitter
    judgements: JudgementStore
    grower: ForestGrower

    def pull(self, *, with_indexes: bool = True) -> bool:
        """Whether more of the feed is waiting after this page, or more indexes are to be made.

        Raises:
            ManyWaiting: more waits than this consumer's feed reads.
            FeedUnavailable: the feed cannot be read now.
            FeedCorrupt: the feed answered something else than agreed.
        """
        now = int(self.clock().timestamp())
        return pull_once(self.feed, self.writer, now=now, with_indexes=with_indexes)

    def position(self) -> int:
        """The last change that the read model knows of."""
        return self.writer.feed_state().seq

    def judged_position(self) -> int:
        """The last change that the anomalies know of."""
        return self.model.judged_seq()

    def judge(self) -> None:
        """Judge what stands out, for the users whose rows have moved."""
        judge_due(self.judgements)

    def fit(self) -> None:
        """Find anew what is slow to find, for the users of whom much has changed.

        Raises:
            FitFailed: some could not be found; they stay as they were.
        """
        refresh_levels(self.model, self.levels, self.fitter)
        refresh_forests(self.judgements, self.grower)

    def rebuild(self) -> None:
        """Forget everything; the next pulls read the whole feed again."""
        rebuild(self.writer)


def create_consumer(
    config: Config,
    *,
    clock: Clock = utc_now,
    feed: ChangeFeed | None = None,
    fitter: LevelFitter | None = None,
    grower: ForestGrower | None = None,
) -> Consumer:
    """The consumer of the feed.

    Raises:
        DatabaseNotMigrated: the database is not at the revision of this code.
    """
    engine = open_read_model(config.database_path, cache_kib=WORKER_CACHE_KIB)
    assert_at_head(engine, MIGRATIONS_DIR)
    return Consumer(
        writer=SqliteReadModelWriter(engine),
        feed=feed or _ingest_feed(config),
        clock=clock,
        model=SqliteReadModel(engine),
        levels=SqliteLevels(engine),
        fitter=fitter or LevelFitting(),
        judgements=SqliteJudgements(engine),
        grower=grower or ForestGrowing(),
    )


def small_pages(config: Config) -> SmallPages:
    """The feed for a worker that leaves what is many to a process of its own."""
    return SmallPages(*_neighbour(config), many=LOAD_ROWS)


def _ingest_feed(config: Config) -> IngestFeed:
    return IngestFeed(*_neighbour(config))


def _neighbour(config: Config) -> tuple[ServiceClient, Callable[[Sequence[str]], str]]:
    tokens = ServiceTokens(
        auth_url=config.auth_url, client_id=SERVICE, client_secret=config.client_secret
    )
    return ServiceClient(config.ingest_url, name="ingest", retries=0), tokens.bearer
