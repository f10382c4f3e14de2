"""Undoing an import: what only its file holds goes, what others hold stays as they tell it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, text

from ingest_service.domain.link_evidence import LEDGERS, SHOPS, WALLETS
from ingest_service.domain.models import ImportRecord
from ingest_service.store.changes import Changes, Holders
from ingest_service.store.claims import Run, holders_of, runs_of
from ingest_service.store.link_choice import Occasion, find_links
from ingest_service.store.link_effects import drop_dead_links, drop_links
from ingest_service.store.refunds import link_refunds, recompute_refunds
from ingest_service.store.repairs import take_back_repair
from ingest_service.store.replay import Replay
from ingest_service.store.rows import last_seq, take_seq
from ingest_service.store.sheet_categories import give_back

_OWNED = """
SELECT id FROM expenses WHERE import_id = :import_id AND fingerprint IS NOT NULL ORDER BY id
"""
# In the order in which they stored their rows, which is not always that of their uploads.
_STORED = """
SELECT id FROM imports WHERE user_id = :user_id AND dry_run = 0
  AND (id = :import_id OR status IN ('succeeded', 'partial')) ORDER BY last_seq, id
"""
_OWNERS = "SELECT id, import_id FROM expenses WHERE id IN (SELECT value FROM json_each(:ids))"
_RETOLD = """
SELECT DISTINCT u.expense_id AS id FROM import_updates u
JOIN expenses e ON e.id = u.expense_id
WHERE e.user_id = :user_id AND (
    e.import_id = :import_id OR u.import_id = :import_id
    OR EXISTS (SELECT 1 FROM import_claims c WHERE c.import_id = :import_id
               AND u.expense_id BETWEEN c.first_id AND c.last_id))
ORDER BY u.expense_id
"""
_GIVE_TO_HEIR = """
UPDATE expenses SET import_id = :heir, seq = :seq + id - :first
WHERE id BETWEEN :first AND :last AND import_id = :import_id
"""
_OF_CARDS = """
SELECT id FROM expenses WHERE id BETWEEN :first AND :last AND import_id = :import_id
  AND account <> '' AND source NOT IN (SELECT value FROM json_each(:apps))
"""
_APPS = json.dumps(sorted(WALLETS | SHOPS | LEDGERS))
# Of which sources an import has rows is read again when it is asked next.
_SOURCES_ANEW = """
UPDATE imports SET sources = NULL
WHERE user_id = :user_id AND id IN (SELECT value FROM json_each(:ids))
"""
_REMOVE = """
UPDATE expenses SET deleted = 1, fingerprint = NULL, seq = :first_seq + gone.rank - 1
FROM (
    SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS rank FROM expenses
    WHERE import_id = :import_id AND user_id = :user_id AND deleted = 0
) AS gone
WHERE expenses.id = gone.id
"""
# Links that an export told of rows that other files hold too.
_TOLD_LINKS = """
SELECT id FROM links WHERE user_id = :user_id AND import_id = :import_id
  AND (reason ->> '$.told' OR reason ->> '$.code' = 'from-export')
"""
_MADE_CATEGORIES = """
SELECT id, parent_id FROM categories
WHERE user_id = :user_id AND import_id = :import_id AND deleted = 0 ORDER BY id DESC
"""
_IN_USE = """
SELECT c.id FROM categories c WHERE c.user_id = :user_id AND c.import_id = :import_id
  AND c.deleted = 0 AND (
    EXISTS (SELECT 1 FROM rules r WHERE r.category_id = c.id)
    OR EXISTS (SELECT 1 FROM expenses e WHERE e.user_id = c.user_id AND e.category_id = c.id
               AND e.deleted = 0)
    OR EXISTS (SELECT 1 FROM categories d WHERE d.parent_id = c.id AND d.deleted = 0
               AND d.import_id IS NOT c.import_id))
