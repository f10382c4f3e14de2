"""Rows of one order number after one of their imports is gone: matched again, and rewritten.

Before the import's rows are removed, the tellings of the others move to the rows that they would
have met without it. What no other file tells is left to the import, and goes with it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from ingest_service.domain.fingerprints import SIDES
from ingest_service.domain.models import ImportRecord
from ingest_service.domain.places import NO_CITY
from ingest_service.domain.replay import Identity, Replayed, Telling, homes, identity_of, replay
from ingest_service.domain.versions import VERSION_COLUMNS
from ingest_service.store.changes import Changes, Holders, Row
from ingest_service.store.claims import move_claims
from ingest_service.store.rows import take_seq

_TOLD = tuple(name for name in VERSION_COLUMNS if name not in {"fingerprint", "occurrence"})
_INSERT = f"""
INSERT INTO expenses (user_id, import_id, source, currency, external_id, seq, city, created_at,
                      {", ".join(_TOLD)})
SELECT :user_id, :import_id, source, currency, external_id, :seq, :city,
       coalesce((SELECT finished_at FROM imports WHERE id = :import_id), created_at),
       {", ".join(f":{name}" for name in _TOLD)}
FROM expenses WHERE id = :like RETURNING id
"""  # noqa: S608 - column names of this module
_UNNAME = """
UPDATE expenses SET fingerprint = NULL WHERE id IN (SELECT value FROM json_each(:ids))
"""
_GIVE = "UPDATE expenses SET import_id = ?, seq = ? WHERE id = ?"
# What a sheet chose for a row stays with it.
_FORGET = """
DELETE FROM import_updates WHERE expense_id IN (SELECT value FROM json_each(:ids))
  AND before -> '$.chosen' IS NULL
"""
_FORGET_ALL_BUT_CHOSEN = """
UPDATE import_updates SET before = json_object('chosen', json(before -> '$.chosen'))
WHERE expense_id IN (SELECT value FROM json_each(:ids))
"""


@dataclass(slots=True)
class _Group:
    """The rows of one number: as they stand, and how the remaining files tell them."""

    standing: dict[int, Row] = field(default_factory=dict)
    tellings: list[Telling] = field(default_factory=list)

    def add(self, row: Row, tellings: Iterable[Telling]) -> None:
        self.standing[row["id"]] = row
        self.tellings += tellings

    def identity(self, id_: int) -> Identity:
        return identity_of(self.standing[id_])


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row as it is to be, with the id that it keeps or just got."""

    id: int
    row: Replayed

    @property
    def owner(self) -> int | None:
        return self.row.tellings[0].import_id


@dataclass(frozen=True, slots=True)
class _Plan:
    """A number whose tellings belong elsewhere: its rows as they are to be, and their ids."""

    group: _Group
    rows: Sequence[Replayed]
    ids: Sequence[int | None]

    @property
    def left(self) -> set[int]:
        """Ids of rows that no file tells any more."""
        return self.group.standing.keys() - set(self.ids)

    @property
    def renamed(self) -> set[int]:
        """Ids of rows that the next file will know by another identity, or not at all."""
        pairs = zip(self.ids, self.rows, strict=True)
        return self.left | {
            id_
            for id_, row in pairs
            if id_ is not None and self.group.identity(id_) != identity_of(row.version)
        }

    @property
    def is_idle(self) -> bool:
        """Whether every telling is where it belongs, and every row keeps its identity."""
        pairs = zip(self.ids, self.rows, strict=True)
        homes_kept = all({t.home for t in row.tellings} == {id_} for id_, row in pairs)
        return homes_kept and self.renamed == self.left


