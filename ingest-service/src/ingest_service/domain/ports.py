"""What the use cases need from the outside: a database with sessions, and a place for uploads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Protocol

from ingest_service.domain.export_cells import Row
from ingest_service.domain.feed import FeedPages, FeedStream
from ingest_service.domain.learning import CorrectedRow, KeptModel, OpenTexts, Proposed, Work
from ingest_service.domain.link_records import LinkFilter, LinkRecord, NewLink
from ingest_service.domain.models import (
    Category,
    Condition,
    Deletion,
    Expense,
    ExpenseDraft,
    ExpenseFilter,
    ExpensePage,
    ImportCounts,
    ImportRecord,
    JobProgress,
    NewImport,
    NewRule,
    Position,
    RememberedMapping,
    RowError,
    Rule,
    Sum,
)
from ingest_service.domain.places import City, Unplaced

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows that a change is for: those of the ids, or those of the filter."""

    ids: Sequence[int] | None = None
    where: ExpenseFilter | None = None


class Expenses(Protocol):
    """The rows of all users; every call names the owner."""

    def get(self, user_id: int, expense_id: int) -> Expense:
        """The row with its links. Raises ExpenseNotFoundError."""
        ...

    def page(
        self, user_id: int, where: ExpenseFilter, *, sort: str, after: Position | None, limit: int
    ) -> ExpensePage:
        """One page in a stable order; sort is time, -time, amount or -amount."""
        ...

    def add(self, user_id: int, draft: ExpenseDraft, *, now: int) -> int:
        """The id of a new row entered by hand."""
        ...

    def change(self, user_id: int, expense_id: int, values: Mapping[str, object]) -> None:
        """Give columns new values; the row takes a new seq."""
        ...

    def exported(self, user_id: int, where: ExpenseFilter) -> Iterator[Sequence[Row]]:
        """EXPORTED_FIELDS of all rows that match, in order of time, at constant memory."""
        ...

    def span(self, user_id: int, where: ExpenseFilter) -> tuple[int, int] | None:
        """The local days of the first and the last row that match; None where none does."""
        ...

    def delete(self, user_id: int, expense_id: int) -> None:
        """Leave a tombstone; what it refunded counts in full again."""
        ...

    def move_category(self, user_id: int, *, from_id: int, to_id: int) -> int:
        """Give all rows of one category to another; how many."""
        ...

    def sums(self, user_id: int, where: ExpenseFilter) -> Sequence[Sum]:
        """What the rows come to, by currency and direction."""
        ...

    def count_beyond(
        self, user_id: int, where: ExpenseFilter, *, sort: str, after: Position | None
    ) -> int:
        """How many rows of the list come after a position; None: all."""
        ...

    def positions(
        self, user_id: int, where: ExpenseFilter, *, sort: str, every: int
    ) -> Sequence[Position]:
        """The last row of every full page of that many rows; a page opens after each."""
        ...

    def change_many(self, user_id: int, chosen: Chosen, values: Mapping[str, object]) -> int:
        """Give columns new values where they differ; each changed row takes a new seq."""
        ...

    def delete_many(self, user_id: int, chosen: Chosen, *, now: int) -> tuple[int, int | None]:
        """Leave tombstones; how many, and the deletion that can be taken back."""
        ...

    def matching(
        self, user_id: int, conditions: Sequence[Condition], *, limit: int
    ) -> tuple[int, Sequence[Expense]]:
        """How many rows satisfy the conditions, and the newest of them."""
        ...

    def would_change(
        self,
        user_id: int,
        conditions: Sequence[Condition],
        *,
        category_id: int | None,
        only_unset: bool,
    ) -> int:
        """How many rows a rule of these conditions would give another category."""
        ...

    def apply_rules(
        self,
        user_id: int,
        rules: Sequence[Rule],
        *,
        chosen_ids: frozenset[int] | None,
        only_unset: bool,
    ) -> int:
        """Let the first rule that holds set each row's category, where it is a chosen one."""
        ...

    def last_seq(self) -> int:
        """The number of the latest change."""
        ...


