"""What an import changes on rows that were there before it, and what undo puts back.

Where a file tells a known row otherwise than the first file did, import_updates keeps both
tellings; a row is then put together again from the tellings that remain.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from ingest_service.domain.places import NO_CITY
from ingest_service.domain.versions import (
    VERSION_COLUMNS,
    Version,
    changed_columns,
    free_to_change,
    merged,
    together,
)
from ingest_service.store.rows import take_seq

Told = Mapping[int, tuple[Version, bytes]]
"""Id of a stored row -> how a file tells it, and the hash of that."""
Row = Mapping[str, Any]
"""A stored row: VERSION_COLUMNS, and what tells whose it is."""
Holders = Mapping[int, Sequence[int | None]]
"""Id of a row -> the imports that hold it, in the order in which they came; None: a person."""
Telling = tuple[int | None, Version]
"""An import, and how its file tells a row."""
_Records = dict[int, dict[int | None, Any]]

_CHUNK = 2_000
_READ = [name for name in VERSION_COLUMNS if name != "fingerprint"]
_ROWS = f"""
SELECT id, {", ".join(_READ)}, lower(hex(fingerprint)) AS fingerprint, user_id, source, currency,
       external_id, stated_direction, edited, import_id
FROM expenses WHERE id IN (SELECT value FROM json_each(:ids)) AND deleted = 0 ORDER BY id
"""  # noqa: S608 - column names of this module
_RECORDS = """
SELECT expense_id, import_id, before FROM import_updates
WHERE expense_id IN (SELECT value FROM json_each(:ids)) ORDER BY import_id
"""
_RECORD = """
INSERT INTO import_updates (import_id, expense_id, before) VALUES (?, ?, ?)
ON CONFLICT (import_id, expense_id) DO UPDATE SET before =
    CASE WHEN before -> '$.chosen' IS NULL THEN excluded.before
         ELSE json_set(excluded.before, '$.chosen', before -> '$.chosen') END
"""
_TAKEN = """
SELECT occurrence FROM expenses WHERE user_id = :user_id AND fingerprint = :fingerprint
"""
# The city is looked for anew wherever one of these changed.
_PLACES = frozenset({"place", "lat", "lon"})
_CATEGORY = frozenset({"category_id", "category_source", "category_confidence"})
# Refunds are summed anew wherever one of these changed.
_SUMMED = frozenset({"amount_minor", "stated_refund_minor", "closed", "direction"})


class Changes:
    """The changes of one transaction on rows that are there."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.updated: set[int] = set()
        self.to_sum: set[int] = set()
        """Rows whose refunds must be summed anew."""
        self.passed_on: set[int] = set()
        """Rows that belong to another import now, where this may matter for their links."""
        self.heirs: set[int] = set()
        """Imports to which rows were passed on."""

    def tell(self, told: Told, *, import_id: int, is_export: bool = False) -> None:
        """Let a file's tellings of known rows count; an export does not say what is closed."""
        for rows, records in self._chunks(sorted(told)):
            kept: list[tuple[int, int, str]] = []
            values: dict[int, dict[str, Any]] = {}
            for row in rows:
                telling, content = told[row["id"]]
                telling = _open_or_closed(row, telling) if is_export else telling
                current, earlier = version_of(row), records.get(row["id"], {})
                base = _base(current, earlier)
                change = _change(row, current, merged(current, telling))
                own = _own(base, telling)
                if own or earlier:
                    record = _record(current, change, base, own)
                    kept.append((import_id, row["id"], record))
                change["content"] = None if own or earlier else content
                values[row["id"]] = change
            if kept:
                self._connection.exec_driver_sql(_RECORD, kept)
            self._write(rows, values)

    def count(self, told: Told, *, is_export: bool = False) -> None:
        """Note which rows tell() would change."""
        for rows, _ in self._chunks(sorted(told)):
            for row in rows:
                telling = told[row["id"]][0]
                telling = _open_or_closed(row, telling) if is_export else telling
                current = version_of(row)
                if _change(row, current, merged(current, telling)):
                    self.updated.add(row["id"])

    def retell(self, holders: Holders) -> None:
        """Put rows together again from what the imports that still hold them say."""
        for rows, records in self._chunks(sorted(holders)):
            values = {}
            for row in rows:
                tellings = _tellings(row, records.get(row["id"], {}), holders[row["id"]])
                together_told = together(telling for _, telling in tellings)
                values[row["id"]] = _change(row, version_of(row), together_told)
            self._write(rows, values)

    def rebuild(self, tellings: Mapping[int, Sequence[Telling]]) -> None:
        """Put rows together from these tellings (the first one's first), which are kept anew.

        What import_updates kept of the rows is gone already, and so are the fingerprints that
        other rows of them are to have.
        """
        for rows, _ in self._chunks(sorted(tellings)):
            kept: list[tuple[int, int, str]] = []
            values = {}
            for row in rows:
                (_, base), *later = tellings[row["id"]]
                for import_id, telling in later:
                    own = _own(base, telling)
                    if own and import_id is not None:
                        kept.append((import_id, row["id"], _record(base, {}, base, own)))
                after = together(telling for _, telling in tellings[row["id"]])
                values[row["id"]] = {**_change(row, version_of(row), after), "content": None}
            if kept:
                self._connection.exec_driver_sql(_RECORD, kept)
            self._write(rows, values)

    def tellings(self, holders: Holders) -> Iterator[tuple[Row, list[Telling]]]:
        """Each of these rows, with how the imports that hold it tell it."""
        for rows, records in self._chunks(sorted(holders)):
            for row in rows:
                yield row, _tellings(row, records.get(row["id"], {}), holders[row["id"]])

    def categories_told(self, holders: Holders) -> dict[int, int]:
        """The first import whose file names each category for one of these rows."""
        first: dict[int, int] = {}
        for _, tellings in self.tellings(holders):
            for import_id, telling in tellings:
                category_id = telling["category_id"]
                if telling["category_source"] == "file" and import_id is not None:
                    first[category_id] = min(first.get(category_id, import_id), import_id)
        return first

    def _chunks(self, ids: Sequence[int]) -> Iterator[tuple[list[Row], _Records]]:
        """Live rows, and by row and import what import_updates keeps of them."""
        for start in range(0, len(ids), _CHUNK):
            chunk = {"ids": json.dumps(ids[start : start + _CHUNK])}
            rows: list[Row] = [
                dict(row) for row in self._connection.execute(text(_ROWS), chunk).mappings()
            ]
            records: _Records = defaultdict(dict)
            for expense_id, import_id, before in self._connection.execute(text(_RECORDS), chunk):
                records[expense_id][import_id] = json.loads(before)
            yield rows, records

    def _write(self, rows: Sequence[Row], values: Mapping[int, dict[str, Any]]) -> None:
        """Write the new values; a row that changed takes a new seq."""
        changed = [row for row in rows if set(values[row["id"]]) - {"content"}]
        seq = take_seq(self._connection, len(changed)) if changed else 0
        for row in changed:
            change = values[row["id"]]
            self.updated.add(row["id"])
            if "fingerprint" in change or "occurrence" in change:
                self._place(row, change)
            if change.keys() & _SUMMED:
                self.to_sum.add(row["id"])
                # Nothing may come back twice while the amount is smaller than before.
                change["refunded_minor"] = 0
            change["seq"] = seq
            seq += 1
        self._update(values)

    def _update(self, values: Mapping[int, dict[str, Any]]) -> None:
        by_columns: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for id_, change in values.items():
            if change:
                by_columns[tuple(change)].append((*change.values(), id_))
        for columns, parameters in by_columns.items():
            told = ", ".join(f"{name} = ?" for name in columns)
            self._connection.exec_driver_sql(
                f"UPDATE expenses SET {told} WHERE id = ?",  # noqa: S608 - our own names
                parameters,
            )

    def _place(self, row: Row, change: dict[str, Any]) -> None:
        """Give the row its identity, or the next free one among equals."""
        fingerprint = bytes.fromhex(str(change.get("fingerprint") or row["fingerprint"]))
        wanted = int(change.get("occurrence", row["occurrence"]) or 0)
        parameters = {"user_id": row["user_id"], "fingerprint": fingerprint}
        taken = set(self._connection.execute(text(_TAKEN), parameters).scalars())
        while wanted in taken:
            wanted += 1
        change["fingerprint"], change["occurrence"] = fingerprint, wanted


