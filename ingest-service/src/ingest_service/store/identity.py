"""Which rows of a file are new: equal rows numbered within the file, then held against the table.

Loads NumPy: only the worker imports this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from ingest_service.domain.export_links import RowName
from ingest_service.store.spool import Spool

# Rows nearer to one another than this are looked up together, by one walk along the index.
_GAP_S = 6 * 3600
_FETCH_ROWS = 20_000
_MIXED_ROWS = 100_000
_MIX_TIME, _MIX_OCCURRENCE = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_KNOWN = """
SELECT fingerprint, occurrence, id, content FROM expenses
WHERE user_id = ? AND fingerprint >= ? AND fingerprint < ? ORDER BY fingerprint, occurrence
"""
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Identities:
    """What tells the rows of a file apart, as arrays in the order of the file.

    time: uint32, epoch seconds. digest, content: uint64. main: not the fee of another row.
    numbered: has an order number.
    """

    time: NDArray[np.uint32]
    digest: NDArray[np.uint64]
    content: NDArray[np.uint64]
    main: Flags
    numbered: Flags

    def fingerprint(self, at: int) -> bytes:
        """The fingerprint of one row."""
        return int(self.time[at]).to_bytes(4, "big") + int(self.digest[at]).to_bytes(8, "little")

    def renamed(self, names: Mapping[int, RowName]) -> Identities:
        """The identities, where these rows are known by the names that their file gives them."""
        if not names:
            return self
        time, digest = self.time.copy(), self.digest.copy()
        for at, name in names.items():
            time[at] = int.from_bytes(name.fingerprint[:4], "big")
            digest[at] = int.from_bytes(name.fingerprint[4:], "little")
        return replace(self, time=time, digest=digest)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What each row of the file is.

    occurrence: its number among equal rows, from 0. known: id of the row that is there already,
    0 where there is none. same: known, and told exactly as before. repeated: the file itself tells
    the row twice.
    """

    occurrence: Integers
    known: Integers
    same: Flags
    repeated: Flags

    @property
    def new(self) -> Flags:
        """Rows that are to be added."""
        new: Flags = (self.known == 0) & ~self.repeated
        return new


def read_identities(spool: Spool) -> Identities:
    """The identities of all rows: 22 bytes each, and no more while they are read."""
    rows = Identities(
        time=np.empty(spool.rows, dtype=np.uint32),
        digest=np.empty(spool.rows, dtype=np.uint64),
        content=np.empty(spool.rows, dtype=np.uint64),
        main=np.empty(spool.rows, dtype=bool),
        numbered=np.empty(spool.rows, dtype=bool),
    )
    columns = ["fingerprint", "content", "part", "external_id"]
    for start, batch in spool.batches(columns):
        here = slice(start, start + len(batch))
        prints = _bytes_of(batch["fingerprint"], 12)
        rows.time[here] = prints[:, :4].copy().view(">u4").ravel()
        rows.digest[here] = prints[:, 4:].copy().view("<u8").ravel()
        rows.content[here] = _bytes_of(batch["content"], 8).copy().view("<u8").ravel()
        rows.main[here] = batch["part"].to_numpy() == 0
        lengths = np.diff(np.frombuffer(batch["external_id"].buffers()[1], dtype=np.int64))
        offset = batch["external_id"].offset
        rows.numbered[here] = lengths[offset : offset + len(batch)] > 0
    return rows


def judge(
    connection: Connection, user_id: int, rows: Identities, names: Mapping[int, RowName]
) -> Verdicts:
    """What each row of the file is, as the table stands now; some have names."""
    count = len(rows.time)
    # Pages of zeros take no memory until something is written.
    occurrence, repeated = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    known, same = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    ordered, order = _by_key(rows, occurrence, repeated)
    for position, name in names.items():
        occurrence[position] = name.occurrence
    if _number(rows, (ordered, order), occurrence, repeated, names) or names:
        del ordered, order
        ordered, order = _by_key(rows, occurrence, repeated)
    for time, digest, number, ids, content in _stored(connection, user_id, rows.time):
        wanted = _mixed(time, digest, number)
        place = np.searchsorted(ordered, wanted)
        place[place == len(ordered)] = 0
        at = order[place]
        hit = (rows.time[at] == time) & (rows.digest[at] == digest) & (occurrence[at] == number)
        known[at[hit]] = ids[hit]
        same[at[hit]] = rows.content[at[hit]] == content[hit]
    return Verdicts(occurrence, known, same, repeated)