class Deletions(Protocol):
    """The deletions of many rows that can be taken back."""

    def page(self, user_id: int, *, limit: int) -> Sequence[Deletion]:
        """The newest ones."""
        ...

    def restore(self, user_id: int, deletion_id: int) -> int:
        """Let the rows stand again as they were; how many. Raises DeletionNotFoundError."""
        ...


class Categories(Protocol):
    """The trees of all users."""

    def tree(self, user_id: int) -> Sequence[Category]:
        """All nodes, parents before children, in the order in which they are shown."""
        ...

    def plant_defaults(self, user_id: int) -> None:
        """Copy the default tree to a user who has none."""
        ...

    def add(self, user_id: int, *, name: str, parent_id: int | None, code: str | None) -> int:
        """The id of a new node."""
        ...

    def change(self, user_id: int, category_id: int, values: Mapping[str, object]) -> None:
        """Give columns new values; the node takes a new seq."""
        ...

    def delete(self, user_id: int, category_id: int) -> None:
        """Leave a tombstone."""
        ...

    def put_in_order(self, user_id: int, ids: Sequence[int]) -> None:
        """Let siblings stand in this order."""
        ...


class Rules(Protocol):
    """The rules of all users."""

    def list(self, user_id: int) -> Sequence[Rule]:
        """The user's rules in the order in which they are tried."""
        ...

    def add(self, user_id: int, new: NewRule, *, now: int) -> int:
        """The id of a new last rule."""
        ...

    def change(self, user_id: int, rule_id: int, values: Mapping[str, object]) -> None:
        """Give columns new values."""
        ...

    def delete(self, user_id: int, rule_id: int) -> None:
        """Remove a rule."""
        ...

    def put_in_order(self, user_id: int, ids: Sequence[int]) -> None:
        """Let the rules be tried in this order."""
        ...

    def move_category(self, user_id: int, *, from_id: int, to_id: int) -> None:
        """Let all rules of one category point to another."""
        ...


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """Which row errors: those after a position (row and id), of one kind or of all."""

    after: tuple[int, int] = (0, 0)
    limit: int = 100
    kind: str | None = None


class Imports(Protocol):
    """The uploads of all users and what became of them."""

    def get(self, user_id: int, import_id: int) -> ImportRecord:
        """The upload. Raises ImportNotFoundError."""
        ...

    def page(
        self, user_id: int, *, before_id: int | None, limit: int
    ) -> tuple[Sequence[ImportRecord], int | None]:
        """Uploads, newest first, and the id before which the next page begins."""
        ...

    def find_same_bytes(self, user_id: int, sha256: str) -> ImportRecord | None:
        """The newest upload of these bytes that stored them or still will."""
        ...

    def add(self, new: NewImport, *, now: int) -> int:
        """The id of a queued upload."""
        ...

    def enqueue(self, kind: str, record_id: int, user_id: int) -> int:
        """The id of the job that will do the work; joined to the upload."""
        ...

    def set_status(self, import_id: int, status: str, *, finished_at: int | None = None) -> None:
        """Note where the work stands."""
        ...

    def begin_anew(self, import_id: int) -> None:
        """Let an import that failed wait for another try; why it failed is forgotten."""
        ...

    def replace_file(self, import_id: int, file_path: str) -> None:
        """Let the import read another kept file: the opened one in place of the locked one."""
        ...

    def fail(
        self,
        import_id: int,
        *,
        code: str,
        detail: str,
        now: int,
        params: Mapping[str, object] | None = None,
    ) -> None:
        """Note that nothing was stored and why; params are what the sentence of the code tells."""
        ...

    def ask_mapping(self, import_id: int, *, mapping: str, preview: str) -> None:
        """Let the import wait for its mapping, with the best guess and the first rows."""
        ...

    def preview(self, import_id: int) -> str:
        """The first rows of an import that waits for its mapping."""
        ...

    def use_mapping(
        self, import_id: int, mapping: str | None, *, signature: str | None = None
    ) -> None:
        """Read the file by this mapping, or by none; what was asked is forgotten."""
        ...

    def progress_of(self, record: ImportRecord) -> JobProgress:
        """How far the work has come."""
        ...

    def errors(
        self, import_id: int, page: ErrorPage
    ) -> tuple[Sequence[RowError], tuple[int, int] | None]:
        """Errors in the order of the file, and the position after which the next page begins."""
        ...

    def failed_places(self, import_id: int) -> frozenset[tuple[str, int]]:
        """Sheet and line of every row that was not stored, and that no repair brought since."""
        ...

    def find_repairable(self, user_id: int, header: Sequence[str]) -> ImportRecord | None:
        """The newest import of this header that has rows to repair."""
        ...

    def set_repair(self, import_id: int, repaired_id: int) -> None:
        """Join a repair to the import that it repairs; it is read with that one's settings."""
        ...

    def undo_rows(self, user_id: int, import_id: int) -> int:
        """Remove what the import added, restore what it changed; the last seq used."""
        ...

    def file_paths(self) -> frozenset[str]:
        """Names of all uploads that are kept."""
        ...


