"""What a report is: its period, its request, and where its making stands."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from report_service.domain.errors import FieldProblem, InvalidRequest

MAX_PERIOD_DAYS = 366 * 50


class Format(StrEnum):
    """The kinds of file."""

    PDF = "pdf"
    DOCX = "docx"
    ZIP = "zip"


class Section(StrEnum):
    """The parts of a report that can be chosen, in the order in which they are printed."""

    TREND = "trend"
    CATEGORIES = "categories"
    MERCHANTS = "merchants"
    EXPENSES = "expenses"
    FORECAST = "forecast"


class Status(StrEnum):
    """Where the making of a report stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


ALL_SECTIONS: tuple[Section, ...] = tuple(Section)


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open range of days [first, end)."""

    first: date
    end: date

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.end - self.first).days

    @property
    def last(self) -> date:
        """The last day that belongs to the period."""
        return self.end - timedelta(days=1)

    def holds(self, day: date) -> bool:
        """Whether the day belongs to the period."""
        return self.first <= day < self.end


@dataclass(frozen=True, slots=True)
class Filters:
    """What the figures are limited to; None means no limit. Amounts are decimal strings."""

    category_id: str | None = None
    merchant: str | None = None
    min_amount: str | None = None
    max_amount: str | None = None
    q: str | None = None

    @property
    def only_category(self) -> bool:
        """Whether nothing but the category is limited."""
        return not (self.merchant or self.min_amount or self.max_amount or self.q)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is limited."""
        return self.category_id is None and self.only_category


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a person asked for, with the person's own settings at that moment."""

    title: str | None
    format: Format
    period: Period
    sections: tuple[Section, ...]
    locale: str
    time_zone: str
    currency: str
    filters: Filters

    def check(self) -> None:
        """Raise InvalidRequest where the request contradicts itself."""
        errors = []
        if self.period.days < 1:
            errors.append(FieldProblem("/json/to", "not-after-from", "to must come after from."))
        if self.period.days > MAX_PERIOD_DAYS:
            errors.append(FieldProblem("/json/to", "period-too-long", "At most 50 years."))
        if not self.sections:
            errors.append(FieldProblem("/json/sections", "empty", "Choose at least one section."))
        low, high = self.filters.min_amount, self.filters.max_amount
        if low is not None and high is not None and float(low) > float(high):
            detail = "max_amount must not be below min_amount."
            errors.append(FieldProblem("/json/filters/max_amount", "below-minimum", detail))
        if errors:
            raise InvalidRequest(errors)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the making is: done of total steps, and the name of the present one."""

    done: int
    total: int
    stage: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A finished file: its path below the data folder, size in bytes, and SHA-256 in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a report could not be made: a stable code and a text for people."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is kept. created_at and finished_at are UTC instants."""

    id: int
    owner_id: str
    title: str
    request: ReportRequest
    status: Status
    progress: Progress
    file: StoredFile | None
    failure: Failure | None
    created_at: datetime
    finished_at: datetime | None

    @property
    def file_name(self) -> str:
        """The name that a download carries, safe on every file system."""
        return f"{safe_file_stem(self.title)}.{self.request.format}"


def safe_file_stem(title: str) -> str:
    """The title without characters that a file name cannot hold, of at most 80 characters."""
    kept = "".join(" " if c in '\\/:*?"<>|' or not c.isprintable() else c for c in title)
    return " ".join(kept.split())[:80].strip(" .") or "report"
