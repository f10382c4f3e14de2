"""The import itself; loads pandas, so only the worker imports this module."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, Protocol

from ingest_service.domain.categorise import Categoriser, in_category
from ingest_service.domain.category_model import CategoryModel
from ingest_service.domain.category_scoring import judge_for
from ingest_service.domain.category_tree import DEFAULT_CATEGORIES
from ingest_service.domain.errors import StatementError, UnmappedTableError
from ingest_service.domain.learning import opened
from ingest_service.domain.mapping.model import ColumnMapping, mapping_of
from ingest_service.domain.mapping.place import signature_of
from ingest_service.domain.messages import sentence
from ingest_service.domain.models import ImportRecord
from ingest_service.domain.normalise import Reading
from ingest_service.domain.places import NO_CITY, City, Locator
from ingest_service.domain.ports import Database, Staging, StoreOrder, Uploads
from ingest_service.domain.reading.ahead import ahead
from ingest_service.domain.reading.tables import OpenedTables
from ingest_service.domain.repair_reading import Repair, read_repair, repair_header
from ingest_service.domain.staged import split_fees, staged_table, with_cities
from ingest_service.domain.statement import Chunk, StatementOptions, guarded, read_tables
from ingest_service.domain.ties import tie_table
from ingest_service.usecases.learning import ask_learning

_UNFINISHED = frozenset({"queued", "running"})
_FEES = "finance.fees"


class Reporter(Protocol):
    """Tells how far the work is, and stops it when another worker has taken over."""

    def progress(self, *, done: int, total: int, stage: str = "") -> None:
        """Report."""
        ...

    def fence(self, connection: Any, /) -> None:
        """Raise when the work is no longer ours."""
        ...


@dataclass(frozen=True, slots=True)
class ImportTools:
    """What every import works with."""

    database: Database
    uploads: Uploads
    exponent_of: Callable[[str], int]
    clock: Callable[[], int]
    shipped_model: Callable[[], CategoryModel]
    locator: Callable[[], Locator]


def run_import(tools: ImportTools, *, user_id: int, import_id: int, reporter: Reporter) -> None:
    """Read the file, stage its rows, store what is new; a second run of the same job is harmless.

    Whatever happens before the one storing transaction leaves no trace but the status. A dry run
    leaves its counts and errors, and nothing else: its file goes when it is done.
    """
    with tools.database.write() as session:
        record = session.imports.get(user_id, import_id)
        if record.status not in _UNFINISHED:
            return
        if not record.dry_run:
            session.categories.plant_defaults(user_id)
        session.imports.set_status(import_id, "running")
        rules = session.rules.list(user_id)
        remembered = [mapping_of(one.mapping) for one in session.mappings.list(user_id)]
        tree = session.categories.tree(user_id)
        kept = session.models.get(user_id)
        if kept is not None and opened(kept) is None:
            ask_learning(session, user_id)
    id_by_code = {node.code: node.id for node in tree if node.code} or _unplanted()
    categoriser = Categoriser(
        rules=rules,
        id_by_code=id_by_code,
        exponent_of=tools.exponent_of,
        judge=judge_for(tree, tools.shipped_model(), opened(kept)),
    )
    try:
        with (
            tools.database.staging() as staging,
            tools.uploads.open(record.file_path) as stream,
            closing(OpenedTables(stream)) as tables,
        ):
            total = _estimated_rows(stream)
            fees = id_by_code.get(_FEES, id_by_code["other"])
            repaired = _repaired(tools, record, tables)
            if repaired is not None:
                record = replace(record, repair_of=repaired.id)
            known = {node.id for node in tree}
            stage = _Stage(
                tools, record, staging, categoriser, fees, reporter, repaired,
                [one for one in remembered if one.category_id in {None, *known}],
            )  # fmt: skip
            stage.run(tables, total=total)
    except UnmappedTableError as error:
        with tools.database.write() as session:
            session.imports.ask_mapping(import_id, mapping=error.mapping, preview=error.preview)
        # Its file is needed again when the question is answered.
        return
    except StatementError as error:
        detail = sentence(error.code, locale=record.locale, params=error.params)
        with tools.database.write() as session:
            session.imports.fail(import_id, code=error.code, detail=detail, now=tools.clock())
    if record.dry_run:
        tools.uploads.discard(record.file_path)


def _unplanted() -> dict[str, int]:
    """Stands for the default tree in the dry run of a user who has none yet."""
    return {node.code: -number for number, node in enumerate(DEFAULT_CATEGORIES, start=1)}


def _repaired(
    tools: ImportTools, record: ImportRecord, tables: OpenedTables
) -> ImportRecord | None:
    """The import that the file repairs: as its sender said, or by its columns."""
    if record.repair_of is not None:
        with tools.database.read() as session:
            return session.imports.get(record.user_id, record.repair_of)
    header = repair_header(tables)
    if header is None:
        return None
    with tools.database.write() as session:
        found = session.imports.find_repairable(record.user_id, header)
        if found is not None:
            session.imports.set_repair(record.id, found.id)
    return found


@dataclass(frozen=True, slots=True)
class _Stage:
    tools: ImportTools
    record: ImportRecord
    staging: Staging
    categoriser: Categoriser
    fee_category_id: int
    reporter: Reporter
    repaired: ImportRecord | None
    remembered: Sequence[ColumnMapping]
    city_codes: set[str] = field(default_factory=set)

    def run(self, tables: OpenedTables, *, total: int) -> None:
        # The generator must end before the files that it reads are closed.
        with ExitStack() as opened, closing(ahead(self._chunks(tables, opened))) as chunks:
            self._run(chunks, total=total)

    def _chunks(self, tables: OpenedTables, opened: ExitStack) -> Iterator[Chunk]:
        if self.repaired is None:
            return read_tables(tables, self._options(self.record))
        original = opened.enter_context(self.tools.uploads.open(self.repaired.file_path))
        with self.tools.database.read() as session:
            failed = session.imports.failed_places(self.repaired.id)
        repair = Repair(original, self._options(self.repaired), failed)
        return guarded(read_repair(tables, repair))

    def _options(self, record: ImportRecord) -> StatementOptions:
        """How the file of an import is to be read."""
        return StatementOptions(
            reading=Reading(record.time_zone, record.currency, self.tools.exponent_of),
            requested_profile=record.requested_profile,
            locale=self.record.locale,
            mapping=mapping_of(record.mapping) if record.mapping else None,
            remembered=self.remembered,
        )

    def _run(self, chunks: Iterable[Chunk], *, total: int) -> None:
        done = 0
        profile = ""
        mapping: ColumnMapping | None = None
        headers: dict[str, Sequence[str]] = {}
        self.reporter.progress(done=0, total=total, stage="reading")
        for chunk in chunks:
            self._add(chunk)
            profile = profile or chunk.profile_id
            mapping = mapping or chunk.mapping
            headers.setdefault(chunk.sheet, chunk.header)
            done += chunk.size
            total = max(total, done)
            self.reporter.progress(done=done, total=total, stage="reading")
        if done == 0:
            raise StatementError("no-transactions")
        if mapping is not None:
            self._note_mapping(mapping)
        # The estimate counted lines that are no rows: headers, footers, a cell's second line.
        self.reporter.progress(done=done, total=done, stage="storing")
        order = StoreOrder(
            record=self.record,
            profile=profile,
            now=self.tools.clock(),
            fence=self.reporter.fence,
            header=json.dumps(headers, ensure_ascii=False),
            cities=self._cities(),
        )
        if self.record.dry_run:
            self.staging.preview(order)
        else:
            self.staging.store(order)

    def _cities(self) -> Sequence[City]:
        codes = sorted(self.city_codes - {NO_CITY})
        return self.tools.locator().cities(codes) if codes else ()

    def _note_mapping(self, mapping: ColumnMapping) -> None:
        """Keep with the import by which mapping it was read: its repair is read by the same."""
        signature = signature_of(mapping)
        with self.tools.database.write() as session:
            session.imports.use_mapping(self.record.id, mapping.text(), signature=signature)
            if not self.record.dry_run:
                session.mappings.note_use(self.record.user_id, signature, now=self.tools.clock())

    def _add(self, chunk: Chunk) -> None:
        if len(chunk.rows):
            rows = self.categoriser.apply(chunk.rows)
            if chunk.mapping is not None and chunk.mapping.category_id is not None:
                rows = in_category(rows, chunk.mapping.category_id)
            rows = split_fees(rows, fee_category_id=self.fee_category_id, locale=self.record.locale)
            rows = with_cities(rows, self.tools.locator)
            self.city_codes.update(rows["city"].unique())
            self.staging.add(staged_table(rows), tie_table(rows, self.tools.exponent_of))
        if chunk.errors:
            self.staging.add_errors(chunk.errors)


def _estimated_rows(stream: BinaryIO) -> int:
    """The number of lines; for a workbook this says little, and total grows as rows are read."""
    lines = 0
    while block := stream.read(1 << 20):
        lines += block.count(b"\n")
    stream.seek(0)
    return max(lines, 1)
