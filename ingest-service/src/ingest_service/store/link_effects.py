"""What links in force do to the rows that they tie, and how it is taken back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, text

from ingest_service.domain.links import TARGETS
from ingest_service.store.refunds import recompute_refunds
from ingest_service.store.rows import take_seq

_ENDS = """
SELECT l.id, l.kind, l.from_id, l.to_id, l.reason -> '$.before' AS before,
       f.direction AS from_direction, f.stated_direction AS from_stated, f.deleted AS from_deleted,
       instr(f.edited, 'direction') AS from_settled,
       t.direction AS to_direction, t.stated_direction AS to_stated, t.deleted AS to_deleted,
       instr(t.edited, 'direction') AS to_settled
FROM links l JOIN expenses f ON f.id = l.from_id JOIN expenses t ON t.id = l.to_id
WHERE l.id IN (SELECT value FROM json_each(:ids)) ORDER BY l.id
"""
# Rows that a link outside the set still holds where they are.
_HELD = """
SELECT from_id AS row_id FROM links WHERE status IN ('linked', 'confirmed')
  AND id NOT IN (SELECT value FROM json_each(:ids))
  AND from_id IN (SELECT value FROM json_each(:rows))
UNION
SELECT to_id FROM links WHERE status IN ('linked', 'confirmed') AND kind = 'own_transfer'
  AND id NOT IN (SELECT value FROM json_each(:ids))
  AND to_id IN (SELECT value FROM json_each(:rows))
"""
_REMEMBER = "UPDATE links SET reason = json_set(reason, '$.before', json(:before)) WHERE id = :id"
_REDIRECT = """
UPDATE expenses SET direction = :direction, stated_direction = :stated, seq = :seq WHERE id = :id
"""
_TOUCHING = """
SELECT id FROM links WHERE from_id IN (SELECT value FROM json_each(:rows))
UNION SELECT id FROM links WHERE to_id IN (SELECT value FROM json_each(:rows))
"""
_DEAD = """
SELECT l.id FROM links l JOIN expenses f ON f.id = l.from_id JOIN expenses t ON t.id = l.to_id
WHERE l.user_id = :user_id AND (f.deleted = 1 OR t.deleted = 1)
"""
_DELETE = """
DELETE FROM links WHERE id IN (SELECT value FROM json_each(:ids)) RETURNING kind, from_id, to_id
"""


@dataclass(slots=True)
class _State:
    """The direction of a row as links change it one after another."""

    direction: str
    stated: str
    is_settled: bool
    is_deleted: bool
    is_changed: bool = False

    def move(self, target: str) -> None:
        if self.direction == target:
            return
        said = self.stated or self.direction
        self.direction, self.stated = target, "" if said == target else said
        self.is_changed = True

    def return_from(self, target: str, before: Sequence[str]) -> None:
        """Undo move(target), unless the owner has given the row another direction since."""
        if self.direction != target:
            return
        if before and before[0] != target:
            self.direction, self.stated = before[0], before[1]
        elif self.stated and not self.is_settled:
            # Another link, gone since, had moved the row before this one.
            self.direction, self.stated = self.stated, ""
        else:
            return
        self.is_changed = True


def put_in_force(connection: Connection, link_ids: Sequence[int]) -> None:
    """Give the rows of these links their directions, and remember what they were."""
    ends = _ends(connection, link_ids)
    states = _states(ends)
    remembered = []
    for link in ends:
        before = [
            text_
            for name in ("from_id", "to_id")
            for text_ in (states[link[name]].direction, states[link[name]].stated)
        ]
        remembered.append({"id": link["id"], "before": json.dumps(before)})
        for end, target in TARGETS[link["kind"]]:
            states[link[f"{end}_id"]].move(target)
    if remembered:
        connection.execute(text(_REMEMBER), remembered)
    _write(connection, states)


def take_back(connection: Connection, link_ids: Sequence[int]) -> None:
    """Give the rows of these links back the directions that they had; their status comes after."""
    ends = _ends(connection, link_ids)
    states = _states(ends)
    held = _held(connection, link_ids, states)
    for link in ends:
        before = json.loads(link["before"] or "[]")
        for end, target in TARGETS[link["kind"]]:
            row_id = link[f"{end}_id"]
            if row_id not in held:
                was = before[:2] if end == "from" else before[2:]
                states[row_id].return_from(target, was)
    _write(connection, states)


def drop_links_of(connection: Connection, row_ids: Iterable[int]) -> None:
    """Forget every link of these rows, which are gone; what the links did is taken back."""
    rows = json.dumps(sorted(row_ids))
    drop_links(connection, list(connection.execute(text(_TOUCHING), {"rows": rows}).scalars()))


def drop_dead_links(connection: Connection, user_id: int) -> set[int]:
    """Forget every link of the user that has lost one of its rows; the rows of all of them."""
    dead = connection.execute(text(_DEAD), {"user_id": user_id}).scalars()
    return drop_links(connection, list(dead))


def drop_links(connection: Connection, link_ids: Sequence[int]) -> set[int]:
    """Forget these links; what they did is taken back. The rows that they tied."""
    if not link_ids:
        return set()
    standing = in_force(connection, link_ids)
    take_back(connection, standing)
    removed = connection.execute(text(_DELETE), {"ids": json.dumps(link_ids)}).all()
    originals = {int(row.to_id) for row in removed if row.kind == "refund"}
    live = text(
        "SELECT id FROM expenses WHERE deleted = 0 AND id IN (SELECT value FROM json_each(:rows))"
    )
    kept = connection.execute(live, {"rows": json.dumps(sorted(originals))}).scalars()
    recompute_refunds(connection, set(kept))
    return {int(end) for row in removed for end in (row.from_id, row.to_id)}


def in_force(connection: Connection, link_ids: Sequence[int]) -> Sequence[int]:
    """Those of the links that are in force."""
    query = text(
        "SELECT id FROM links WHERE status IN ('linked', 'confirmed')"
        " AND id IN (SELECT value FROM json_each(:ids))"
    )
    return list(connection.execute(query, {"ids": json.dumps(list(link_ids))}).scalars())


def _ends(connection: Connection, link_ids: Sequence[int]) -> Sequence[RowMapping]:
    ids = json.dumps(list(link_ids))
    return list(connection.execute(text(_ENDS), {"ids": ids}).mappings())


def _states(ends: Sequence[RowMapping]) -> dict[int, _State]:
    return {
        link[f"{end}_id"]: _State(
            direction=link[f"{end}_direction"],
            stated=link[f"{end}_stated"],
            is_settled=bool(link[f"{end}_settled"]),
            is_deleted=bool(link[f"{end}_deleted"]),
        )
        for link in ends
        for end in ("from", "to")
    }


def _held(
    connection: Connection, link_ids: Sequence[int], states: dict[int, _State]
) -> frozenset[int]:
    parameters = {"ids": json.dumps(list(link_ids)), "rows": json.dumps(list(states))}
    return frozenset(connection.execute(text(_HELD), parameters).scalars())


def _write(connection: Connection, states: dict[int, _State]) -> None:
    """Store the changed directions; tombstones stay as they are."""
    changed = [
        (row_id, state)
        for row_id, state in sorted(states.items())
        if state.is_changed and not state.is_deleted
    ]
    if not changed:
        return
    first = take_seq(connection, len(changed))
    connection.execute(
        text(_REDIRECT),
        [
            {"id": row_id, "direction": state.direction, "stated": state.stated, "seq": first + n}
            for n, (row_id, state) in enumerate(changed)
        ],
    )
