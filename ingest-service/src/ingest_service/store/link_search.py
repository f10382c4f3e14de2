"""The search for partners of the rows that an import stored.

Equal amounts are found by the database: the smaller of two groups of statements is put into a
temporary table and the larger one is walked once. What a pair is worth is judged in domain/links.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, TextClause, text

from ingest_service.domain.link_evidence import (
    BANK,
    LEDGERS,
    SHOP,
    SHOPS,
    WALLET,
    WALLETS,
    tier_of,
)
from ingest_service.domain.links import MAX_LAG_DAYS_BY_NUMBER, LinkRow, Pair, judge
from servicekit.logs import get_logger

# A statement in which all amounts are equal would pair everything with everything.
MAX_CANDIDATES = 500_000
_WINDOW_S = (MAX_LAG_DAYS_BY_NUMBER + 1) * 86_400
_CLOCK_STEP_S = 900

_FIT = """
{0}.deleted = 0 AND {0}.amount_minor > 0 AND ({0}.closed = 0 OR {0}.direction = 'expense')
  AND ({0}.direction IN ('expense', 'income', 'refund', 'transfer') OR {0}.stated_direction <> '')
"""
_SELECTED = f"""
e.user_id = :user_id AND {_FIT.format("e")} AND e.time BETWEEN :since AND :until
  AND e.source IN (SELECT value FROM json_each({{sources}}))
"""  # noqa: S608 - our own text
_NEW = "e.import_id = :import_id"
_DRIVE = f"""
CREATE TEMP TABLE link_driver AS
SELECT e.id, e.currency, e.amount_minor, e.local_day, e.import_id IS :import_id AS is_new
FROM expenses e WHERE {_SELECTED.format(sources=":driving")}
"""  # noqa: S608 - our own text
# What links made of a row's direction says nothing: its statement or its owner does.
_ROW = """
{0}.id AS {0}_id, {0}.import_id AS {0}_import_id, {0}.time AS {0}_time,
{0}.local_day AS {0}_local_day, {0}.local_hour AS {0}_local_hour, {0}.source AS {0}_source,
{0}.account AS {0}_account, {0}.merchant AS {0}_merchant, {0}.note AS {0}_note,
{0}.external_id AS {0}_external_id, {0}.order_ref AS {0}_order_ref,
(instr({0}.edited, 'direction') OR {0}.closed) AS {0}_settled,
CASE WHEN {0}.stated_direction <> '' AND instr({0}.edited, 'direction') = 0
     THEN {0}.stated_direction ELSE {0}.direction END AS {0}_direction
"""
_DRIVER_INDEX = (
    "CREATE INDEX temp.link_driver_by_amount ON link_driver (amount_minor, currency, local_day)"
)
_MEET = f"""
SELECT {_ROW.format("e")}, {_ROW.format("d")}
FROM expenses e
CROSS JOIN temp.link_driver k ON k.amount_minor = e.amount_minor AND k.currency = e.currency
    AND k.local_day BETWEEN e.local_day - {MAX_LAG_DAYS_BY_NUMBER}
                        AND e.local_day + {MAX_LAG_DAYS_BY_NUMBER}
CROSS JOIN expenses d ON d.id = k.id
WHERE {_SELECTED.format(sources=":walked")} AND (k.is_new OR {_NEW}) AND e.id <> k.id
"""  # noqa: S608 - our own text
_TIER = f"""
CASE WHEN {{0}}.source IN (SELECT value FROM json_each(:shops)) THEN {SHOP}
     WHEN {{0}}.source IN (SELECT value FROM json_each(:wallets)) THEN {WALLET} ELSE {BANK} END
"""  # noqa: S608 - our own text
_BELONGS = "{0}.source NOT IN (SELECT value FROM json_each(:ledgers))"
_TIERS = {
    "shops": json.dumps(sorted(SHOPS)),
    "wallets": json.dumps(sorted(WALLETS)),
    "ledgers": json.dumps(sorted(LEDGERS)),
}
_SEEK = f"""
CREATE TEMP TABLE link_driver AS
SELECT e.id, e.time, e.currency, e.amount_minor, e.local_day, {_TIER.format("e")} AS tier
FROM expenses e
WHERE e.id IN (SELECT value FROM json_each(:rows)) AND e.user_id = :user_id
  AND {_FIT.format("e")} AND {_BELONGS.format("e")}
"""  # noqa: S608 - our own text
# The walk reads the index alone; only rows of an equal amount are looked at as a whole.
_MEET_SEEKERS = f"""
SELECT {_ROW.format("e")}, {_ROW.format("d")}
FROM expenses w
CROSS JOIN temp.link_driver k ON k.amount_minor = w.amount_minor AND k.currency = w.currency
    AND k.local_day BETWEEN w.local_day - {MAX_LAG_DAYS_BY_NUMBER}
                        AND w.local_day + {MAX_LAG_DAYS_BY_NUMBER}
