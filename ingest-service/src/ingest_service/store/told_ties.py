"""The names and links that an export gives its rows: rows known by name, links put back.

Loads NumPy: only the worker imports this module.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, text

from ingest_service.domain.export_links import (
    RowName,
    ToldReason,
    is_edited,
    is_name_of,
    name_of,
    ties_of,
)
from ingest_service.domain.models import ImportRecord
from ingest_service.store.identity import Identities
from ingest_service.store.link_effects import in_force, put_in_force
from ingest_service.store.refunds import recompute_refunds
from ingest_service.store.spool import Spool

_UNTOLD = ToldReason("from-export", 1.0, {})

_ROWS = """
CREATE TEMP TABLE told_rows (
    at INTEGER PRIMARY KEY, fingerprint BLOB, occurrence INTEGER, name BLOB, number INTEGER,
    is_new INTEGER, direction TEXT, refunded INTEGER, edited TEXT, id INTEGER)
"""
_TIES = """
CREATE TEMP TABLE told_ties (
    at INTEGER, kind TEXT, status TEXT, is_from INTEGER, name BLOB, number INTEGER,
    reason TEXT, score REAL)
"""
_NAMES = "CREATE INDEX temp.told_names ON told_rows (name, number)"
# What a person deleted stays away, with its links.
_FIND = """
UPDATE told_rows SET id = (
    SELECT e.id FROM expenses e WHERE e.user_id = :user_id AND e.fingerprint = told_rows.fingerprint
      AND e.occurrence = told_rows.occurrence AND e.deleted = 0)
"""
# The other row stands in the file under that name, or came with another file.
_OTHER = """
coalesce((SELECT r.id FROM told_rows r WHERE r.name = t.name AND r.number = t.number
          ORDER BY r.at LIMIT 1),
         (SELECT e.id FROM expenses e WHERE e.user_id = :user_id AND e.fingerprint = t.name
            AND e.occurrence = t.number AND e.deleted = 0))
"""
# A pair that was judged here already, and a row that another link has taken, stay as they are.
_INSERT = f"""
INSERT OR IGNORE INTO links (user_id, kind, from_id, to_id, amount_minor, status, reason, score,
                             import_id, created_at)
SELECT :user_id, p.kind, f.id, t.id, min(f.amount_minor, t.amount_minor), p.status,
       p.reason, p.score, :import_id, :now
FROM (SELECT DISTINCT t.kind, t.status, t.reason, t.score,
             CASE WHEN t.is_from THEN w.id ELSE {_OTHER} END AS from_id,
             CASE WHEN t.is_from THEN {_OTHER} ELSE w.id END AS to_id
      FROM told_ties t JOIN told_rows w ON w.at = t.at) p
JOIN expenses f ON f.id = p.from_id JOIN expenses t ON t.id = p.to_id
WHERE f.id <> t.id AND f.currency = t.currency AND f.deleted = 0 AND t.deleted = 0
  AND NOT (p.status IN ('linked', 'confirmed') AND EXISTS (
      SELECT 1 FROM links l WHERE l.id <= :before AND l.status IN ('linked', 'confirmed')
        AND (l.from_id = f.id AND (l.kind = p.kind OR l.kind <> 'refund' AND p.kind <> 'refund')
             OR l.to_id = f.id AND l.kind = 'own_transfer' AND p.kind <> 'refund')))
ORDER BY f.id, t.id
"""  # noqa: S608 - our own text
_LAST_LINK = "SELECT coalesce(max(id), 0) FROM links"
_NEW_LINKS = "SELECT id FROM links WHERE id > :before"
_REFUNDED = """
SELECT DISTINCT to_id FROM links WHERE id > :before AND kind = 'refund'
  AND status IN ('linked', 'confirmed')
"""
# Where a link or its row is missing, what the table shows counts.
_REDIRECT = """
UPDATE expenses SET direction = told.direction,
    stated_direction = CASE WHEN stated_direction = '' THEN expenses.direction
                            WHEN stated_direction = told.direction THEN ''
                            ELSE stated_direction END
