"""A statement file as chunks of rows ready to be staged; loads pandas, for the worker only."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import pandas as pd

from ingest_service.domain.errors import StatementError
from ingest_service.domain.messages import sentence
from ingest_service.domain.models import RowError
from ingest_service.domain.normalise import Normalised, Reading, normalise
from ingest_service.domain.profiles import recognise
from ingest_service.domain.profiles.base import Profile, Recognition, Sample, header_names
from ingest_service.domain.reading.tables import MAX_CELL_CHARS, Record, Table, chunks, open_tables

_RAW_CHARS = 2_000
_FIELD_OF = {
    "time_text": "time", "amount_text": "amount", "currency_text": "currency",
    "direction": "direction", "lat_text": "lat", "lon_text": "lon",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatementOptions:
    """What the upload said about itself."""

    reading: Reading
    requested_profile: str | None
    locale: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a statement, each once: in rows, or in errors (of kind error or ignored).

    rows has the columns of normalise() and row (int64, line in the file) and sheet (text).
    """

    profile_id: str
    rows: pd.DataFrame
    errors: Sequence[RowError]

    @property
    def size(self) -> int:
        """How many rows of the file the chunk covers."""
        return len(self.rows) + len(self.errors)


def read_statement(stream: BinaryIO, options: StatementOptions) -> Iterator[Chunk]:
    """The chunks of every table that the surest profile recognises.

    Raises:
        StatementError: the file is no statement, or breaks a limit.
    """
    found = False
    mismatch: StatementError | None = None
    for table in open_tables(stream):
        sample = Sample([record.cells for record in table.sample])
        try:
            recognised = recognise(sample, requested=options.requested_profile)
        except StatementError as error:
            mismatch = error
            continue
        if recognised is not None:
            found = True
            yield from _chunks(table, *recognised, options)
    if not found:
        raise mismatch or StatementError("not-recognised")


def _chunks(
    table: Table, profile: Profile, recognition: Recognition, options: StatementOptions
) -> Iterator[Chunk]:
    header = header_names(table.sample[recognition.header_index].cells)
    body = _body(table.records, profile, recognition.header_index)
    for records in chunks(body, heavy=table.heavy):
        yield _Reader(table.sheet, header, profile, recognition, options).read(records)


def _body(records: Iterable[Record], profile: Profile, header_index: int) -> Iterator[Record]:
    """The records after the header and before the footer; wholly blank lines are no rows."""
    for index, record in enumerate(records):
        if index <= header_index:
            continue
        if profile.ends_at(record.cells):
            return
        if "".join(record.cells).strip():
            yield record


@dataclass(frozen=True, slots=True)
class _Reader:
    sheet: str | None
    header: list[str]
    profile: Profile
    recognition: Recognition
    options: StatementOptions

    def read(self, records: list[Record]) -> Chunk:
        fitting, errors = self._fit(records)
        frame = self._frame(fitting)
        draft = _with_preamble(self.profile.parse(frame, self.recognition), self.recognition)
        done = normalise(draft, self.options.reading)
        numbers = pd.Series([record.row for record in fitting], dtype="int64")
        rows = done.rows.assign(row=numbers.reindex(done.rows.index), sheet=self.sheet or "")
        errors.extend(self._errors(done, fitting))
        return Chunk(self.profile.id, rows, errors)

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

    def _errors(self, done: Normalised, records: list[Record]) -> list[RowError]:
        failed = [
            self._error(
                records[problem.position],
                problem.code,
                value=problem.value,
                field=_FIELD_OF.get(problem.column, problem.column),
            )
            for problem in done.problems
        ]
        ignored = [self._ignored(records[row.position], row.code) for row in done.ignored]
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