"""
# Rows that several files tell otherwise: which of them names which category is in their tellings.
_RETOLD_INTO = """
SELECT DISTINCT u.expense_id FROM import_updates u
JOIN expenses e ON e.id = u.expense_id
JOIN categories c ON c.id IN (
    e.category_id, json_extract(u.before, '$.base.category_id'),
    json_extract(u.before, '$.own.category_id'))
WHERE e.user_id = :user_id AND e.deleted = 0
  AND c.user_id = :user_id AND c.import_id = :import_id AND c.deleted = 0
"""
_NAMED_BY_ROWS = """
SELECT e.category_id, min(e.import_id) FROM expenses e
WHERE e.user_id = :user_id AND e.deleted = 0 AND e.category_source = 'file'
  AND e.category_id IN (SELECT c.id FROM categories c
                        WHERE c.user_id = :user_id AND c.import_id = :import_id)
  AND NOT EXISTS (SELECT 1 FROM import_updates u WHERE u.expense_id = e.id)
GROUP BY e.category_id
"""


class Undo:
    """The undoing of one import, within the caller's transaction."""

    def __init__(self, connection: Connection, record: ImportRecord) -> None:
        self._connection = connection
        self._record = record
        self._parameters = {"import_id": record.id, "user_id": record.user_id}
        stored = connection.execute(text(_STORED), self._parameters).scalars()
        self._places: dict[int | None, int] = {None: -1}
        self._places |= {import_id: place for place, import_id in enumerate(stored)}

    def run(self) -> int:
        """Do it; the last seq used."""
        give_back(self._connection, self._record)
        changes = Changes(self._connection)
        replay = Replay(self._connection, self._record, changes)
        replay.run(self._mixed(), self._places)
        owned = list(self._connection.execute(text(_OWNED), self._parameters).scalars())
        retold = list(self._connection.execute(text(_RETOLD), self._parameters).scalars())
        self._pass_on(list(runs_of(owned)), changes)
        changes.retell(self._remaining_holders(retold))
        self._forget_tellings()
        self._remove()
        self._relink(changes)
        self._settle_categories(changes)
        take_back_repair(self._connection, self._record)
        self._run("DELETE FROM import_errors WHERE import_id = :import_id")
        return last_seq(self._connection)

    def _mixed(self) -> Holders:
        """Rows whose numbers later files tell too, in another way, and who holds them yet."""
        from ingest_service.store.number_groups import mixed_rows

        own = self._places.get(self._record.id, -1)
        later = [id_ for id_, place in self._places.items() if id_ is not None and place > own]
        ids = mixed_rows(self._connection, self._record, later)
        return dict.fromkeys(ids, ()) | self._remaining_holders(ids)

    def _pass_on(self, owned: Sequence[Run], changes: Changes) -> None:
        """Give rows that other files hold too to the first of these imports."""
        held = holders_of(self._connection, owned, without=self._record.id)
        given = [(run, self._in_order(claimants)[0]) for run, claimants in held]
        heirs = {heir for _, heir in given if heir is not None}
        changes.heirs |= heirs
        # Two cards of one bank are told apart by their statements: these may part or meet now.
        if len(heirs) > 1 or any(self._owns_rows(heir) for heir in heirs):
            for (first, last), _ in given:
                query = text(_OF_CARDS)
                span = {**self._parameters, "first": first, "last": last, "apps": _APPS}
                changes.passed_on.update(self._connection.execute(query, span).scalars())
        for (first, last), heir in given:
            seq = take_seq(self._connection, last - first + 1)
            self._run(_GIVE_TO_HEIR, heir=heir, first=first, last=last, seq=seq)

    def _owns_rows(self, import_id: int) -> bool:
        query = text("SELECT 1 FROM expenses WHERE import_id = :id LIMIT 1")
        return self._connection.execute(query, {"id": import_id}).first() is not None

    def _forget_tellings(self) -> None:
        self._run("DELETE FROM import_updates WHERE import_id = :import_id")
        self._run("DELETE FROM import_claims WHERE import_id = :import_id")

    def _remaining_holders(self, ids: Sequence[int]) -> dict[int, list[int | None]]:
        """The imports that hold each of these rows yet; rows that nobody holds are left out."""
        owners = self._connection.execute(text(_OWNERS), {"ids": json.dumps(ids)})
        owned = {row.id: row.import_id for row in owners}
        holders = {id_: {owner} for id_, owner in owned.items() if owner != self._record.id}
        claimed = holders_of(
            self._connection, list(runs_of(sorted(owned))), without=self._record.id
        )
        for (first, last), claimants in claimed:
            for id_ in range(first, last + 1):
                holders.setdefault(id_, set()).update(claimants)
        return {id_: self._in_order(found) for id_, found in holders.items()}

    def _in_order(self, imports: Iterable[int | None]) -> list[int | None]:
        """The imports in the order in which their rows were stored; before them, a person."""
        return sorted(imports, key=lambda import_id: self._places.get(import_id, -1))

    def _remove(self) -> None:
        """Leave tombstones of the rows that are still the import's own."""
        query = text("SELECT count(*) FROM expenses WHERE import_id = :import_id AND deleted = 0")
        gone = self._connection.execute(query, self._parameters).scalar_one()
        if gone:
            self._run(_REMOVE, first_seq=take_seq(self._connection, gone))

    def _relink(self, changes: Changes) -> None:
        """Forget links of rows that went or changed, and look for refunds' spendings again."""
        user_id = self._record.user_id
        freed = drop_dead_links(self._connection, user_id)
        told = self._connection.execute(text(_TOLD_LINKS), self._parameters).scalars()
        freed |= drop_links(self._connection, list(told))
        touched = link_refunds(self._connection, user_id, changed=changes.updated)
        recompute_refunds(self._connection, self._live(touched | changes.to_sum))
        self._run(_SOURCES_ANEW, ids=json.dumps(sorted(changes.heirs)))
        changed = self._live(freed | touched | changes.passed_on | changes.updated)
        find_links(self._connection, Occasion(user_id), changed=changed)

    def _live(self, ids: Iterable[int]) -> set[int]:
        query = text(
            "SELECT id FROM expenses WHERE deleted = 0"
            " AND id IN (SELECT value FROM json_each(:ids))"
        )
        found = self._connection.execute(query, {"ids": json.dumps(sorted(ids))})
        return set(found.scalars())

    def _settle_categories(self, changes: Changes) -> None:
        """Give the categories that the file made to the first of the others that name them.

        Those that nobody names and nobody uses go, children first.
        """
        made = dict(self._pairs(_MADE_CATEGORIES))
        if not made:
            return
        heirs = self._heirs(changes)
        kept = set(heirs) | {row[0] for row in self._pairs(_IN_USE)}
        for id_ in kept & made.keys():
            heir, parent_id = heirs.get(id_), made[id_]
            while parent_id in made:
                kept.add(parent_id)
                if heir is not None:
                    heirs[parent_id] = min(heirs.get(parent_id, heir), heir)
                parent_id = made[parent_id]
        for id_ in made:
            if id_ in kept:
                self._run(
                    "UPDATE categories SET import_id = :heir WHERE id = :id",
                    heir=heirs.get(id_),
                    id=id_,
                )
            else:
                self._run(
                    "UPDATE categories SET deleted = 1, seq = :seq WHERE id = :id",
                    seq=take_seq(self._connection),
                    id=id_,
                )

    def _heirs(self, changes: Changes) -> dict[int, int]:
        """The first remaining import that names each category that the file made or kept."""
        retold = [row[0] for row in self._pairs(_RETOLD_INTO)]
        heirs = changes.categories_told(self._remaining_holders(retold))
        for category_id, import_id in self._pairs(_NAMED_BY_ROWS):
            heirs[category_id] = min(heirs.get(category_id, import_id), import_id)
        return heirs

    def _pairs(self, query: str) -> list[Any]:
        return list(self._connection.execute(text(query), self._parameters))

    def _run(self, statement: str, **parameters: object) -> None:
        given = {**self._parameters, **parameters}
        self._connection.execute(text(statement), given)
