"""Rows of one file on their way in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ingest_service.domain.models import ImportCounts, ImportRecord, RowError
from ingest_service.domain.places import City

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class StoreOrder:
    """What storing needs to know; fence raises when another worker took the work over.

    header: JSON {sheet: header cells}, for the repair file. cities: those that the rows are in.
    """

    record: ImportRecord
    profile: str
    now: int
    fence: Callable[[Any], None]
    header: str | None = None
    cities: Sequence[City] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing did: every row of the file in one of four counts, and the last seq."""

    counts: ImportCounts
    last_seq: int


class Staging(Protocol):
    """Rows of one file on their way in, on disk but outside the tables until stored."""

    def add(self, rows: pa.Table, ties: pa.Table | None = None) -> None:
        """Stage rows (domain.staged.STAGED_COLUMNS), and what domain.ties makes of some."""
        ...

    def add_errors(self, errors: Sequence[RowError]) -> None:
        """Stage why rows could not be read."""
        ...

    def store(self, order: StoreOrder) -> Stored:
        """Store what is new, in one transaction that is whole or not at all."""
        ...

    def preview(self, order: StoreOrder) -> Stored:
        """What store() would do, without doing it."""
        ...
