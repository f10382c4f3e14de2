"""Work done ahead in a thread, so that the next part is made while this one is used."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_ITEM = TypeVar("_ITEM")


def ahead(items: Iterable[_ITEM]) -> Generator[_ITEM, None, None]:
    """The items in their order, each made by a thread while the one before it is used.

    What the making raises is raised here. Whoever stops early waits until the item under way is
    made: after that nothing reads from the source any longer.
    """
    source = iter(items)
    end = object()
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as one:
        coming = one.submit(next, source, end)
        while (item := coming.result()) is not end:
            coming = one.submit(next, source, end)
            yield item  # type: ignore[misc] # an item, as it is not the end
