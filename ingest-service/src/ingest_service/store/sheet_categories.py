"""Categories that a person changed in an exported sheet: the word of a person, as on a page.

What the row had before is kept with the import, so that undo gives it back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from ingest_service.domain.category_names import exported_paths
from ingest_service.domain.export_table import category_check
from ingest_service.domain.models import ImportRecord
from ingest_service.store.categories import SqliteCategories
from ingest_service.store.rows import take_seq
from ingest_service.store.spool import Spool

_ROWS = """
SELECT id, category_id, category_source, category_confidence FROM expenses
WHERE id IN (SELECT value FROM json_each(:ids)) AND user_id = :user_id AND deleted = 0 ORDER BY id
"""
_CHOOSE = """
UPDATE expenses SET category_id = ?, category_source = 'user', category_confidence = NULL, seq = ?
WHERE id = ?
"""
_REMEMBER = """
INSERT INTO import_updates (import_id, expense_id, before) VALUES (?, ?, ?)
ON CONFLICT (import_id, expense_id)
    DO UPDATE SET before = json_set(before, '$.chosen', excluded.before -> '$.chosen')
"""
_CHOSEN = """
SELECT u.import_id, u.expense_id, u.before -> '$.chosen' AS chosen, e.category_id,
       e.category_source
FROM import_updates u JOIN expenses e ON e.id = u.expense_id
WHERE e.user_id = :user_id AND u.before -> '$.chosen' IS NOT NULL
  AND u.expense_id IN (SELECT expense_id FROM import_updates WHERE import_id = :import_id)
ORDER BY u.expense_id, u.import_id
"""
_HAND_ON = """
UPDATE import_updates SET before = json_set(before, '$.chosen.was', json(?))
WHERE import_id = ? AND expense_id = ?
"""
_GIVE_BACK = """
UPDATE expenses SET category_id = ?1, category_source = ?2, category_confidence = ?3, seq = ?4
WHERE id = ?5 AND deleted = 0
  AND (?1 IS NULL OR EXISTS (SELECT 1 FROM categories WHERE id = ?1 AND deleted = 0))
"""


@dataclass(frozen=True, slots=True)
class SheetCategory:
    """What a sheet says of a stored row: a category (0: one that is yet to be made), and the check
    of the one that had been exported.
    """

    category_id: int
    check: str


def read_changed(
    rows: Spool, changed: Mapping[int, str], stored_id: Callable[[int], int]
) -> dict[int, tuple[str, str]]:
    """Id of a stored row -> the path of its category in the sheet, and the check beside it.

    Args:
        rows: the staged rows of the sheet.
        changed: the checks of those rows whose category was changed, by their number.
        stored_id: which stored row a row of the sheet tells; 0: it is new.
    """
    told: dict[int, tuple[str, str]] = {}
    for start, batch in rows.batches(["category_path"]) if changed else ():
        here = (at for at in changed if start <= at < start + len(batch))
        for at in here:
            if id_ := stored_id(at):
                told[id_] = (batch["category_path"][at - start].as_py(), changed[at])
    return told


def changed_by_sheet(
    connection: Connection, user_id: int, told: Mapping[int, SheetCategory]
) -> list[RowMapping]:
    """The rows to which the sheet gives another category.

    Not those to which a person gave one after the export: then the row has a person's category,
    and it is not the exported one.
    """
    if not told:
        return []
    tree = SqliteCategories(connection).tree(user_id)
    paths = [exported_paths(tree, english=english) for english in (False, True)]
    parameters = {"ids": json.dumps(sorted(told)), "user_id": user_id}
    found = []
    for row in connection.execute(text(_ROWS), parameters).mappings():
        said, now = told[row["id"]], row["category_id"]
        exported = said.check in {category_check(names.get(now, "")) for names in paths}
        if said.category_id != now and (exported or row["category_source"] != "user"):
            found.append(row)
    return found


def choose(
    connection: Connection, record: ImportRecord, told: Mapping[int, SheetCategory]
) -> set[int]:
    """Give the rows the categories of the sheet; the ids of those that changed."""
    rows = changed_by_sheet(connection, record.user_id, told)
    if not rows:
        return set()
    seq = take_seq(connection, len(rows))
    chosen = [(told[row["id"]].category_id, seq + at, row["id"]) for at, row in enumerate(rows)]
    connection.exec_driver_sql(_CHOOSE, chosen)
    remembered = [(record.id, row["id"], _kept(told[row["id"]], row)) for row in rows]
    connection.exec_driver_sql(_REMEMBER, remembered)
    return {row["id"] for row in rows}


def give_back(connection: Connection, record: ImportRecord) -> None:
    """Take back what an import's sheet chose, unless something else was chosen since.

    Where a later sheet chose anew, it is that one's undo that gives the earlier category back.
    """
    parameters = {"user_id": record.user_id, "import_id": record.id}
    rows = connection.execute(text(_CHOSEN), parameters).mappings().all()
    for own in (row for row in rows if row["import_id"] == record.id):
        chosen = json.loads(own["chosen"])
        later = _later(own, rows)
        if later is not None:
            told = (json.dumps(chosen["was"]), later["import_id"], own["expense_id"])
            connection.exec_driver_sql(_HAND_ON, told)
        elif own["category_source"] == "user" and own["category_id"] == chosen["category_id"]:
            seq = take_seq(connection)
            connection.exec_driver_sql(_GIVE_BACK, (*chosen["was"], seq, own["expense_id"]))


def _later(own: RowMapping, rows: Any) -> RowMapping | None:
    """The next sheet that found the row as this one had left it."""
    left = [json.loads(own["chosen"])["category_id"], "user", None]
    for row in rows:
        is_next = row["expense_id"] == own["expense_id"] and row["import_id"] > own["import_id"]
        if is_next and json.loads(row["chosen"])["was"] == left:
            found: RowMapping = row
            return found
    return None


def _kept(said: SheetCategory, row: RowMapping) -> str:
    was = [row["category_id"], row["category_source"], row["category_confidence"]]
    return json.dumps({"chosen": {"category_id": said.category_id, "was": was}})
