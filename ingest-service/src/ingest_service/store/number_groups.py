"""Which rows of one order number an undone import may have mixed up with those of later files.

Loads NumPy: only the worker imports this module.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from ingest_service.domain.models import ImportRecord

# A number on more rows than this names no payment.
_MAX_ROWS = 10_000
_FETCH_ROWS = 20_000
_NUMBERED = """
SELECT id, import_id, external_id FROM expenses
WHERE user_id = ? AND deleted = 0 AND external_id <> '' ORDER BY id
"""
_MOVED = """
SELECT DISTINCT expense_id FROM import_updates
WHERE import_id IN (SELECT id FROM imports WHERE user_id = :user_id)
  AND json_extract(before, '$.own.fingerprint') IS NOT NULL
"""
_CLAIMED = """
SELECT first_id, last_id FROM import_claims WHERE import_id IN (SELECT value FROM json_each(:ids))
ORDER BY first_id
"""
_Flags = NDArray[np.bool_]
_Integers = NDArray[np.int64]


def mixed_rows(connection: Connection, record: ImportRecord, later: Sequence[int]) -> Sequence[int]:
    """Ids of rows whose number stands on several rows, or has met several times or amounts.

    Only numbers that the import and one of the later ones tell: what others tell, they told
    without regard to it.
    """
    if not later:
        return []
    ids, owners, numbers = _numbered(connection, record.user_id)
    if not len(ids):
        return []
    _, group, size = np.unique(numbers, return_inverse=True, return_counts=True)
    moved = np.isin(ids, _ids(connection, _MOVED, user_id=record.user_id))
    mine = _held(connection, ids, owners, [record.id])
    others = _held(connection, ids, owners, later)
    groups = len(size)
    chosen = (size > 1) | _any(group, moved, groups)
    chosen &= (size <= _MAX_ROWS) & _any(group, mine, groups) & _any(group, others, groups)
    found: list[int] = ids[chosen[group]].tolist()
    return found


def _numbered(connection: Connection, user_id: int) -> tuple[_Integers, _Integers, _Integers]:
    """Ids, owning imports and hashed numbers of the user's rows, in order of ids."""
    raw: Any = connection.connection.dbapi_connection
    cursor = raw.execute(_NUMBERED, (user_id,))
    parts = [np.empty((3, 0), dtype=np.int64)]
    while rows := cursor.fetchmany(_FETCH_ROWS):
        ids, owners, numbers = zip(*rows, strict=True)
        told = (ids, [owner or 0 for owner in owners], list(map(hash, numbers)))
        parts.append(np.array(told, dtype=np.int64))
    ids, owners, numbers = np.concatenate(parts, axis=1)
    return ids, owners, numbers


def _held(
    connection: Connection, ids: _Integers, owners: _Integers, imports: Sequence[int]
) -> _Flags:
    """Which of the rows one of these imports stored, or has in its file too."""
    runs = connection.execute(text(_CLAIMED), {"ids": json.dumps(list(imports))}).all()
    change = np.zeros(len(ids) + 1, dtype=np.int64)
    if runs:
        firsts, lasts = np.array([tuple(run) for run in runs], dtype=np.int64).T
        np.add.at(change, np.searchsorted(ids, firsts), 1)
        np.add.at(change, np.searchsorted(ids, lasts, side="right"), -1)
    held: _Flags = (np.cumsum(change[:-1]) > 0) | np.isin(owners, list(imports))
    return held


def _any(group: _Integers, flags: _Flags, groups: int) -> _Flags:
    """Which groups have a row with the flag."""
    found = np.zeros(groups, dtype=bool)
    found[group[flags]] = True
    return found


def _ids(connection: Connection, query: str, **parameters: object) -> _Integers:
    found = connection.execute(text(query), parameters).scalars()
    return np.array(list(found), dtype=np.int64)
