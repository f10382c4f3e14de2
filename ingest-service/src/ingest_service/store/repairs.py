"""Rows that a repair file brought after all, and the counts of the import that they failed in."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection, text

from ingest_service.domain.models import ImportRecord

_MARK = """
UPDATE import_errors SET repaired_by = :by
WHERE import_id = :repaired AND repaired_by IS NULL AND row IN (SELECT value FROM json_each(:rows))
RETURNING row, kind
"""
_UNMARK = """
UPDATE import_errors SET repaired_by = NULL WHERE repaired_by = :by RETURNING import_id, row, kind
"""
_COUNT = """
UPDATE imports SET rows_success = rows_success + :success, rows_duplicate = rows_duplicate + :known,
    rows_failed = rows_failed - :failed, rows_ignored = rows_ignored - :ignored
WHERE id = :id
"""
_JUDGE = """
UPDATE imports SET
    status = CASE WHEN rows_failed = 0 THEN 'succeeded'
                  WHEN rows_success + rows_duplicate > 0 THEN 'partial' ELSE 'failed' END,
    error_code = CASE WHEN rows_failed > 0 AND rows_success + rows_duplicate = 0
                      THEN 'all-rows-failed' END,
    error_detail = CASE WHEN rows_failed > 0 AND rows_success + rows_duplicate = 0
                        THEN error_detail END
WHERE id = :id AND status IN ('succeeded', 'partial', 'failed')
"""


def note_repair(
    connection: Connection, repair: ImportRecord, new_by_line: Mapping[int, bool]
) -> None:
    """Count the lines that the repair stored as successes (or duplicates) of the import itself."""
    parameters = {
        "by": repair.id,
        "repaired": repair.repair_of,
        "rows": json.dumps(sorted(new_by_line)),
    }
    marked = connection.execute(text(_MARK), parameters).all()
    if not marked or repair.repair_of is None:
        return
    new = sum(new_by_line[row.row] for row in marked)
    _count(connection, repair.repair_of, kinds=[row.kind for row in marked], new=new)


def take_back_repair(connection: Connection, repair: ImportRecord) -> None:
    """Let the lines that an import repaired count as failed again."""
    marked = connection.execute(text(_UNMARK), {"by": repair.id}).all()
    if not marked or repair.repair_of is None:
        return
    new = min(repair.counts.success, len(marked))
    _count(connection, repair.repair_of, kinds=[row.kind for row in marked], new=new, sign=-1)


def _count(
    connection: Connection, import_id: int, *, kinds: list[str], new: int, sign: int = 1
) -> None:
    counts = {
        "success": sign * new,
        "known": sign * (len(kinds) - new),
        "failed": sign * kinds.count("error"),
        "ignored": sign * kinds.count("ignored"),
        "id": import_id,
    }
    connection.execute(text(_COUNT), counts)
    connection.execute(text(_JUDGE), {"id": import_id})
