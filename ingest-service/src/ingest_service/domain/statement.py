"""A statement file as chunks of rows ready to be staged; loads pandas, for the worker only."""

from __future__ import annotations

import csv
import io
import logging
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from ingest_service.domain.errors import StatementError, UnmappedTableError
from ingest_service.domain.mapping.ask import Asking, read_unasked
from ingest_service.domain.mapping.model import ColumnMapping, mapping_of
from ingest_service.domain.messages import sentence
from ingest_service.domain.models import RowError
from ingest_service.domain.normalise import Normalised, Reading, normalise
from ingest_service.domain.profiles import recognise
from ingest_service.domain.profiles.base import (
    NO_HEADER,
    Profile,
    Recognition,
    Sample,
    header_names,
)
from ingest_service.domain.profiles.generic import PROFILE as GENERIC
from ingest_service.domain.reading.blocks import Block, Blocks
from ingest_service.domain.reading.tables import MAX_CELL_CHARS, Record, Table, chunks, open_tables

_LOG = logging.getLogger(__name__)
_RAW_CHARS = 2_000
_FIELD_OF = {
    "time_text": "time", "amount_text": "amount", "currency_text": "currency",
    "direction": "direction", "lat_text": "lat", "lon_text": "lon",
}  # fmt: skip
_FIELD_OF_UNKNOWN = {"direction-invalid": "direction", "status-unknown": "status"}


