"""The read model as the charts read it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from analytics_service.domain.figures import FeedState
from analytics_service.domain.ports import Snapshot
from analytics_service.store.anomalies import read_judged_seq
from analytics_service.store.cursor import read_feed_state
from analytics_service.store.snapshot import SqliteSnapshot
from servicekit.sqlite import read_transaction


class SqliteReadModel:
    """Opens snapshots."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """A consistent view for the length of a with block."""
        with read_transaction(self._engine) as connection:
            yield SqliteSnapshot(connection)

    def feed_state(self) -> FeedState:
        """How far the read model has come, cheap enough to be asked often."""
        with read_transaction(self._engine) as connection:
            return read_feed_state(connection)

    def judged_seq(self) -> int:
        """The last change that the anomalies know of, cheap enough to be asked often."""
        with read_transaction(self._engine) as connection:
            return read_judged_seq(connection)
