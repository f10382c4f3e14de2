"""Which rows are tied as one payment or as one move: chosen from the rows that are there.

Of all pairs that are worth it the best holds, then the best of those that are left. Where a better
pair comes, or a pair loses a row, only the rows that it concerns choose again, so that the links
are the same whatever came first. What a person decided and what an export told stays, and comes
before every choice.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, text

from ingest_service.domain.link_evidence import BANK, tier_of
from ingest_service.domain.links import IN_FORCE, Claims, Ends, Pair, assign
from ingest_service.store.link_effects import drop_links, put_in_force
from ingest_service.store.link_refunds import propose_refunds
from ingest_service.store.link_search import find_pairs, find_pairs_of, pairs_of_links, take_census

_TOUCHING = """
SELECT l.id, l.kind, l.status, l.from_id, l.to_id, l.score, l.amount_minor,
       l.reason ->> '$.code' AS code, l.reason ->> '$.told' AS told,
       l.reason -> '$.params' AS params, f.amount_minor AS amount,
       f.source AS from_source, t.source AS to_source
FROM links l JOIN expenses f ON f.id = l.from_id JOIN expenses t ON t.id = l.to_id
WHERE l.kind <> 'refund' AND l.id IN (
    SELECT id FROM links WHERE from_id IN (SELECT value FROM json_each(:rows))
    UNION SELECT id FROM links WHERE to_id IN (SELECT value FROM json_each(:rows)))
ORDER BY l.id
"""
_INSERT = """
INSERT INTO links (user_id, kind, from_id, to_id, amount_minor, status, reason, score, import_id,
                   created_at)
SELECT :user_id, :kind, f.id, t.id, f.amount_minor, :status, :reason, :score,
       coalesce(:import_id, i.id), coalesce(:now, i.finished_at, 0)
FROM expenses f JOIN expenses t ON t.id = :to_id
LEFT JOIN imports i ON i.id = max(coalesce(f.import_id, 0), coalesce(t.import_id, 0))
WHERE f.id = :from_id
"""
_REASON_ANEW = """
UPDATE links SET reason = json_set(reason, '$.code', :code, '$.params', json(:params)),
                 score = :score, amount_minor = :amount