@dataclass(frozen=True, slots=True)
class StatementOptions:
    """What the upload said about itself, and what its owner said of such tables before.

    mapping is used whatever the profiles say; remembered ones where a table is theirs.
    """

    reading: Reading
    requested_profile: str | None
    locale: str
    mapping: ColumnMapping | None = None
    remembered: Sequence[ColumnMapping] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a table, each once: in rows, or in errors (of kind error or ignored).

    rows has the columns of normalise() and row (int64, line in the file) and sheet (text).
    """

    profile_id: str
    rows: pd.DataFrame
    errors: Sequence[RowError]
    sheet: str
    header: Sequence[str]
    mapping: ColumnMapping | None = None

    @property
    def size(self) -> int:
        """How many rows of the file the chunk covers."""
        return len(self.rows) + len(self.errors)


def read_statement(stream: BinaryIO, options: StatementOptions) -> Iterator[Chunk]:
    """The chunks of every table that the surest profile recognises.

    Raises:
        UnmappedTableError: the file is a table of which the columns' meaning must be asked.
        StatementError: the file is no statement, or breaks a limit.
    """
    return read_tables(open_tables(stream), options)


def read_tables(tables: Iterable[Table], options: StatementOptions) -> Iterator[Chunk]:
    """read_statement() of a file that is open already.

    Raises:
        UnmappedTableError, StatementError: as read_statement().
    """
    return guarded(
        chunk for reader in recognised_tables(tables, options) for chunk in reader.chunks()
    )


def guarded(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """The chunks; a fault of ours on the way fails this file alone.

    Raises:
        StatementError: as the chunks raise it, or file-unreadable.
    """
    with faults_of_ours():
        yield from chunks


@contextmanager
def faults_of_ours() -> Iterator[None]:
    """Let a fault that a file brings to light be an error of that file.

    Raises:
        StatementError: file-unreadable, or file-too-heavy where it takes more memory than there is.
    """
    try:
        yield
    except MemoryError as e:
        raise StatementError("file-too-heavy") from e
    except (
        ValueError,
        LookupError,
        ArithmeticError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as e:
        # Trying again would not help.
        last = traceback.extract_tb(e.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        _LOG.error("statement_reader_fault", extra={"kind": type(e).__name__, "place": place})
        raise StatementError("file-unreadable") from e


def recognised_tables(tables: Iterable[Table], options: StatementOptions) -> Iterator[TableReader]:
    """The tables of the file that are statements, each with the profile that reads it.

    Raises:
        UnmappedTableError: the file is a table of which the columns' meaning must be asked.
        StatementError: the file is no statement, or breaks a limit.
    """
    found = False
    mismatch: StatementError | None = None
    asking: Asking | None = None
    for table in tables:
        try:
            recognised = _recognise(table, options)
        except StatementError as error:
            mismatch = error
            continue
        if isinstance(recognised, Asking):
            asking = asking or recognised
        elif recognised is not None:
            found = True
            yield TableReader(*recognised, options)
    if not found:
        if asking is not None:
            raise UnmappedTableError(asking.mapping, asking.sheet)
        raise mismatch or StatementError("not-recognised")


def _recognise(
    table: Table, options: StatementOptions
) -> tuple[Table, Profile, Recognition] | Asking | None:
    """Who reads the table, what must be asked first, or None where it is no statement."""
    if options.mapping is not None:
        return read_unasked(table, mapping=options.mapping)
    requested = None if options.requested_profile == GENERIC.id else options.requested_profile
    sample = Sample([record.cells for record in table.sample])
    recognised = recognise(sample, requested=requested)
    if recognised is not None and recognised[0] is not GENERIC:
        return (table, *recognised)
    return read_unasked(table, remembered=options.remembered, recognised=recognised)


def _stands_alone(table: Table, header_index: int) -> bool:
    """Whether the header is one line, so that the table begins with the next."""
    following = table.sample[header_index + 1 : header_index + 2]
    return bool(following) and following[0].row == _line(table, header_index) + 1


def _line(table: Table, header_index: int) -> int:
    """The line of the header; 0 where the table has none."""
    return 0 if header_index == NO_HEADER else table.sample[header_index].row


def _block_chunks(
    plain: Blocks, reader: TableReader, first_line: int
) -> Generator[Chunk, None, Iterable[Record]]:
    """Chunks of whole columns as far as the text is even; the records that come after them."""
    for part in plain.blocks(first_line):
        if not isinstance(part, Block):
            return part
        chunk, is_over = reader.read_block(part)
        yield chunk
        if is_over:
            break
    return ()


def _body(records: Iterable[Record], profile: Profile) -> Iterator[Record]:
    """The records before the footer; wholly blank lines are no rows."""
    for record in records:
        if profile.ends_at(record.cells):
            return
        if "".join(record.cells).strip():
            yield record


@dataclass(frozen=True, slots=True)
class TableReader:
    """One table of a file, read by the profile that knows it."""

    table: Table
    profile: Profile
    recognition: Recognition
    options: StatementOptions

    @property
    def sheet(self) -> str | None:
        """The sheet on which the table stands."""
        return self.table.sheet

    @property
    def header_cells(self) -> list[str]:
        """The header as it stands in the file, or the names that the columns are given."""
        if self.recognition.columns:
            return list(self.recognition.columns)
        return self.table.sample[self.recognition.header_index].cells

    @property
    def header(self) -> list[str]:
        """Distinct names of the columns."""
        return header_names(self.header_cells)

    def chunks(self) -> Iterator[Chunk]:
        """All rows of the table."""
        index = self.recognition.header_index
        records: Iterable[Record] = islice(self.table.records, index + 1, None)
        if self.table.plain is not None and _stands_alone(self.table, index):
            first_line = _line(self.table, index) + 1
            records = yield from _block_chunks(self.table.plain, self, first_line)
        for part in chunks(_body(records, self.profile), heavy=self.table.heavy):
            yield self.read(part)

    def ignore(self, record: Record, code: str) -> Chunk:
        """A chunk of one record that is ignored, and why."""
        return self._chunk(pd.DataFrame(), [self._ignored(record, code)])

    def _chunk(self, rows: pd.DataFrame, errors: Sequence[RowError]) -> Chunk:
        told = self.recognition.options.get("mapping")
        mapping = mapping_of(told) if told and self.profile is not GENERIC else None
        return Chunk(self.profile.id, rows, errors, self.sheet or "", self.header_cells, mapping)

    def read(self, records: list[Record]) -> Chunk:
        """The chunk of some records."""
        fitting, errors = self._fit(records)
        done = self._normalised(self._frame(fitting))
        numbers = pd.Series([record.row for record in fitting], dtype="int64")
        rows = done.rows.assign(row=numbers.reindex(done.rows.index), sheet=self.sheet or "")
        errors.extend(self._errors(done, fitting.__getitem__))
        return self._chunk(rows, errors)

    def read_block(self, block: Block) -> tuple[Chunk, bool]:
        """The chunk of a block of lines, and whether the footer begins in it."""
        width, given = len(self.header), block.columns.num_columns
        frame = block.columns.to_pandas()
        if given > width and any(
            (_clean(frame[str(at)]) != "").any() for at in range(width, given)
        ):
            records = [block.record(position) for position in range(len(frame))]
            body = list(_body(records, self.profile))
            over = len(body) < len(records) and any(
                self.profile.ends_at(record.cells) for record in records
            )
            return self.read(body), over
        frame = pd.DataFrame(
            {
                name: _clean(frame[str(at)]) if at < given else pd.Series("", frame.index, "str")
                for at, name in enumerate(self.header)
            }
        )
        blank = _is_blank(frame)
        done = self._normalised(frame[~blank] if blank.any() else frame)
        done, end = self._before_footer(done, block)
        rows = done.rows.assign(row=block.lines[done.rows.index.to_numpy()], sheet=self.sheet or "")
        return self._chunk(rows, self._errors(done, block.record)), end is not None

    def _normalised(self, frame: pd.DataFrame) -> Normalised:
        draft = _with_preamble(self.profile.parse(frame, self.recognition), self.recognition)
        return normalise(draft, self.options.reading)

    def _before_footer(self, done: Normalised, block: Block) -> tuple[Normalised, int | None]:
        """What stands before the footer, and where that begins.

        A footer is no transaction, so only lines that could not be read are asked.
        """
        unread = sorted(
            [problem.position for problem in done.problems] + [row.position for row in done.ignored]
        )
        end = next((at for at in unread if self.profile.ends_at(block.cells(at))), None)
        if end is None:
            return done, None
        kept = Normalised(
            done.rows[done.rows.index < end],
            [problem for problem in done.problems if problem.position < end],
            [row for row in done.ignored if row.position < end],
        )
        return kept, end

    def _fit(self, records: list[Record]) -> tuple[list[Record], list[RowError]]:
        """The records that fit the header, and an error for each that does not."""
        width = len(self.header)
        fitting, errors = [], []
        for record in records:
            cells = record.cells
            if len(cells) > width and any(cell.strip() for cell in cells[width:]):
                errors.append(self._error(record, "too-many-cells"))
            elif max(map(len, cells)) > MAX_CELL_CHARS:
                errors.append(self._error(record, "cell-too-long"))
            else:
                fitting.append(record)
        return fitting, errors

    def _frame(self, records: list[Record]) -> pd.DataFrame:
        width = len(self.header)
        padded = [record.cells[:width] + [""] * (width - len(record.cells)) for record in records]
        columns = zip(*padded, strict=True) if padded else [()] * width
        return pd.DataFrame(
            {
                name: _clean(pd.Series(list(column), dtype="str"))
                for name, column in zip(self.header, columns, strict=True)
            }
        )

    def _errors(self, done: Normalised, record_at: Callable[[int], Record]) -> list[RowError]:
        failed = [
            self._error(
                record_at(problem.position),
                problem.code,
                value=problem.value,
                field=_FIELD_OF_UNKNOWN.get(problem.code)
                or _FIELD_OF.get(problem.column, problem.column),
            )
            for problem in done.problems
        ]
        ignored = [self._ignored(record_at(row.position), row.code) for row in done.ignored]
        return failed + ignored

    def _ignored(self, record: Record, code: str) -> RowError:
        return replace(self._error(record, code), kind="ignored")

    def _error(
        self, record: Record, code: str, *, value: str = "", field: str | None = None
    ) -> RowError:
        detail = sentence(code, locale=self.options.locale, params={"value": value})
        return RowError(record.row, code, detail, _raw(record.cells), field, self.sheet)


def _with_preamble(draft: pd.DataFrame, recognition: Recognition) -> pd.DataFrame:
    """The draft, with currency and account from above the table where the rows tell none."""
    for column, option in (("currency_text", "currency"), ("account", "account")):
        value = recognition.options.get(option, "")
        if value:
            draft[column] = draft[column].mask(draft[column] == "", value)
    return draft


def _is_blank(frame: pd.DataFrame) -> pd.Series[bool]:
    """Rows of which every cell is empty."""
    blank = frame.iloc[:, 0] == ""
    for number in range(1, frame.shape[1]):
        if not blank.any():
            break
        blank &= frame.iloc[:, number] == ""
    return blank


def _clean(cells: pd.Series[str]) -> pd.Series[str]:
    """Cells without the blanks around them and without Excel's ="..." wrapping."""
    stripped = cells.str.strip(" \t\r\n\u3000\ufeff\xa0")
    if stripped.str.startswith('="').any():
        stripped = stripped.str.replace(r'^="(.*)"$', r"\1", regex=True)
    return stripped.str.replace("\x00", "", regex=False)


def _raw(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([cell.strip() for cell in cells])
    return line.getvalue()[:_RAW_CHARS]