class Replay:
    """The matching again of the numbers that one import has mixed up."""

    def __init__(self, connection: Connection, record: ImportRecord, changes: Changes) -> None:
        self._connection = connection
        self._record = record
        self._changes = changes

    def run(self, holders: Holders, places: Mapping[int | None, int]) -> None:
        """Move the tellings of these rows to where they belong without the import.

        Args:
            holders: of all rows whose numbers are looked at; none for what only the import holds.
            places: of every import in the order in which they came.
        """
        plans = [plan for plan in self._plans(holders, places) if not plan.is_idle]
        if not plans:
            return
        renamed = sorted(id_ for plan in plans for id_ in plan.renamed)
        touched = sorted(id_ for plan in plans for id_ in plan.group.standing)
        self._connection.execute(text(_UNNAME), {"ids": json.dumps(renamed)})
        for statement in (_FORGET, _FORGET_ALL_BUT_CHOSEN):
            self._connection.execute(text(statement), {"ids": json.dumps(touched)})
        placed = [one for plan in plans for one in self._placed(plan)]
        self._give(plans, placed)
        self._move_claims(plans, placed)
        self._changes.rebuild(
            {one.id: [(t.import_id, t.version) for t in one.row.tellings] for one in placed}
        )

    def _plans(self, holders: Holders, places: Mapping[int | None, int]) -> Iterator[_Plan]:
        groups: dict[tuple[str, ...], _Group] = defaultdict(_Group)
        for row, versions in self._changes.tellings(holders):
            side = SIDES[row["stated_direction"] or row["direction"]]
            key = (row["source"], side, row["external_id"], row["currency"])
            told = (
                Telling(places[import_id], import_id, row["id"], version)
                for import_id, version in versions
            )
            groups[key].add(row, told)
        for group in groups.values():
            rows = replay(group.tellings)
            ids = homes(rows, {id_: group.identity(id_) for id_ in group.standing})
            yield _Plan(group, rows, ids)

    def _placed(self, plan: _Plan) -> Iterator[_Placed]:
        like = min(plan.group.standing)
        for id_, row in zip(plan.ids, plan.rows, strict=True):
            yield _Placed(self._made(row, like) if id_ is None else id_, row)

    def _made(self, row: Replayed, like: int) -> int:
        """The id of a new row; its name among others comes when it is put together."""
        first = row.tellings[0]
        version = {name: first.version[name] for name in _TOLD}
        somewhere = version["place"] or version["lat"] is not None
        made = self._connection.execute(
            text(_INSERT),
            {
                **version,
                "user_id": self._record.user_id,
                "import_id": first.import_id,
                "like": like,
                "seq": take_seq(self._connection),
                "city": None if somewhere else NO_CITY,
            },
        ).scalar_one()
        self._changes.to_sum.add(int(made))
        return int(made)

    def _give(self, plans: Sequence[_Plan], placed: Sequence[_Placed]) -> None:
        """Let each row belong to the first import that tells it; what is left, to the undone."""
        owners: dict[int, int | None] = {one.id: one.owner for one in placed}
        given = []
        for plan in plans:
            for id_, row in plan.group.standing.items():
                owner = owners.get(id_, self._record.id)
                if owner != row["import_id"]:
                    given.append((owner, id_))
        if given:
            seq = take_seq(self._connection, len(given))
            numbered = [(owner, seq + at, id_) for at, (owner, id_) in enumerate(given)]
            self._connection.exec_driver_sql(_GIVE, numbered)
            self._changes.passed_on.update(id_ for _, id_ in given)
            self._changes.heirs.update(owner for owner, _ in given if owner is not None)

    def _move_claims(self, plans: Sequence[_Plan], placed: Sequence[_Placed]) -> None:
        """Let each import claim the rows that its file tells now, and no others of the numbers."""
        before: dict[int, set[int]] = defaultdict(set)
        after: dict[int, set[int]] = defaultdict(set)
        claimed: dict[int, set[int]] = defaultdict(set)
        for telling in (t for plan in plans for t in plan.group.tellings):
            before[telling.import_id or 0].add(telling.home)
        for one in placed:
            for import_id in (telling.import_id or 0 for telling in one.row.tellings):
                after[import_id].add(one.id)
                if import_id != (one.owner or 0):
                    claimed[import_id].add(one.id)
        before.pop(0, None)
        for import_id, ids in before.items():
            drop = ids - after[import_id]
            move_claims(self._connection, import_id, drop=drop, add=claimed[import_id])