def version_of(row: Row) -> dict[str, Any]:
    """What the statements say of a stored or staged row, whatever links made of its direction."""
    version = {name: row[name] for name in VERSION_COLUMNS}
    direction = row.get("stated_direction") or row["direction"]
    if row["closed"] and direction == "expense":
        direction = "neutral"
    return version | {"direction": direction}


def _open_or_closed(row: Row, telling: Version) -> Version:
    """The telling of a file that shows what became of a row, where a statement had closed it."""
    if not row["closed"] or telling["direction"] not in {"expense", "neutral"}:
        return telling
    return {**telling, "closed": row["closed"], "direction": "neutral"}


def _base(current: Version, records: Mapping[int | None, Any]) -> dict[str, Any]:
    """What the first file says."""
    base = dict(current)
    for record in records.values():
        base |= record.get("base", {})
    return base


def _tellings(
    row: Row, records: Mapping[int | None, Any], holders: Sequence[int | None]
) -> list[Telling]:
    """How each import that holds a row tells it, in the order in which they came."""
    base = _base(version_of(row), records)
    return [(import_id, base | records.get(import_id, {}).get("own", {})) for import_id in holders]


def _own(base: Version, telling: Version) -> dict[str, Any]:
    """Where a file tells the row otherwise than the first one.

    A category that rules chose is no telling of its own.
    """
    own = {name: telling[name] for name in changed_columns(base, telling)}
    if own.keys() <= _CATEGORY and telling["category_source"] != "file":
        return {}
    return own


def _record(current: Version, change: Version, base: Version, own: Version) -> str:
    before = {name: current[name] for name in change if name in current}
    told = before | {"base": {name: base[name] for name in own}, "own": dict(own)}
    return json.dumps(told, ensure_ascii=False)


def _change(row: Row, current: Version, after: Version) -> dict[str, Any]:
    """The columns to write: those that differ and that no person has set."""
    names = free_to_change(
        changed_columns(current, after),
        edited=row["edited"],
        category_source=row["category_source"],
    )
    change = {name: after[name] for name in names}
    if change.keys() & _PLACES:
        change["city"] = None if any(after[name] for name in _PLACES) else NO_CITY
    if row["stated_direction"] and "direction" in change:
        change["stated_direction"] = change.pop("direction")
    return change
