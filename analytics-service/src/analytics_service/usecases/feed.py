"""Pulling the change feed into the read model."""

from analytics_service.domain.errors import FeedCorrupt
from analytics_service.domain.ports import ChangeFeed, ReadModelWriter

PAGE_ROWS = 20_000
"""Pages of 100,000 rows take 120 MB more and are no faster."""
LOAD_ROWS = 20_000
"""From so many waiting changes on, they are loaded in one go."""
NOTE_PULL_EVERY_S = 2


def pull_once(
    feed: ChangeFeed,
    model: ReadModelWriter,
    *,
    now: int,
    page_rows: int = PAGE_ROWS,
    load_rows: int = LOAD_ROWS,
    with_indexes: bool = True,
) -> bool:
    """Whether more is to be done: one page or many were stored, or found to be of a new epoch.

    Once nothing is waiting, the indexes that a load left out are made, one with each call, unless
    that is left to another.

    Raises:
        FeedUnavailable: the feed cannot be read now; nothing has changed.
        FeedCorrupt: the feed answered something else than changes that follow the cursor.
    """
    state = model.feed_state()
    page = feed.page(after=state.seq, limit=page_rows)
    if page.epoch != state.epoch:
        model.restart(page.epoch, replacing=state.epoch)
        return True
    if page.next < page.after or page.after != state.seq:
        raise FeedCorrupt("a page of the change feed does not follow the cursor")
    if page.next == state.seq and not page.expenses and not page.categories:
        known = state.pulled_at
        if state.behind or known is None or now - known >= NOTE_PULL_EVERY_S:
            model.note_pull(now=now, behind=False)
        return with_indexes and model.complete_indexes()
    if page.waiting >= load_rows and model.load(
        page, lambda after: feed.page(after=after, limit=page_rows), now=now
    ):
        # At least the indexes that it left out.
        return True
    model.apply(page, now=now)
    return page.has_more


def rebuild(model: ReadModelWriter) -> None:
    """Forget everything, so that the next pulls read the whole feed again."""
    model.restart("", replacing=model.feed_state().epoch)
