"""Deletions of many rows, and their taking back: the rows and their links stand as before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, insert, select, text, update

from ingest_service.domain.errors import DeletionNotFoundError
from ingest_service.domain.models import Deletion
from ingest_service.store.chosen import set_rows
from ingest_service.store.link_effects import drop_dead_links
from ingest_service.store.refunds import recompute_refunds
from ingest_service.store.rows import inserted_id, take_seq
from ingest_service.store.tables import deletions, expenses, imports

_DEAD_LINKS = """
SELECT l.* FROM links l JOIN expenses f ON f.id = l.from_id JOIN expenses t ON t.id = l.to_id
WHERE l.user_id = :user_id AND (f.deleted = 1 OR t.deleted = 1) ORDER BY l.id
"""
_DIRECTIONS = """
SELECT id, direction, stated_direction FROM expenses
WHERE deleted = 0 AND id IN (SELECT value FROM json_each(:ids))
"""
_TIE = """
INSERT OR IGNORE INTO links (id, user_id, kind, from_id, to_id, amount_minor, status, reason,
                             score, import_id, created_at)
SELECT :id, :user_id, :kind, :from_id, :to_id, :amount_minor, :status, :reason, :score,
       :import_id, :created_at
WHERE 2 = (SELECT count(*) FROM expenses WHERE id IN (:from_id, :to_id) AND deleted = 0)
"""
# A row that its owner, or another link, has moved since stays where it is.
_REDIRECT = """
UPDATE expenses SET direction = :direction, stated_direction = :stated, seq = :seq
WHERE id = :id AND deleted = 0 AND direction = :left_direction AND stated_direction = :left_stated
"""
_IN_FORCE = frozenset({"linked", "confirmed"})


class SqliteDeletions:
    """The deletions of many rows that can be taken back."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, user_id: int, *, limit: int) -> Sequence[Deletion]:
        """The newest deletions that were not taken back."""
        c = deletions.c
        query = select(c.id, c.rows, c.created_at).where(c.user_id == user_id)
        found = self._connection.execute(query.order_by(c.id.desc()).limit(limit))
        return [Deletion(row.id, row.rows, row.created_at) for row in found]

    def restore(self, user_id: int, deletion_id: int) -> int:
        """Let the rows stand again as they were; how many.

        Rows of an import that was undone meanwhile stay away.

        Raises:
            DeletionNotFoundError: not there, taken back already, or not this user's.
        """
        mine = and_(deletions.c.id == deletion_id, deletions.c.user_id == user_id)
        found = self._connection.execute(delete(deletions).where(mine).returning(deletions.c.ties))
        ties = found.scalar()
        if ties is None:
            raise DeletionNotFoundError(str(deletion_id))
        undone = select(imports.c.id).where(imports.c.status == "undone")
        rows = select(expenses.c.id).where(
            expenses.c.deletion_id == deletion_id,
            expenses.c.deleted == 1,
            expenses.c.import_id.is_(None) | expenses.c.import_id.not_in(undone),
        )
        count = set_rows(self._connection, rows, {"deleted": 0, "deletion_id": None})
        self._tie(json.loads(ties))
        return count

    def _tie(self, ties: Mapping[str, Any]) -> None:
        """Put the links back, with what they did to the rows that had stayed."""
        tied = [
            link for link in ties["links"] if self._connection.execute(text(_TIE), link).rowcount
        ]
        ends = {link[end] for link in tied for end in ("from_id", "to_id")}
        moved = [row for row in ties["moved"] if row["id"] in ends]
        if moved:
            first = take_seq(self._connection, len(moved))
            numbered = [{**row, "seq": first + at} for at, row in enumerate(moved)]
            self._connection.execute(text(_REDIRECT), numbered)
        refunded = {
            link["to_id"]
            for link in tied
            if link["kind"] == "refund" and link["status"] in _IN_FORCE
        }
        recompute_refunds(self._connection, refunded)


def delete_rows(
    connection: Connection, user_id: int, rows: Select[Any], *, now: int
) -> tuple[int, int | None]:
    """Leave tombstones of these rows; how many, and the deletion that can be taken back."""
    new = insert(deletions).values(user_id=user_id, rows=0, ties="{}", created_at=now)
    deletion_id = inserted_id(connection, new)
    this = deletions.c.id == deletion_id
    count = set_rows(connection, rows, {"deleted": 1, "deletion_id": deletion_id})
    if not count:
        connection.execute(delete(deletions).where(this))
        return 0, None
    links = connection.execute(text(_DEAD_LINKS), {"user_id": user_id}).mappings()
    lost = [dict(link) for link in links]
    ends = sorted({link[end] for link in lost for end in ("from_id", "to_id")})
    before = _directions(connection, ends)
    drop_dead_links(connection, user_id)
    left = _directions(connection, ends)
    moved = [
        {
            "id": id_,
            "direction": was[0],
            "stated": was[1],
            "left_direction": left[id_][0],
            "left_stated": left[id_][1],
        }
        for id_, was in before.items()
        if was != left[id_]
    ]
    ties = json.dumps({"links": lost, "moved": moved}, ensure_ascii=False)
    connection.execute(update(deletions).where(this).values(rows=count, ties=ties))
    return count, deletion_id


def _directions(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    found = connection.execute(text(_DIRECTIONS), {"ids": json.dumps(ids)})
    return {row.id: (row.direction, row.stated_direction) for row in found}