class Links(Protocol):
    """The links of all users."""

    def get(self, user_id: int, link_id: int) -> LinkRecord:
        """The link with both rows. Raises LinkNotFoundError."""
        ...

    def page(
        self, user_id: int, where: LinkFilter, *, before_id: int | None, limit: int
    ) -> tuple[Sequence[LinkRecord], int | None]:
        """Links, newest first, and the id before which the next page begins."""
        ...

    def add(self, user_id: int, new: NewLink, *, now: int) -> int:
        """The id of a link that a person made, not in force yet."""
        ...

    def decide(self, link: LinkRecord, status: str) -> None:
        """Put the link into force, or take it back and remember that it was refused."""
        ...

    def is_free(self, link: LinkRecord) -> bool:
        """Whether no other link in force has taken one of the rows."""
        ...


class Mappings(Protocol):
    """What users said of their tables' columns, by header."""

    def list(self, user_id: int) -> Sequence[RememberedMapping]:
        """The user's mappings, the last used first."""
        ...

    def remember(self, user_id: int, signature: str, mapping: str, *, now: int) -> None:
        """Use the mapping for the tables to come with this header."""
        ...

    def note_use(self, user_id: int, signature: str, *, now: int) -> None:
        """Note that a table was read by the mapping of this header, where there is one."""
        ...

    def delete(self, user_id: int, mapping_id: int) -> None:
        """Forget a mapping. Raises MappingNotFoundError."""
        ...


class CategoryModels(Protocol):
    """The category models of all users, and what they learn from."""

    def get(self, user_id: int) -> KeptModel | None:
        """The user's model, None where he has none."""
        ...

    def put(self, user_id: int, model: KeptModel) -> None:
        """Keep the user's model in place of an earlier one."""
        ...

    def remove(self, user_id: int) -> None:
        """Let the shipped model serve the user again."""
        ...

    def count_corrections(self, user_id: int) -> int:
        """How many rows a person put into their category himself."""
        ...

    def corrections(self, user_id: int, *, limit: int) -> Sequence[CorrectedRow]:
        """The newest corrections, oldest first."""
        ...

    def enqueue(
        self,
        kind: str,
        user_id: int,
        payload: dict[str, object],
        *,
        dedupe_key: str,
        delay_s: float,
    ) -> int:
        """The id of background work for the user: new, or the same that still waits."""
        ...

    def work(self, kind: str, user_id: int, job_id: int) -> Work | None:
        """How far such background work of the user has come, None where there is none."""
        ...