def _by_key(
    rows: Identities, occurrence: Integers, repeated: Flags
) -> tuple[NDArray[np.uint64], Integers]:
    """The mixed keys of the rows that are told once, ascending, and where each row stands."""
    keys = np.empty(len(rows.time), dtype=np.uint64)
    for start in range(0, len(keys), _MIXED_ROWS):
        here = slice(start, start + _MIXED_ROWS)
        keys[here] = _mixed(rows.time[here], rows.digest[here], occurrence[here])
    if not repeated.any():
        order = np.argsort(keys, kind="stable")
        return keys[order], order
    told_once = np.flatnonzero(~repeated)
    keys = keys[told_once]
    order = np.argsort(keys, kind="stable")
    return keys[order], told_once[order]


def _number(
    rows: Identities,
    by_key: tuple[NDArray[np.uint64], Integers],
    occurrence: Integers,
    repeated: Flags,
    names: Mapping[int, RowName],
) -> bool:
    """Whether any rows of one fingerprint were numbered, or found to be told twice by the file.

    Equal order number and equal texts is one row told twice; without a number it is another. A
    name says which of equal rows it is, but not for two of them.
    """
    keys, order = by_key
    equal = keys[1:] == keys[:-1]
    if not equal.any():
        return False
    # Where runs of equal keys begin, and behind their ends.
    edges = np.flatnonzero(np.diff(np.concatenate([[False], equal, [False]]).astype(np.int8)))
    for start, last in edges.reshape(-1, 2).tolist():
        _number_equals(rows, order[start : last + 1], occurrence, repeated, names)
    return True


def _number_equals(
    rows: Identities,
    members: Integers,
    occurrence: Integers,
    repeated: Flags,
    names: Mapping[int, RowName],
) -> None:
    seen: set[int] = set()
    first_by_number = {names[at].occurrence: at for at in members[::-1].tolist() if at in names}
    named = set(first_by_number.values())
    seen.update(int(rows.content[at]) for at in named)
    number = 0
    for at in members.tolist():
        if at in named:
            continue
        content = int(rows.content[at])
        if rows.numbered[at] and content in seen:
            repeated[at] = True
            continue
        seen.add(content)
        while number in first_by_number:
            number += 1
        occurrence[at] = number
        number += 1


def _mixed(
    time: NDArray[np.uint32], digest: NDArray[np.uint64], occurrence: Integers
) -> NDArray[np.uint64]:
    """One number for the three; who compares it compares the three afterwards."""
    times = time.astype(np.uint64) * _MIX_TIME
    mixed: NDArray[np.uint64] = digest ^ times ^ (occurrence.astype(np.uint64) * _MIX_OCCURRENCE)
    return mixed


def _stored(
    connection: Connection, user_id: int, times: NDArray[np.uint32]
) -> Iterator[tuple[Any, Any, Any, Any, Any]]:
    """Stored rows near these times: time, digest, occurrence, id, content, as arrays."""
    raw: Any = connection.connection.dbapi_connection
    for first, last in runs_of_times(times):
        bounds = (first.to_bytes(4, "big"), (last + 1).to_bytes(4, "big"))
        cursor = raw.execute(_KNOWN, (user_id, *bounds))
        while rows := cursor.fetchmany(_FETCH_ROWS):
            prints, numbers, ids, contents = zip(*rows, strict=True)
            packed = np.frombuffer(b"".join(prints), dtype=np.uint8).reshape(-1, 12)
            told = b"".join([content or b"\0" * 8 for content in contents])
            yield (
                packed[:, :4].copy().view(">u4").ravel().astype(np.uint32),
                packed[:, 4:].copy().view("<u8").ravel(),
                np.array(numbers, dtype=np.int64),
                np.array(ids, dtype=np.int64),
                np.frombuffer(told, dtype="<u8"),
            )


def runs_of_times(times: NDArray[np.uint32], *, margin_s: int = 0) -> list[tuple[int, int]]:
    """First and last second of every run of times without a long gap."""
    ordered = np.sort(times.astype(np.int64))
    breaks = np.flatnonzero(np.diff(ordered) > _GAP_S + 2 * margin_s)
    firsts = np.concatenate([ordered[:1], ordered[breaks + 1]]) - margin_s
    lasts = np.concatenate([ordered[breaks], ordered[-1:]]) + margin_s
    clipped = np.clip(np.stack([firsts, lasts]), 0, (1 << 32) - 2)
    return list(zip(clipped[0].tolist(), clipped[1].tolist(), strict=True))


def _bytes_of(array: Any, width: int) -> NDArray[np.uint8]:
    buffer = np.frombuffer(array.buffers()[1], dtype=np.uint8)
    start = array.offset * width
    return buffer[start : start + len(array) * width].reshape(-1, width)
