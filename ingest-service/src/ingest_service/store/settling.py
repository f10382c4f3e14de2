"""Rows that a statement now tells with another time or amount: found by their order number.

Loads NumPy: only the worker imports this module.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from ingest_service.domain.fingerprints import SIDES
from ingest_service.domain.pairing import CHANGED_WITHIN_S, Told, pair
from ingest_service.store.identity import Flags, Identities, Verdicts, runs_of_times
from ingest_service.store.spool import Spool

_FETCH_ROWS = 20_000
_LOOKED_UP_ROWS = 100_000
_COLUMNS = (
    "id, time, source, direction, stated_direction, external_id, currency, merchant, amount_minor,"
    " occurrence, pending, closed"
)
_UNSETTLED = f"""
SELECT {_COLUMNS} FROM expenses
WHERE user_id = ? AND (pending = 1 OR closed = 1) AND external_id <> '' AND deleted = 0
"""  # noqa: S608 - column names of this module
_NEAR = f"""
SELECT {_COLUMNS} FROM expenses
WHERE user_id = ? AND deleted = 0 AND time BETWEEN ? AND ? AND external_id <> ''
"""  # noqa: S608 - column names of this module
_STAGED = [
    "time", "source", "direction", "external_id", "currency", "merchant", "amount_minor", "pending",
]  # fmt: skip


_Key = tuple[str, str, str, str]


def find_settled(
    connection: Connection, user_id: int, spool: Spool, rows: Identities, verdicts: Verdicts
) -> dict[int, int]:
    """Row of the file -> id of the stored row that it tells anew, for rows that seemed new."""
    unmatched = verdicts.new & rows.numbered & rows.main
    if not unmatched.any() or not _any_stored(connection, user_id):
        return {}
    stored = _stored_by_key(connection, user_id, spool, rows, unmatched)
    if not stored:
        return {}
    taken = _taken(stored, verdicts)
    told = _told_by_key(spool, unmatched, verdicts, stored)
    pairs: dict[int, int] = {}
    for key, tellings in told.items():
        pairs.update(pair(tellings, stored[key], taken=taken))
    return pairs


def _taken(stored: Mapping[_Key, Sequence[Told]], verdicts: Verdicts) -> set[int]:
    """Of the stored rows those that the file tells as they are.

    A set of all that it tells so would be a hundred bytes for each row of the file.
    """
    ids = np.sort(np.array([row.at for group in stored.values() for row in group], dtype=np.int64))
    taken: set[int] = set()
    for start in range(0, len(verdicts.known), _LOOKED_UP_ROWS):
        known = verdicts.known[start : start + _LOOKED_UP_ROWS]
        place = np.searchsorted(ids, known)
        place[place == len(ids)] = 0
        taken.update(known[ids[place] == known].tolist())
    return taken


def _any_stored(connection: Connection, user_id: int) -> bool:
    raw: Any = connection.connection.dbapi_connection
    query = "SELECT 1 FROM expenses WHERE user_id = ? AND deleted = 0 LIMIT 1"
    return raw.execute(query, (user_id,)).fetchone() is not None


def _stored_by_key(
    connection: Connection, user_id: int, spool: Spool, rows: Identities, unmatched: Flags
) -> dict[_Key, list[Told]]:
    """Stored rows whose order number may stand among the unmatched rows."""
    hashes = np.unique(np.concatenate(list(_number_hashes(spool, unmatched))))
    raw: Any = connection.connection.dbapi_connection
    runs = runs_of_times(rows.time[unmatched], margin_s=CHANGED_WITHIN_S)
    asked: list[tuple[str, tuple[int, ...]]] = [(_UNSETTLED, (user_id,))]
    asked += [(_NEAR, (user_id, first, last)) for first, last in runs]
    found: dict[_Key, dict[int, Told]] = defaultdict(dict)
    for query, parameters in asked:
        cursor = raw.execute(query, parameters)
        while batch := cursor.fetchmany(_FETCH_ROWS):
            numbers = np.array([hash(row[5]) for row in batch], dtype=np.int64)
            for index in np.flatnonzero(np.isin(numbers, hashes)).tolist():
                key, row = _stored_row(batch[index])
                found[key][row.at] = row
    return {key: list(by_id.values()) for key, by_id in found.items()}


def _stored_row(row: Sequence[Any]) -> tuple[_Key, Told]:
    id_, time, source, direction, stated, number, currency, merchant, *rest = row
    amount_minor, occurrence, pending, closed = rest
    key = (source, SIDES[stated or direction], number, currency)
    return key, Told(id_, time, amount_minor, occurrence, merchant, bool(pending or closed))


def _number_hashes(spool: Spool, unmatched: Flags) -> Iterator[Any]:
    for start, batch in spool.batches(["external_id"]):
        at = np.flatnonzero(unmatched[start : start + len(batch)])
        numbers = batch["external_id"].take(at).to_pylist()
        yield np.array([hash(number) for number in numbers], dtype=np.int64)


def _told_by_key(
    spool: Spool, unmatched: Flags, verdicts: Verdicts, stored: dict[_Key, list[Told]]
) -> dict[_Key, list[Told]]:
    numbers = {key[2] for key in stored}
    told: dict[_Key, list[Told]] = defaultdict(list)
    for start, batch in spool.batches(_STAGED):
        names = batch["external_id"].to_pylist()
        here = unmatched[start : start + len(batch)]
        at = [index for index, name in enumerate(names) if name in numbers and here[index]]
        for index, row in zip(at, batch.take(at).to_pylist() if at else [], strict=True):
            side = SIDES[row["direction"]]
            key = (row["source"], side, row["external_id"], row["currency"])
            if key in stored:
                told[key].append(_told_row(start + index, row, verdicts))
    return told


def _told_row(at: int, row: Mapping[str, Any], verdicts: Verdicts) -> Told:
    return Told(
        at=at,
        time=row["time"],
        amount_minor=row["amount_minor"],
        occurrence=int(verdicts.occurrence[at]),
        merchant=row["merchant"],
        is_open=bool(row["pending"]),
    )
