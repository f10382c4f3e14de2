"""Keep the read model level with the change feed."""

from __future__ import annotations

from forecast_service.domain.ports import Feed, ReadModelStore

PAGE_ROWS = 50_000


def follow_feed(feed: Feed, store: ReadModelStore) -> bool:
    """Take over one page of changes; whether more are waiting.

    Rows and cursor move in one transaction. A changed epoch means that the numbering begins anew:
    the read model is emptied, and the next call starts from 0.
    """
    cursor = store.cursor()
    page = feed.page(after=cursor.seq, limit=PAGE_ROWS)
    if page.epoch == cursor.epoch and page.next_seq == cursor.seq:
        return False
    with store.updating() as model:
        if model.cursor() != cursor:
            return True  # another worker came between; look again
        if cursor.epoch not in {"", page.epoch}:
            model.clear()
            return True
        model.apply(page)
    return page.has_more
