"""How far the read model has come along the feed."""

from sqlalchemy import Connection, select

from analytics_service.domain.figures import FeedState
from analytics_service.store import tables as t


def read_feed_state(connection: Connection) -> FeedState:
    """The cursor as it stands; before the first pull an empty epoch at 0."""
    row = connection.execute(select(t.feed_cursor)).one_or_none()
    if row is None:
        return FeedState(epoch="", seq=0, pulled_at=None, behind=True)
    return FeedState(epoch=row.epoch, seq=row.seq, pulled_at=row.pulled_at, behind=bool(row.behind))
