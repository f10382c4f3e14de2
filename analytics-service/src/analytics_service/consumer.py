"""Wires the background half together: the consumer of the feed.

Beside app.py and not in it, so that the worker and its children load no web framework: 18 MB in
each of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError

from analytics_service.clients.fitting import ForestGrowing, LevelFitting
from analytics_service.clients.ingest import IngestFeed, SmallPages
from analytics_service.config import MIGRATIONS_DIR, SERVICE, Clock, Config, utc_now
from analytics_service.domain.errors import FeedCorrupt, FeedUnavailable
from analytics_service.domain.ports import (
    ChangeFeed,
    ForestGrower,
    JudgementStore,
    LevelFitter,
    LevelStore,
    ReadModel,
)
from analytics_service.store.anomalies import SqliteJudgements
from analytics_service.store.engine import open_read_model
from analytics_service.store.levels import SqliteLevels
from analytics_service.store.read_model import SqliteReadModel
from analytics_service.store.writer import SqliteReadModelWriter
from analytics_service.usecases.feed import LOAD_ROWS, pull_once, rebuild
from analytics_service.usecases.forests import refresh_forests
from analytics_service.usecases.judging import judge_due
from analytics_service.usecases.levels import refresh_levels
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable, ServiceClient
from servicekit.service_tokens import ServiceTokens
from servicekit.sqlite import assert_at_head

TROUBLES = (FeedUnavailable, FeedCorrupt, NeighbourUnavailable, NeighbourRefused, OperationalError)
"""What a consumer of the feed meets and tries again after: no fault of its own."""


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
    engine = open_read_model(config.database_path)
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
