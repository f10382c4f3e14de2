"""One view of the read model: all that the charts ask, each kind of read in a room of its own."""

from analytics_service.domain.figures import FeedState
from analytics_service.domain.filters import Filter
from analytics_service.domain.levels import LevelModel
from analytics_service.store.anomaly_reads import AnomalyReads
from analytics_service.store.cursor import read_feed_state
from analytics_service.store.figure_reads import FigureReads
from analytics_service.store.levels import read_level_model, read_level_rows
from analytics_service.store.map_reads import MapReads
from analytics_service.store.row_reads import RowReads


class SqliteSnapshot(FigureReads, MapReads, RowReads, AnomalyReads):
    """One consistent view of the read model; lives as long as its read transaction."""

    def feed_state(self) -> FeedState:
        """How far this view has come along the feed."""
        return read_feed_state(self._connection)

    def level_model(self, where: Filter, *, by: str, clusters: int | None) -> LevelModel | None:
        """The owner's groups of that number, or of the best one; None where none were found."""
        owner = (where.owner_id, where.currency)
        return read_level_model(self._connection, *owner, by, clusters=clusters)

    def level_rows(self, where: Filter) -> int:
        """Over how many rows the owner's groups were found; 0 where they were not."""
        return read_level_rows(self._connection, where.owner_id, where.currency)
