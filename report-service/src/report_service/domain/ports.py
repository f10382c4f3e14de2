"""What the use cases need from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from report_service.domain.content import Edition
from report_service.domain.figures import (
    CategoryShare,
    Forecast,
    Granularity,
    MissingForecast,
    Overview,
    RankedItem,
    TrendPoint,
)
from report_service.domain.report import (
    Filters,
    Format,
    Period,
    Report,
    ReportRequest,
    StoredFile,
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose spending is asked for, and which part of it."""

    owner_id: str
    currency: str
    period: Period
    filters: Filters


class AnalyticsPort(Protocol):
    """The figures. Every method raises AnalyticsUnavailable or AnalyticsRefused."""

    def overview(self, scope: Scope) -> Overview:
        """The period in one line."""

    def trend(self, scope: Scope, granularity: Granularity) -> tuple[TrendPoint, ...]:
        """The spending of each day, month or year of the period, without gaps."""

    def categories(self, scope: Scope) -> tuple[CategoryShare, ...]:
        """The top categories, the largest first."""

    def merchants(self, scope: Scope, *, limit: int) -> tuple[RankedItem, ...]:
        """The merchants with the most spending."""

    def expenses(self, scope: Scope, *, limit: int) -> tuple[RankedItem, ...]:
        """The largest single expenses."""


class ForecastPort(Protocol):
    """What comes next."""

    def predict(
        self, *, owner_id: str, currency: str, category_id: str | None
    ) -> Forecast | MissingForecast:
        """The next weeks day by day, without history; or why there is no forecast."""


class ReportRenderer(Protocol):
    """Figures in, bytes out."""

    def render(self, edition: Edition, file_format: Format) -> bytes:
        """The file of an edition."""


class ReportFiles(Protocol):
    """The folder of finished files."""

    def write(self, *, owner_id: str, name: str, content: bytes) -> StoredFile:
        """Store a file whole and durably, in place of an earlier one of that name."""

    def delete(self, path: str) -> None:
        """Remove a file; one that is gone already is no error."""


class ReportStore(Protocol):
    """The reports of all owners; every method is one transaction."""

    def add(
        self, *, owner_id: str, title: str, request: ReportRequest, created_at: datetime
    ) -> Report:
        """Keep a new report and queue the job that makes it."""

    def find(self, *, owner_id: str, report_id: int) -> Report | None:
        """A report of this owner."""

    def page(self, *, owner_id: str, before_id: int | None, limit: int) -> Sequence[Report]:
        """The owner's reports, the newest first, from below an id on."""

    def remove(self, *, owner_id: str, report_id: int) -> bool:
        """Whether a report was there; it is gone now."""
