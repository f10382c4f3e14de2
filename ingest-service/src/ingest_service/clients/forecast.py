"""The forecast service's list of what it forecast, as lines of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest_service.clients.neighbour_list import Json, pages_of, seconds
from ingest_service.domain.export_lists import Item
from servicekit.money import exponent
from servicekit.outbound import ServiceClient

_TEXTS = ("date", "to", "period", "scope", "currency", "method", "model_version")
_AMOUNTS = ("predicted_amount", "lower_80", "upper_80", "lower_95", "upper_95")


class ForecastClient:
    """The list over HTTP."""

    def __init__(self, client: ServiceClient | None) -> None:
        self._client = client

    def pages(self, bearer: str) -> Iterator[Sequence[Item]]:
        """All lines. Raises NeighbourDownError, NotAllowedError."""
        for page in pages_of(self._client, "/forecast/forecasts", name="forecast", bearer=bearer):
            yield [_line(item) for item in page["items"]]


def _line(item: Json) -> Item:
    places = exponent(item["currency"])
    return {
        **{name: str(item[name]) for name in _TEXTS},
        **{name: f"{item[name]:.{places}f}" for name in _AMOUNTS},
        "created_at": seconds(item["created_at"]),
    }
