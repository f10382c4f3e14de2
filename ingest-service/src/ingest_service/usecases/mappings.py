"""What the columns of an unknown table mean: shown, tried, applied, remembered, forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ingest_service.domain.category_tree import find
from ingest_service.domain.errors import (
    CategoryNotFoundError,
    FieldProblem,
    InvalidInputError,
    MappingNotAwaitedError,
)
from ingest_service.domain.mapping.check import problems_of
from ingest_service.domain.mapping.model import ColumnMapping, mapping_of
from ingest_service.domain.mapping.place import Place, find_place, signature_of
from ingest_service.domain.mapping.preview import Reader, Sheet, Shown, sheet_of, show
from ingest_service.domain.messages import sentence
from ingest_service.domain.models import ImportRecord, RememberedMapping
from ingest_service.domain.ports import Database, Session
from ingest_service.usecases.uploads import IMPORT_JOB, UNMAPPED, ImportStatus, status_of

_MAX_REMEMBERED = 200


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a preview or answers it."""

    user_id: int
    locale: str
    exponent_of: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Preview:
    """An import that waits, its first rows by a mapping, and what is doubtful of the guess.

    category is the path of the category that the mapping gives to all rows.
    """

    record: ImportRecord
    sheet: Sheet
    shown: Shown
    category: str | None


def preview_import(
    database: Database, asker: Asker, import_id: int, mapping: ColumnMapping | None
) -> Preview:
    """The first rows as the mapping, or else the guess, would store them.

    Raises:
        ImportNotFoundError, MappingNotAwaitedError: there is nothing to map.
        InvalidInputError: the mapping names what the table or the tree has not.
    """
    with database.read() as session:
        record = _waiting(session, asker.user_id, import_id)
        sheet = sheet_of(session.imports.preview(import_id))
        told = mapping or mapping_of(record.mapping or "")
        category = _category(session, asker, told)
    shown = show(sheet, told, Reader(record.time_zone, record.currency, asker.exponent_of))
    if shown is None:
        raise _unplaced(told, sheet, asker.locale)
    return Preview(record, sheet, shown, category)


def apply_mapping(
    database: Database,
    asker: Asker,
    import_id: int,
    mapping: ColumnMapping,
    *,
    remember: bool,
    now: int,
) -> ImportStatus:
    """Queue the import with the mapping, and use it for later files of this header if wanted.

    Raises:
        ImportNotFoundError, MappingNotAwaitedError: there is nothing to map.
        InvalidInputError: the mapping cannot be used; errors name each place.
    """
    with database.write() as session:
        record = _waiting(session, asker.user_id, import_id)
        sheet = sheet_of(session.imports.preview(import_id))
        used = _usable(mapping, sheet, asker.locale).mapping
        _category(session, asker, mapping)
        session.imports.use_mapping(import_id, used.text(), signature=signature_of(used))
        if remember:
            _remember(session, asker.user_id, used, now=now)
        session.imports.set_status(import_id, "queued")
        session.imports.enqueue(IMPORT_JOB, import_id, record.user_id)
        return status_of(session, session.imports.get(asker.user_id, import_id))


def list_mappings(database: Database, user_id: int) -> Sequence[RememberedMapping]:
    """What is remembered, the last used first."""
    with database.read() as session:
        return session.mappings.list(user_id)


def forget_mapping(database: Database, user_id: int, mapping_id: int) -> None:
    """Ask again for tables of this header. Raises MappingNotFoundError."""
    with database.write() as session:
        session.mappings.delete(user_id, mapping_id)


def _usable(mapping: ColumnMapping, sheet: Sheet, locale: str) -> Place:
    """The mapping's place in the file. Raises InvalidInputError with all that is wrong."""
    bare = find_place(replace(mapping, columns={}, notes=()), sheet.lines)
    problems = problems_of(mapping, None if bare is None else bare.header, locale=locale)
    if problems:
        raise InvalidInputError("The mapping cannot be used.", problems)
    place = find_place(mapping, sheet.lines)
    if place is None:
        raise _unplaced(mapping, sheet, locale)
    return place


def _remember(session: Session, user_id: int, used: ColumnMapping, *, now: int) -> None:
    signature = signature_of(used)
    known = session.mappings.list(user_id)
    if len(known) >= _MAX_REMEMBERED and all(one.header_signature != signature for one in known):
        session.mappings.delete(user_id, known[-1].id)
    session.mappings.remember(user_id, signature, used.text(), now=now)


def _waiting(session: Session, user_id: int, import_id: int) -> ImportRecord:
    record = session.imports.get(user_id, import_id)
    if record.status != UNMAPPED:
        raise MappingNotAwaitedError("The import waits for no mapping.")
    return record


def _category(session: Session, asker: Asker, mapping: ColumnMapping) -> str | None:
    """The path of the category that all rows are given. Raises InvalidInputError."""
    if mapping.category_id is None:
        return None
    try:
        return find(session.categories.tree(asker.user_id), mapping.category_id).path
    except CategoryNotFoundError as error:
        raise _invalid("mapping-category-unknown", "category_id", asker.locale) from error


def _unplaced(mapping: ColumnMapping, sheet: Sheet, locale: str) -> InvalidInputError:
    """Why the mapping's table is not in the file: its header, or a column."""
    bare = find_place(replace(mapping, columns={}, notes=()), sheet.lines)
    if bare is None:
        return _invalid("mapping-header-unknown", "header_row", locale)
    unknown = problems_of(mapping, bare.header, locale=locale)
    return InvalidInputError("The mapping cannot be used.", unknown)


def _invalid(code: str, place: str, locale: str) -> InvalidInputError:
    detail = sentence(code, locale=locale, params={})
    problem = FieldProblem(code, detail, f"/mapping/{place}")
    return InvalidInputError("The mapping cannot be used.", [problem])
