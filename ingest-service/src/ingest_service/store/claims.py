"""Which imports hold a row: the one that stored it, and every later one whose file has it too."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import Connection, text

Run = tuple[int, int]
"""First and last of consecutive ids."""

_CLAIMS = """
SELECT first_id, last_id, import_id FROM import_claims
WHERE import_id <> :import_id AND last_id >= :first AND first_id <= :last
ORDER BY import_id, first_id
"""
_OWN = """
SELECT first_id, last_id FROM import_claims
WHERE import_id = :import_id AND last_id >= :first AND first_id <= :last ORDER BY first_id
"""
_CLAIM = "INSERT INTO import_claims (import_id, first_id, last_id) VALUES (?, ?, ?)"
_UNCLAIM = "DELETE FROM import_claims WHERE import_id = ? AND first_id = ?"


def runs_of(ids: Iterable[int]) -> Iterator[Run]:
    """The runs of ascending ids."""
    first = last = None
    for id_ in ids:
        if last is not None and id_ == last + 1:
            last = id_
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = id_
    if first is not None and last is not None:
        yield first, last


def claim(connection: Connection, import_id: int, ids: Iterable[int]) -> None:
    """Note that the import's file also holds these rows (ascending ids)."""
    rows = [(import_id, first, last) for first, last in runs_of(ids)]
    if rows:
        connection.exec_driver_sql(_CLAIM, rows)


def holders_of(
    connection: Connection, runs: Sequence[Run], *, without: int
) -> list[tuple[Run, tuple[int, ...]]]:
    """The parts of these runs (ascending) with the imports that claim each, but one of them.

    Parts that nobody claims are not in the answer.
    """
    if not runs:
        return []
    bounds = {"first": runs[0][0], "last": runs[-1][1], "import_id": without}
    claims = [(int(r[0]), int(r[1]), int(r[2])) for r in connection.execute(text(_CLAIMS), bounds)]
    return _claimed(_elementary(runs, claims), claims)


def _elementary(runs: Sequence[Run], claims: Sequence[tuple[int, int, int]]) -> list[Run]:
    """The runs, cut wherever a claim begins or ends."""
    cuts = sorted({c[0] for c in claims} | {c[1] + 1 for c in claims})
    parts: list[Run] = []
    position = 0
    for first, last in runs:
        while position < len(cuts) and cuts[position] <= first:
            position += 1
        begin = first
        at = position
        while at < len(cuts) and cuts[at] <= last:
            parts.append((begin, cuts[at] - 1))
            begin = cuts[at]
            at += 1
        parts.append((begin, last))
    return parts


def _claimed(
    parts: Sequence[Run], claims: Sequence[tuple[int, int, int]]
) -> list[tuple[Run, tuple[int, ...]]]:
    """Every claimed part with its claimants: one walk over both in order of ids."""
    waiting = sorted(claims)
    open_: list[tuple[int, int]] = []
    position = 0
    found = []
    for first, last in parts:
        while position < len(waiting) and waiting[position][0] <= first:
            open_.append((waiting[position][1], waiting[position][2]))
            position += 1
        open_ = [entry for entry in open_ if entry[0] >= first]
        if open_:
            found.append(((first, last), tuple(sorted(import_id for _, import_id in open_))))
    return found


def move_claims(
    connection: Connection, import_id: int, *, drop: Collection[int], add: Collection[int]
) -> None:
    """Note that the import's file tells some rows no longer, and these others instead."""
    if not drop and not add:
        return
    touched = {*drop, *add}
    bounds = {"import_id": import_id, "first": min(touched), "last": max(touched)}
    runs = [(int(r[0]), int(r[1])) for r in connection.execute(text(_OWN), bounds)]
    dropped = sorted(drop)
    cut = [run for run in runs if _within(dropped, run)]
    left = [piece for run in cut for piece in _without(run, _within(dropped, run))]
    firsts = [run[0] for run in runs]
    new = (id_ for id_ in sorted(add) if not _is_in(runs, firsts, id_))
    rows = [(import_id, first, last) for first, last in [*left, *runs_of(new)]]
    gone = [(import_id, first) for first, _ in cut]
    if gone:
        connection.exec_driver_sql(_UNCLAIM, gone)
    if rows:
        connection.exec_driver_sql(_CLAIM, rows)


def _within(ids: Sequence[int], run: Run) -> Sequence[int]:
    """Those of the ascending ids that are in the run."""
    return ids[bisect_left(ids, run[0]) : bisect_right(ids, run[1])]


def _without(run: Run, ids: Sequence[int]) -> Iterator[Run]:
    """What is left of the run without these ids of it."""
    first, last = run
    for id_ in ids:
        if first < id_:
            yield first, id_ - 1
        first = id_ + 1
    if first <= last:
        yield first, last


def _is_in(runs: Sequence[Run], firsts: Sequence[int], id_: int) -> bool:
    at = bisect_right(firsts, id_) - 1
    return at >= 0 and id_ <= runs[at][1]