class OpenRows(Protocol):
    """The rows of all users whose category nobody has decided."""

    def texts(self, user_id: int) -> Iterator[Sequence[OpenTexts]]:
        """The open rows in blocks, those together that look alike and stand in one category."""
        ...

    def apply(self, user_id: int, proposed: Iterable[Proposed]) -> int:
        """Give rows that are still open what was proposed for their texts; how many changed."""
        ...


class Cities(Protocol):
    """Cities of rows, and rows whose city is to be found."""

    def unplaced(self, *, limit: int) -> Sequence[Unplaced]:
        """Rows of all users whose place nobody has looked up."""
        ...

    def place(self, found: Sequence[tuple[Unplaced, str]], cities: Sequence[City]) -> None:
        """Store the city of each row whose place is still the same, and what those cities are."""
        ...


class Session(Protocol):
    """One transaction."""

    @property
    def cities(self) -> Cities:
        """Cities."""
        ...

    @property
    def open_rows(self) -> OpenRows:
        """Rows whose category nobody has decided."""
        ...

    @property
    def models(self) -> CategoryModels:
        """Category models."""
        ...

    @property
    def expenses(self) -> Expenses:
        """Rows."""
        ...

    @property
    def categories(self) -> Categories:
        """Trees."""
        ...

    @property
    def rules(self) -> Rules:
        """Rules."""
        ...

    @property
    def imports(self) -> Imports:
        """Uploads."""
        ...

    @property
    def deletions(self) -> Deletions:
        """Deletions of many rows."""
        ...

    @property
    def links(self) -> Links:
        """Links between rows."""
        ...

    @property
    def mappings(self) -> Mappings:
        """Remembered mappings."""
        ...

    def within(self, act: Callable[[Any], None], /) -> None:
        """Let act write on the connection of this transaction."""
        ...


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was kept: its name below the folder, its digest and size."""

    file_path: str
    sha256: str
    size_bytes: int


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


class Database(Protocol):
    """Where sessions come from."""

    def read(self) -> AbstractContextManager[Session]:
        """A session that sees one unchanging state."""
        ...

    def write(self) -> AbstractContextManager[Session]:
        """A session that commits at its end."""
        ...

    def staging(self) -> AbstractContextManager[Staging]:
        """An empty staging area."""
        ...

    def link_key(self) -> str:
        """The secret that signs download links."""
        ...


class Uploads(Protocol):
    """The folder of uploaded files."""

    def incoming(self) -> IO[bytes]:
        """A temporary file to stream an upload into."""
        ...

    def keep(self, stream: BinaryIO) -> KeptFile:
        """Store a stream under its final name, durably, and measure it. Raises EmptyFileError."""
        ...

    def open(self, file_path: str) -> BinaryIO:
        """A kept file. Raises StatementError file-missing."""
        ...

    def is_locked(self, file_path: str) -> bool:
        """Whether the kept file is an archive whose statement needs a password."""
        ...

    def unlock(self, file_path: str, *, password: str, max_bytes: int) -> KeptFile:
        """Store the statement of a locked archive as a kept file of its own.

        Raises WrongPasswordError, EmptyFileError and StatementError.
        """
        ...

    def free_bytes(self) -> int:
        """The room that is left on the disk of the folder."""
        ...

    def discard(self, file_path: str) -> None:
        """Forget a kept file."""
        ...

    def sweep(self, known: frozenset[str], *, older_than_s: float) -> int:
        """Remove files that nothing refers to; how many."""
        ...


class Feed(Protocol):
    """The change feed."""

    def page(self, *, after: int, limit: int) -> FeedPages:
        """The head of a page and its rows, read in one transaction."""
        ...

    def newest(self) -> int:
        """The seq of the latest change."""
        ...

    def stream(self, *, after: int, limit: int) -> FeedStream:
        """The page in Arrow, made outside this process; its caller closes it.

        Raises:
            FeedUnavailableError: too many are read at this moment, or it cannot be made.
        """
        ...
