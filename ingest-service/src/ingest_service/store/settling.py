"""Rows that a statement now tells with another time or amount: found by their order number.

Loads NumPy: only the worker imports this module.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection

from ingest_service.domain.fingerprints import SIDES
from ingest_service.store.identity import Flags, Identities, Verdicts, runs_of_times
from ingest_service.store.spool import Spool

# A row that is settled already is taken for a changed one within these days only, and where its
# order number stands once in file and table; else it is another payment of the same number.
CHANGED_WITHIN_S = 7 * 86_400
_FETCH_ROWS = 20_000
_COLUMNS = "id, time, source, direction, stated_direction, external_id, currency, merchant, pending"
_UNSETTLED = f"""
SELECT {_COLUMNS}, closed FROM expenses
WHERE user_id = ? AND (pending = 1 OR closed = 1) AND external_id <> '' AND deleted = 0
"""  # noqa: S608 - column names of this module
_NEAR = f"""
SELECT {_COLUMNS}, closed FROM expenses
WHERE user_id = ? AND deleted = 0 AND time BETWEEN ? AND ? AND external_id <> ''
"""  # noqa: S608 - column names of this module
_STAGED = ["time", "source", "direction", "external_id", "currency", "merchant", "pending"]


@dataclass(frozen=True, slots=True)
class _Told:
    """A row of the file or of the table, as far as its number can be compared."""

    at: int
    time: int
    merchant: str
    is_open: bool


_Key = tuple[str, str, str, str]


def find_settled(
    connection: Connection, user_id: int, spool: Spool, rows: Identities, verdicts: Verdicts
) -> dict[int, int]:
    """Row of the file -> id of the stored row that it tells anew, for rows that seemed new."""
    unmatched = verdicts.new & rows.numbered & rows.main
    if not unmatched.any() or not _any_stored(connection, user_id):
        return {}
    taken = set(verdicts.known[verdicts.known > 0].tolist())
    stored = _stored_by_key(connection, user_id, spool, rows, unmatched)
    if not stored:
        return {}
    told = _told_by_key(spool, unmatched, stored)
    pairs: dict[int, int] = {}
    for key, tellings in told.items():
        free = [row for row in stored[key] if row.at not in taken]
        pairs.update(_pair(tellings, free, is_only=len(stored[key]) == 1))
    return pairs


def _any_stored(connection: Connection, user_id: int) -> bool:
    raw: Any = connection.connection.dbapi_connection
    query = "SELECT 1 FROM expenses WHERE user_id = ? AND deleted = 0 LIMIT 1"
    return raw.execute(query, (user_id,)).fetchone() is not None


def _stored_by_key(
    connection: Connection, user_id: int, spool: Spool, rows: Identities, unmatched: Flags
) -> dict[_Key, list[_Told]]:
    """Stored rows whose order number may stand among the unmatched rows."""
    hashes = np.unique(np.concatenate(list(_number_hashes(spool, unmatched))))
    raw: Any = connection.connection.dbapi_connection
    runs = runs_of_times(rows.time[unmatched], margin_s=CHANGED_WITHIN_S)
    asked: list[tuple[str, tuple[int, ...]]] = [(_UNSETTLED, (user_id,))]
    asked += [(_NEAR, (user_id, first, last)) for first, last in runs]
    found: dict[_Key, dict[int, _Told]] = defaultdict(dict)
    for query, parameters in asked:
        cursor = raw.execute(query, parameters)
        while batch := cursor.fetchmany(_FETCH_ROWS):
            numbers = np.array([hash(row[5]) for row in batch], dtype=np.int64)
            for index in np.flatnonzero(np.isin(numbers, hashes)).tolist():
                key, row = _stored_row(batch[index])
                found[key][row.at] = row
    return {key: list(by_id.values()) for key, by_id in found.items()}


def _stored_row(row: Sequence[Any]) -> tuple[_Key, _Told]:
    id_, time, source, direction, stated, number, currency, merchant, pending, closed = row
    key = (source, SIDES[stated or direction], number, currency)
    return key, _Told(id_, time, merchant, bool(pending or closed))


def _number_hashes(spool: Spool, unmatched: Flags) -> Iterator[Any]:
    for start, batch in spool.batches(["external_id"]):
        at = np.flatnonzero(unmatched[start : start + len(batch)])
        numbers = batch["external_id"].take(at).to_pylist()
        yield np.array([hash(number) for number in numbers], dtype=np.int64)


def _told_by_key(
    spool: Spool, unmatched: Flags, stored: dict[_Key, list[_Told]]
) -> dict[_Key, list[_Told]]:
    numbers = {key[2] for key in stored}
    told: dict[_Key, list[_Told]] = defaultdict(list)
    for start, batch in spool.batches(_STAGED):
        names = batch["external_id"].to_pylist()
        here = unmatched[start : start + len(batch)]
        at = [index for index, name in enumerate(names) if name in numbers and here[index]]
        for index, row in zip(at, batch.take(at).to_pylist() if at else [], strict=True):
            side = SIDES[row["direction"]]
            key = (row["source"], side, row["external_id"], row["currency"])
            if key in stored:
                told[key].append(
                    _Told(start + index, row["time"], row["merchant"], bool(row["pending"]))
                )
    return told


def _pair(told: list[_Told], stored: list[_Told], *, is_only: bool) -> dict[int, int]:
    """What was open is what is told now, in order of time; else one row that changed a little."""
    by_time = sorted(told, key=lambda row: row.time)
    still_open = sorted((row for row in stored if row.is_open), key=lambda row: row.time)
    pairs = {row.at: known.at for row, known in zip(by_time, still_open, strict=False)}
    rest = [row for row in stored if not row.is_open]
    if is_only and len(told) == len(rest) == 1 and _alike(told[0], rest[0]):
        pairs[told[0].at] = rest[0].at
    return pairs


def _alike(told: _Told, stored: _Told) -> bool:
    near = abs(told.time - stored.time) <= CHANGED_WITHIN_S
    one, other = told.merchant, stored.merchant
    return near and (told.is_open or one in other or other in one)