CROSS JOIN expenses e ON e.id = w.id
CROSS JOIN expenses d ON d.id = k.id
WHERE w.user_id = :user_id AND w.deleted = 0 AND w.time BETWEEN :since AND :until AND w.id <> k.id
  AND {_FIT.format("e")} AND {_BELONGS.format("e")}
  AND ({_TIER.format("e")} <> k.tier OR k.tier = {BANK})
"""  # noqa: S608 - our own text
_LINKED = f"""
SELECT l.id AS link_id, {_ROW.format("e")}, {_ROW.format("d")}
FROM links l JOIN expenses e ON e.id = l.from_id JOIN expenses d ON d.id = l.to_id
WHERE l.id IN (SELECT value FROM json_each(:ids)) AND e.amount_minor = d.amount_minor
  AND e.currency = d.currency AND {_FIT.format("e")} AND {_FIT.format("d")}
"""  # noqa: S608 - our own text
_CENSUS = """
SELECT id, sources, rows_success FROM imports
WHERE user_id = :user_id AND dry_run = 0
  AND (id = :import_id OR status IN ('succeeded', 'partial'))
"""
_SOURCES = "SELECT DISTINCT source FROM expenses WHERE import_id = :id AND deleted = 0"
_SPAN = """
SELECT min(time) AS first, max(time) AS last FROM expenses WHERE import_id = :id AND deleted = 0
"""


Span = tuple[int, int]
"""The first and the last second of a statement."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """The statements of a user: rows by source, of the new import alone and of all of them."""

    new: Mapping[str, int]
    all: Mapping[str, int]
    imports_of: Mapping[str, int]

    @property
    def may_meet(self) -> bool:
        """Whether there are statements of which one may tell again what another one told."""
        tiers = {tier_of(name) for name in self.all} - {None}
        banks = sum(count for name, count in self.imports_of.items() if tier_of(name) == BANK)
        return len(tiers) > 1 or banks > 1


def take_census(connection: Connection, *, user_id: int, import_id: int | None) -> Holdings:
    """Which sources there are; of an import those that are new.

    The sources of an import are read from its rows once and kept with it.
    """
    found = connection.execute(text(_CENSUS), {"user_id": user_id, "import_id": import_id}).all()
    new: dict[str, int] = {}
    together: dict[str, int] = {}
    imports_of: dict[str, int] = {}
    for row in found:
        is_new = row.id == import_id
        known = None if is_new else row.sources
        names = _sources_of(connection, row.id) if known is None else json.loads(known)
        for name in names:
            # A file of several sources counts for each of them: this is for choosing a side.
            together[name] = together.get(name, 0) + row.rows_success
            imports_of[name] = imports_of.get(name, 0) + 1
            if is_new:
                new[name] = row.rows_success
    return Holdings(new, together, imports_of)


def span_of(connection: Connection, import_id: int) -> Span:
    """The times of the first and last row of an import that stored any."""
    row = connection.execute(text(_SPAN), {"id": import_id}).one()
    return int(row.first), int(row.last)


def _sources_of(connection: Connection, import_id: int) -> list[str]:
    names = sorted(connection.execute(text(_SOURCES), {"id": import_id}).scalars())
    connection.execute(
        text("UPDATE imports SET sources = :sources WHERE id = :id"),
        {"sources": json.dumps(names, ensure_ascii=False), "id": import_id},
    )
    return names


def find_pairs(
    connection: Connection, *, user_id: int, import_id: int, holdings: Holdings
) -> Sequence[Pair]:
    """Every pair of rows, one of them new, that is worth at least a question."""
    meetings = list(_meetings(holdings))
    if not meetings:
        return []
    search = _Search(connection, user_id, import_id, holdings, span_of(connection, import_id))
    return [pair for one, other in meetings for pair in search.run(one, other)]


def find_pairs_of(connection: Connection, *, user_id: int, rows: Collection[int]) -> Sequence[Pair]:
    """Every pair of one of these rows with any other that is worth at least a question."""
    drop = text("DROP TABLE IF EXISTS temp.link_driver")
    connection.execute(drop)
    common = {"user_id": user_id, **_TIERS}
    connection.execute(text(_SEEK), {**common, "rows": json.dumps(sorted(rows))})
    times = connection.execute(text("SELECT time FROM link_driver ORDER BY time")).scalars()
    runs = list(_runs(times))
    if runs:
        connection.execute(text(_DRIVER_INDEX))
    found: list[Pair] = []
    for first, last in runs:
        span = {"since": first - _WINDOW_S, "until": last + _WINDOW_S}
        query = text(f"{_MEET_SEEKERS} LIMIT {MAX_CANDIDATES}")
        found += _judged(connection, query, {**common, **span})
    connection.execute(drop)
    return found


def pairs_of_links(connection: Connection, ids: Collection[int]) -> Mapping[int, Pair]:
    """What these links are worth as their rows stand now; those worth nothing are left out."""
    query = connection.execute(text(_LINKED), {"ids": json.dumps(sorted(ids))})
    judged = ((row["link_id"], judge(_row(row, "e"), _row(row, "d"))) for row in query.mappings())
    return {link_id: pair for link_id, pair in judged if pair is not None}


def _runs(times: Iterable[int]) -> Iterator[Span]:
    """Spans of ascending times between which no partner can stand."""
    first = last = None
    for time in times:
        if first is None or last is None:
            first = time
        elif time - last > 2 * _WINDOW_S:
            yield first, last
            first = time
        last = time
    if first is not None and last is not None:
        yield first, last


def _meetings(holdings: Holdings) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """The groups of sources between which pairs may stand and of which one has new rows."""
    tiers = {
        tier: frozenset(name for name in holdings.all if tier_of(name) == tier)
        for tier in (BANK, WALLET, SHOP)
    }
    new = holdings.new.keys()
    apps = tiers[WALLET] | tiers[SHOP]
    for one, other in ((tiers[BANK], apps), (tiers[WALLET], tiers[SHOP])):
        if one and other and new & (one | other):
            yield one, other
    banks = tiers[BANK]
    if new & banks and (len(banks) > 1 or sum(holdings.imports_of[name] for name in banks) > 1):
        yield banks, banks


@dataclass(frozen=True, slots=True)
class _Search:
    connection: Connection
    user_id: int
    import_id: int
    holdings: Holdings
    span: Span

    def run(self, one: frozenset[str], other: frozenset[str]) -> Iterator[Pair]:
        driving, walked = sorted((one, other), key=self._rows)
        if one == other:
            driving = frozenset(self.holdings.new.keys() & one)
        new = self.holdings.new.keys()
        parameters = {
            "user_id": self.user_id,
            "import_id": self.import_id,
            "since": self.span[0] - _WINDOW_S,
            "until": self.span[1] + _WINDOW_S,
            "driving": json.dumps(sorted(driving)),
            "walked": json.dumps(sorted(walked)),
        }
        drop = text("DROP TABLE IF EXISTS temp.link_driver")
        self.connection.execute(drop)
        # Where only one side is new, the other side's rows meet nobody but its new ones.
        only_new = one == other or not new & walked
        self.connection.execute(text(_DRIVE + (f" AND {_NEW}" if only_new else "")), parameters)
        self.connection.execute(text(_DRIVER_INDEX))
        meet = _MEET + (f" AND {_NEW}" if one != other and not new & driving else "")
        query = text(f"{meet} LIMIT {MAX_CANDIDATES}")
        yield from _judged(self.connection, query, parameters)
        self.connection.execute(drop)

    def _rows(self, sources: frozenset[str]) -> tuple[int, list[str]]:
        return sum(self.holdings.all[name] for name in sources), sorted(sources)


def _judged(
    connection: Connection, query: TextClause, parameters: Mapping[str, object]
) -> Iterator[Pair]:
    seen = 0
    known = set()
    for row in connection.execute(query, parameters).mappings():
        seen += 1
        pair = judge(_row(row, "e"), _row(row, "d"))
        if pair is None:
            continue
        # Within one group, two new rows meet from either side.
        key = (pair.ends.from_id, pair.ends.to_id)
        if key not in known:
            known.add(key)
            yield pair
    if seen == MAX_CANDIDATES:
        get_logger().warning("link_candidates_cut", user_id=parameters["user_id"])


def _row(row: RowMapping, side: str) -> LinkRow:
    time = row[f"{side}_time"]
    return LinkRow(
        id=row[f"{side}_id"],
        import_id=row[f"{side}_import_id"],
        time=time,
        local_day=row[f"{side}_local_day"],
        # Statements that know only the date stand at midnight, in whatever zone.
        has_clock=row[f"{side}_local_hour"] > 0 or time % _CLOCK_STEP_S > 0,
        direction=row[f"{side}_direction"],
        source=row[f"{side}_source"],
        account=row[f"{side}_account"],
        merchant=row[f"{side}_merchant"],
        note=row[f"{side}_note"],
        external_id=row[f"{side}_external_id"],
        order_ref=row[f"{side}_order_ref"],
        is_settled=bool(row[f"{side}_settled"]),
    )
