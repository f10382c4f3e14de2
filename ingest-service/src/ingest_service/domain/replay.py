"""Rows of one order number, put together anew from the tellings of some of their files.

Which row a file tells is decided by what stands when it comes. Without one of the files the same
tellings may therefore belong to other rows: they are matched again here, file after file, by the
rules of an import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from ingest_service.domain.pairing import Told, pair
from ingest_service.domain.staged import FEE_NOTES
from ingest_service.domain.versions import Version, merged

Identity = tuple[str, int]
"""Fingerprint in hexadecimal digits, and the number among equal rows."""


def identity_of(version: Version) -> Identity:
    """By what the next file knows the row."""
    return version["fingerprint"], int(version["occurrence"])


@dataclass(frozen=True, slots=True)
class Telling:
    """How the file of an import tells a row; home is the id of the row that holds it now.

    place: of the import among all that told rows, from the first; import_id is None for a row
    that a person entered.
    """

    place: int
    import_id: int | None
    home: int
    version: Version


@dataclass(slots=True)
class Replayed:
    """A row as the tellings make it, in their order."""

    version: Version
    tellings: list[Telling] = field(default_factory=list)


def replay(tellings: Iterable[Telling]) -> list[Replayed]:
    """The rows of one number that these tellings make."""
    rows: list[Replayed] = []
    in_order = sorted(tellings, key=_order)
    for _, of_file in groupby(in_order, key=lambda telling: telling.place):
        _store(rows, list(of_file))
    return rows


def homes(rows: Sequence[Replayed], standing: Mapping[int, Identity]) -> list[int | None]:
    """The id that each row is to have, of the rows that stand; None where it needs a new one.

    A row that looks as before keeps its id, with what a person made of it and its links; then
    counts who holds most of the tellings.
    """
    by_identity = {identity: id_ for id_, identity in standing.items()}
    offers = []
    for at, row in enumerate(rows):
        shared = Counter(telling.home for telling in row.tellings)
        same = by_identity.get(identity_of(row.version))
        known = shared.keys() if same is None else {*shared, same}
        offers += [(id_ != same, -shared[id_], id_, at) for id_ in known]
    found: list[int | None] = [None] * len(rows)
    taken: set[int] = set()
    for _, _, id_, at in sorted(offers):
        if found[at] is None and id_ not in taken:
            found[at] = id_
            taken.add(id_)
    return found


def _order(telling: Telling) -> tuple[int, int, int]:
    return telling.place, telling.version["time"], telling.home


def _store(rows: list[Replayed], of_file: Sequence[Telling]) -> None:
    """Let one file come: first every row of it finds its place, then it is told there."""
    known = {identity_of(row.version): at for at, row in enumerate(rows)}
    places = {
        at: known[identity_of(telling.version)]
        for at, telling in enumerate(of_file)
        if identity_of(telling.version) in known
    }
    fees = _fees(of_file)
    unknown = [
        _told(at, telling.version)
        for at, telling in enumerate(of_file)
        if at not in places and at not in fees
    ]
    stored = [_stored(at, row.version) for at, row in enumerate(rows)] if unknown else []
    places |= pair(unknown, stored, taken=frozenset(places.values()))
    for at, telling in enumerate(of_file):
        if at not in places:
            rows.append(Replayed(telling.version, [telling]))
            continue
        row = rows[places[at]]
        row.tellings.append(telling)
        if at not in fees:
            row.version = merged(row.version, telling.version)


def _fees(of_file: Sequence[Telling]) -> frozenset[int]:
    """Fees that were split from another row of the file: they tell nothing anew."""
    instants = Counter(telling.version["time"] for telling in of_file)
    return frozenset(
        at
        for at, telling in enumerate(of_file)
        if telling.version["note"] in FEE_NOTES.values()
        and telling.version["category_source"] == "rule"
        and instants[telling.version["time"]] > 1
    )


def _told(at: int, version: Version) -> Told:
    return Told(
        at=at,
        time=version["time"],
        amount_minor=version["amount_minor"],
        occurrence=int(version["occurrence"]),
        merchant=version["merchant"],
        is_open=bool(version["pending"]),
    )


def _stored(at: int, version: Version) -> Told:
    """A closed row may still be told anew, as one that is pending may."""
    is_open = bool(version["pending"] or version["closed"])
    return replace(_told(at, version), is_open=is_open)
