"""The report service's list of reports, as lines of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest_service.clients.neighbour_list import Json, pages_of, seconds
from ingest_service.domain.export_lists import Item
from servicekit.outbound import ServiceClient

_TEXTS = ("title", "format", "from", "to", "currency", "status", "file_name", "size", "sha256")


class ReportClient:
    """The list over HTTP."""

    def __init__(self, client: ServiceClient | None) -> None:
        self._client = client

    def pages(self, bearer: str) -> Iterator[Sequence[Item]]:
        """All lines. Raises NeighbourDownError, NotAllowedError."""
        for page in pages_of(self._client, "/reports", name="report", bearer=bearer):
            yield [_line(item) for item in page["items"]]


def _line(item: Json) -> Item:
    return {
        **{name: "" if item.get(name) is None else str(item[name]) for name in _TEXTS},
        "created_at": seconds(item["created_at"]),
        "finished_at": seconds(item["finished_at"]),
    }
