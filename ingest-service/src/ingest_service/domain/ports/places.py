"""The cities of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ingest_service.domain.places import City, Unplaced


class Cities(Protocol):
    """Cities of rows, and rows whose city is to be found."""

    def unplaced(self, *, limit: int) -> Sequence[Unplaced]:
        """Rows of all users whose place nobody has looked up."""
        ...

    def place(self, found: Sequence[tuple[Unplaced, str]], cities: Sequence[City]) -> None:
        """Store the city of each row whose place is still the same, and what those cities are."""
        ...
