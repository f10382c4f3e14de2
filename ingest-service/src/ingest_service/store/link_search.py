"""The search for partners of the rows that an import stored.

Equal amounts are found by the database: the smaller of two groups of statements is put into a
temporary table and the larger one is walked once. What a pair is worth is judged in domain/links.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, text

from ingest_service.domain.link_evidence import BANK, SHOP, WALLET, tier_of
from ingest_service.domain.links import MAX_LAG_DAYS_BY_NUMBER, LinkRow, Pair, judge
from servicekit.logs import get_logger

# A statement in which all amounts are equal would pair everything with everything.
MAX_CANDIDATES = 500_000
_WINDOW_S = (MAX_LAG_DAYS_BY_NUMBER + 1) * 86_400
_CLOCK_STEP_S = 900

_SELECTED = """
e.user_id = :user_id AND e.deleted = 0 AND e.amount_minor > 0
  AND (e.closed = 0 OR e.direction = 'expense')
  AND e.time BETWEEN :since AND :until
  AND (e.direction IN ('expense', 'income', 'refund', 'transfer') OR e.stated_direction <> '')
  AND e.source IN (SELECT value FROM json_each({sources}))
"""
_NEW = "e.import_id = :import_id"
_DRIVE = f"""
CREATE TEMP TABLE link_driver AS
SELECT e.id, e.currency, e.amount_minor, e.local_day, e.import_id IS :import_id AS is_new
FROM expenses e WHERE {_SELECTED.format(sources=":driving")}
"""  # noqa: S608 - our own text
_ROW = """
{0}.id AS {0}_id, {0}.import_id AS {0}_import_id, {0}.time AS {0}_time,
{0}.local_day AS {0}_local_day, {0}.local_hour AS {0}_local_hour, {0}.source AS {0}_source,
{0}.account AS {0}_account, {0}.merchant AS {0}_merchant, {0}.note AS {0}_note,
{0}.external_id AS {0}_external_id, {0}.order_ref AS {0}_order_ref,
(instr({0}.edited, 'direction') OR {0}.closed) AS {0}_settled,
CASE WHEN {0}.direction = 'neutral' AND {0}.stated_direction <> '' THEN {0}.stated_direction
     ELSE {0}.direction END AS {0}_direction
"""
_MEET = f"""
SELECT {_ROW.format("e")}, {_ROW.format("d")}
FROM expenses e
CROSS JOIN temp.link_driver k ON k.amount_minor = e.amount_minor AND k.currency = e.currency
    AND k.local_day BETWEEN e.local_day - {MAX_LAG_DAYS_BY_NUMBER}
                        AND e.local_day + {MAX_LAG_DAYS_BY_NUMBER}
CROSS JOIN expenses d ON d.id = k.id
WHERE {_SELECTED.format(sources=":walked")} AND (k.is_new OR {_NEW}) AND e.id <> k.id
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


def take_census(connection: Connection, *, user_id: int, import_id: int) -> Holdings:
    """Which sources there are.

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
        self.connection.execute(
            text(
                "CREATE INDEX temp.link_driver_by_amount"
                " ON link_driver (amount_minor, currency, local_day)"
            )
        )
        meet = _MEET + (f" AND {_NEW}" if one != other and not new & driving else "")
        yield from self._judged(text(f"{meet} LIMIT {MAX_CANDIDATES}"), parameters)
        self.connection.execute(drop)

    def _rows(self, sources: frozenset[str]) -> tuple[int, list[str]]:
        return sum(self.holdings.all[name] for name in sources), sorted(sources)

    def _judged(self, query: object, parameters: Mapping[str, object]) -> Iterator[Pair]:
        seen = 0
        both_new = set()
        for row in self.connection.execute(query, parameters).mappings():  # type: ignore[call-overload]
            seen += 1
            pair = judge(_row(row, "e"), _row(row, "d"))
            if pair is None:
                continue
            # Within one group, two new rows meet from either side.
            key = (pair.ends.from_id, pair.ends.to_id)
            if key not in both_new:
                both_new.add(key)
                yield pair
        if seen == MAX_CANDIDATES:
            get_logger().warning("link_candidates_cut", import_id=self.import_id)


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