FROM (SELECT id, direction FROM told_rows WHERE is_new AND direction <> '') AS told
WHERE expenses.id = told.id AND expenses.direction <> told.direction
"""
_GIVE_BACK = """
UPDATE expenses SET refunded_minor = told.refunded, stated_refund_minor = told.refunded
FROM (SELECT id, refunded FROM told_rows WHERE is_new AND refunded >= 0) AS told
WHERE expenses.id = told.id AND expenses.refunded_minor <> told.refunded
"""


# A later statement is not to take back what the owner said.
_KEEP_EDITS = """
UPDATE expenses SET edited = told.edited
FROM (SELECT id, edited FROM told_rows WHERE is_new AND edited <> '') AS told
WHERE expenses.id = told.id
"""
_EDITABLE = "time amount_minor merchant note"


class ToldTies:
    """The names and links of one file's rows; mostly a file has none."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def names(self, rows: Identities) -> dict[int, RowName]:
        """By what the rows are known that the file still tells as they were exported."""
        return {
            at: name
            for at, ref in self._refs()
            if is_name_of(ref, rows.fingerprint(at)) and (name := name_of(ref)) is not None
        }

    def changed_categories(self) -> dict[int, str]:
        """Rows whose category was changed in the file -> the check of what had been exported."""
        return {
            at: check
            for _, batch in self._spool.batches(["position", "check"])
            for at, check in zip(
                batch["position"].to_pylist(), batch["check"].to_pylist(), strict=True
            )
            if check
        }

    def restore(
        self,
        connection: Connection,
        record: ImportRecord,
        *,
        identity: Callable[[int], tuple[RowName, bool]],
        ids: Mapping[int, int],
        now: int,
    ) -> None:
        """Put back the links of the rows, which are stored now, and what they made of these.

        identity tells by the number of a row as what it is known, and whether it is new; ids names
        the rows that the file tells with another time or amount.
        """
        if not self._spool.rows:
            return
        for statement in (_ROWS, _TIES):
            connection.execute(text(statement))
        self._stage(connection, identity)
        common = {"user_id": record.user_id, "import_id": record.id, "now": now}
        connection.execute(text(_NAMES))
        connection.execute(text(_FIND), common)
        raw: Any = connection.connection.dbapi_connection
        raw.executemany(
            "UPDATE told_rows SET id = ? WHERE at = ?", ((v, k) for k, v in ids.items())
        )
        before = {"before": connection.execute(text(_LAST_LINK)).scalar_one()}
        connection.execute(text(_INSERT), {**common, **before})
        made = list(connection.execute(text(_NEW_LINKS), before).scalars())
        put_in_force(connection, in_force(connection, made))
        recompute_refunds(connection, set(connection.execute(text(_REFUNDED), before).scalars()))
        for statement in (_REDIRECT, _GIVE_BACK, _KEEP_EDITS):
            connection.execute(text(statement))
        for name in ("told_rows", "told_ties"):
            connection.execute(text(f"DROP TABLE temp.{name}"))

    def _refs(self) -> Iterator[tuple[int, str]]:
        for _, batch in self._spool.batches(["position", "ref"]):
            yield from zip(batch["position"].to_pylist(), batch["ref"].to_pylist(), strict=True)

    def _stage(
        self, connection: Connection, identity: Callable[[int], tuple[RowName, bool]]
    ) -> None:
        raw: Any = connection.connection.dbapi_connection
        for _, batch in self._spool.batches():
            rows, ties = [], []
            for row in batch.to_pylist():
                at = row["position"]
                known, is_new = identity(at)
                name = name_of(row["ref"]) or RowName(b"", 0)
                told = [
                    (at, t.kind, t.status, t.is_from, *t.other, *_why(t.reason))
                    for t in ties_of(row["links"])
                ]
                shown = (row["direction"], row["refunded_minor"])
                edited = _edited(row, is_known=known == name, is_tied=bool(told))
                rows.append((at, *known, *name, is_new, *shown, edited))
                ties += told
            raw.executemany(
                "INSERT INTO told_rows (at, fingerprint, occurrence, name, number, is_new,"
                " direction, refunded, edited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )
            raw.executemany("INSERT INTO told_ties VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ties)


def _why(reason: ToldReason | None) -> tuple[str, float]:
    """The reason of a link as it is stored: that a file told it makes it no choice of ours."""
    why = reason or _UNTOLD
    told = {"code": why.code, "params": dict(why.params), "told": True}
    return json.dumps(told, ensure_ascii=False), why.score


def _edited(row: Mapping[str, Any], *, is_known: bool, is_tied: bool) -> str:
    """The columns that the row's owner had set; which of them exactly, the file does not say."""
    names = _EDITABLE if is_known and is_edited(row["ref"]) else ""
    # Without a link it was nobody else who gave the row another direction.
    return f"{names} direction".strip() if row["direction"] and not is_tied else names
