"""The nouns of ingest, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ingest_service.domain.places import Box

Direction = Literal["expense", "income", "transfer", "refund", "neutral"]
CategorySource = Literal["rule", "user", "file", "default", "model"]
DIRECTIONS: tuple[str, ...] = ("expense", "income", "transfer", "refund", "neutral")
CATEGORY_SOURCES: tuple[str, ...] = ("rule", "user", "file", "default", "model")
NO_CATEGORY = 0
"""Stands in filters for rows without a category; ids begin at 1."""


@dataclass(frozen=True, slots=True)
class Link:
    """A tie between two rows, seen from one of them: refund, same_payment or own_transfer."""

    kind: str
    expense_id: int
    amount_minor: int
    id: int = 0
    status: str = "linked"


@dataclass(frozen=True, slots=True)
class Expense:
    """One stored row; local_day counts days since 1970-01-01 in the owner's zone."""

    id: int
    user_id: int
    time: int
    local_day: int
    local_hour: int
    local_weekday: int
    amount_minor: int
    refunded_minor: int
    stated_refund_minor: int
    currency: str
    direction: str
    category_id: int | None
    category_source: str
    merchant: str
    place: str
    lat: float | None
    lon: float | None
    note: str
    source: str
    account: str
    external_id: str
    order_ref: str
    closed: bool
    import_id: int | None
    seq: int
    created_at: int
    links: tuple[Link, ...] = ()
    pending: bool = False
    stated_direction: str = ""
    category_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class ExpenseDraft:
    """What a person enters by hand."""

    time: int
    local_day: int
    local_hour: int
    local_weekday: int
    amount_minor: int
    currency: str
    direction: str
    category_id: int
    category_source: str
    merchant: str = ""
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    note: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """A node of one user's tree."""

    id: int
    user_id: int
    name: str
    code: str | None
    parent_id: int | None
    seq: int
    path: str = ""
    depth: int = 1
    position: int = 1


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a row; the value is a text, a number, a decimal text (amount) or several."""

    field: str
    op: str
    value: str | int | tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Where all conditions hold, the row takes the category; lower positions go first."""

    id: int
    user_id: int
    conditions: tuple[Condition, ...]
    category_id: int
    position: int
    created_at: int
    name: str = ""
    enabled: bool = True
    origin: str = "user"


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule that is to be added."""

    conditions: tuple[Condition, ...]
    category_id: int
    name: str = ""
    enabled: bool = True
    origin: str = "user"


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """Every row of the file stands in exactly one of the four."""

    success: int = 0
    failed: int = 0
    duplicate: int = 0
    ignored: int = 0

    @property
    def total(self) -> int:
        """All rows of the file."""
        return self.success + self.failed + self.duplicate + self.ignored


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One upload and what became of it."""

    id: int
    user_id: int
    filename: str
    file_path: str
    sha256: str
    size_bytes: int
    requested_profile: str | None
    profile: str | None
    time_zone: str
    currency: str
    locale: str
    dry_run: bool
    status: str
    counts: ImportCounts
    rows_total: int
    last_seq: int | None
    error_code: str | None
    error_detail: str | None
    job_id: int | None
    created_at: int
    finished_at: int | None
    rows_updated: int = 0
    repair_of: int | None = None
    header: str | None = None
    mapping: str | None = None
    error_params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewImport:
    """What an upload says about itself."""

    user_id: int
    filename: str
    file_path: str
    sha256: str
    size_bytes: int
    requested_profile: str | None
    time_zone: str
    currency: str
    locale: str
    dry_run: bool
    mapping: str | None = None


@dataclass(frozen=True, slots=True)
class RememberedMapping:
    """What a user said of the columns of tables with one header, as it is stored."""

    id: int
    header_signature: str
    mapping: str
    created_at: int
    used_at: int


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row of a file was not stored; row is its line in the file, from 1.

    kind is error (the row could not be read) or ignored (it is no transaction; code says why).
    """

    row: int
    code: str
    detail: str
    raw: str
    field: str | None = None
    sheet: str | None = None
    kind: str = "error"


@dataclass(frozen=True, slots=True)
class ExpenseFilter:
    """The filters of lists and exports, with the meaning that they have in analytics.

    Days are half-open; category_id (NO_CATEGORY: rows without one) includes its subtree unless
    subtree is false; merchant, place and account are whole names; text is sought in merchant,
    note, place and account; amounts are those before refunds. A city is its code, NO_CITY: rows of
    no known city, ANY_CITY: of some; located: whether the row has coordinates.
    """

    from_day: int | None = None
    to_day: int | None = None
    category_id: int | None = None
    direction: str | None = None
    min_amount_minor: int | None = None
    max_amount_minor: int | None = None
    merchant: str | None = None
    text: str | None = None
    source: str | None = None
    import_id: int | None = None
    subtree: bool = True
    place: str | None = None
    account: str | None = None
    currency: str | None = None
    category_source: str | None = None
    pending: bool | None = None
    expense_id: int | None = None
    external_id: str | None = None
    hour: int | None = None
    weekday: int | None = None
    month: int | None = None
    box: Box | None = None
    city: str | None = None
    located: bool | None = None


@dataclass(frozen=True, slots=True)
class Deletion:
    """Many rows that were deleted at once, and can be taken back."""

    id: int
    rows: int
    created_at: int


@dataclass(frozen=True, slots=True)
class Sum:
    """What rows of one currency and direction come to."""

    currency: str
    direction: str
    count: int
    amount_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of many rows did, and the last seq that it took."""

    count: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: the sort value and id of the last row before it."""

    value: int
    id: int


@dataclass(frozen=True, slots=True)
class ExpensePage:
    """Rows in order and where the next page begins, if there is one."""

    items: Sequence[Expense] = field(default=())
    next_position: Position | None = None


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a piece of background work has come."""

    done: int
    total: int
    stage: str