WHERE id = :id
"""
_LAST_ID = "SELECT coalesce(max(id), 0) FROM links"
_SURE = "SELECT id FROM links WHERE id > :before AND status = 'linked'"
_TOLD = frozenset({"by-hand", "from-export"})
_Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Occasion:
    """After what links are looked for: an import and its time, or neither, after an undo."""

    user_id: int
    import_id: int | None = None
    now: int | None = None


def find_links(connection: Connection, occasion: Occasion, *, changed: Collection[int]) -> None:
    """Finds the links that the occasion makes possible, and puts the sure ones into force.

    changed: rows that are told otherwise, or that lost a link.
    """
    pairs: Sequence[Pair] = ()
    user_id, import_id = occasion.user_id, occasion.import_id
    holdings = take_census(connection, user_id=user_id, import_id=import_id)
    if import_id is not None and holdings.new:
        pairs = find_pairs(connection, user_id=user_id, import_id=import_id, holdings=holdings)
    seeking = changed if holdings.may_meet else ()
    if pairs or seeking:
        _Choice(connection, occasion).run(pairs, seeking)
    propose_refunds(
        connection,
        user_id=user_id,
        import_id=import_id,
        now=occasion.now,
        changed=changed,
    )


@dataclass(slots=True)
class _Standing:
    """The links of the rows in question: those that are settled, and those that may change."""

    settled: list[RowMapping] = field(default_factory=list)
    loose: dict[int, RowMapping] = field(default_factory=dict)

    @property
    def silent(self) -> set[int]:
        """Questions that a settled link has answered: they wait until that one goes."""
        claims = claimed(self.settled, IN_FORCE)
        asked = (link for link in self.loose.values() if link["status"] == "proposed")
        return {link["id"] for link in asked if not claims.is_free(_ends_of(link))}


@dataclass(slots=True)
class _Choice:
    """The choice among the pairs of some rows, and of whatever rows these set free."""

    _connection: Connection
    _occasion: Occasion
    _pairs: dict[_Key, Pair] = field(default_factory=dict)
    _searched: set[int] = field(default_factory=set)
    _worth: dict[int, Pair | None] = field(default_factory=dict)

    def run(self, pairs: Iterable[Pair], rows: Collection[int]) -> None:
        """Let these pairs, and all of these rows, take part."""
        self._pairs = {_key(pair): pair for pair in pairs}
        self._search(rows)
        while True:
            standing = self._standing()
            chosen = self._chosen(standing)
            lost = [link for link in standing.loose.values() if _key_of(link) not in chosen]
            free = {link[end] for link in lost for end in ("from_id", "to_id")} - self._searched
            if not free:
                break
            self._search(free)
        self._write(standing, chosen)

    def _search(self, rows: Collection[int]) -> None:
        if rows:
            found = find_pairs_of(self._connection, user_id=self._occasion.user_id, rows=rows)
            self._pairs |= {_key(pair): pair for pair in found}
            self._searched.update(rows)

    def _standing(self) -> _Standing:
        ends = {row for _, *rows in self._pairs for row in rows} | self._searched
        standing = _Standing()
        for link in links_touching(self._connection, ends):
            is_told = link["told"] or link["code"] in _TOLD
            if link["status"] in {"linked", "proposed"} and not is_told:
                standing.loose[link["id"]] = link
            else:
                standing.settled.append(link)
        for id_ in standing.silent:
            standing.settled.append(standing.loose.pop(id_))
        return standing

    def _chosen(self, standing: _Standing) -> Mapping[_Key, Pair]:
        """The pairs that hold: the sure ones, then questions about rows that nothing has taken."""
        unread = standing.loose.keys() - self._worth
        self._worth |= dict.fromkeys(unread)
        self._worth |= pairs_of_links(self._connection, unread)
        worth = (self._worth[id_] for id_ in standing.loose)
        known = self._pairs | {_key(pair): pair for pair in worth if pair is not None}
        for link in standing.settled:
            known.pop(_key_of(link), None)
        claims = claimed(standing.settled, IN_FORCE)
        sure = assign((pair for pair in known.values() if pair.verdict.status == "linked"), claims)
        claimed(standing.settled, {"proposed"}, claims)
        asked = assign((p for p in known.values() if p.verdict.status == "proposed"), claims)
        return {_key(pair): pair for pair in (*sure, *asked)}

    def _write(self, standing: _Standing, chosen: Mapping[_Key, Pair]) -> None:
        """Drop what no longer holds and add what does."""
        kept = {
            _key_of(link): link
            for link in standing.loose.values()
            if (pair := chosen.get(_key_of(link))) and pair.verdict.status == link["status"]
        }
        held = {link["id"] for link in kept.values()}
        drop_links(self._connection, [id_ for id_ in standing.loose if id_ not in held])
        anew = [_anew(link, chosen[key]) for key, link in kept.items()]
        differing = [values for values in anew if values is not None]
        if differing:
            self._connection.execute(text(_REASON_ANEW), differing)
        before = self._connection.execute(text(_LAST_ID)).scalar_one()
        new = [self._values(pair) for key, pair in chosen.items() if key not in kept]
        if new:
            self._connection.execute(text(_INSERT), new)
        sure = self._connection.execute(text(_SURE), {"before": before}).scalars()
        put_in_force(self._connection, list(sure))

    def _values(self, pair: Pair) -> dict[str, object]:
        reason = {"code": pair.verdict.code, "params": dict(pair.verdict.params)}
        return {
            "user_id": self._occasion.user_id,
            "import_id": self._occasion.import_id,
            "now": self._occasion.now,
            "kind": pair.ends.kind,
            "from_id": pair.ends.from_id,
            "to_id": pair.ends.to_id,
            "status": pair.verdict.status,
            "reason": json.dumps(reason, ensure_ascii=False),
            "score": pair.verdict.score,
        }


def links_touching(connection: Connection, rows: Collection[int]) -> Sequence[RowMapping]:
    """The links of these rows, refunds left out, with what _TOUCHING tells of each."""
    parameters = {"rows": json.dumps(sorted(rows))}
    return list(connection.execute(text(_TOUCHING), parameters).mappings())


def claimed(
    links: Iterable[RowMapping], statuses: Collection[str], claims: Claims | None = None
) -> Claims:
    """What those of links_touching() that are in these states take, beside the claims given."""
    taken = Claims() if claims is None else claims
    for link in links:
        if link["status"] in statuses:
            taken.take(_ends_of(link))
    return taken


def _key(pair: Pair) -> _Key:
    return pair.ends.kind, pair.ends.from_id, pair.ends.to_id


def _key_of(link: RowMapping) -> _Key:
    return link["kind"], link["from_id"], link["to_id"]


def _ends_of(link: RowMapping) -> Ends:
    return Ends(
        kind=link["kind"],
        from_id=link["from_id"],
        to_id=link["to_id"],
        from_tier=tier_of(link["from_source"]) or BANK,
        to_tier=tier_of(link["to_source"]) or BANK,
    )


def _anew(link: RowMapping, pair: Pair) -> dict[str, object] | None:
    """What a link that holds says now; None where it says that already."""
    told = {
        "id": link["id"],
        "code": pair.verdict.code,
        "params": dict(pair.verdict.params),
        "score": pair.verdict.score,
        "amount": link["amount"],
    }
    said = {
        "id": link["id"],
        "code": link["code"],
        "params": json.loads(link["params"] or "{}"),
        "score": link["score"],
        "amount": link["amount_minor"],
    }
    if told == said:
        return None
    return {**told, "params": json.dumps(told["params"], ensure_ascii=False)}
