"""Links as persons see them: listed, made, confirmed, split; link_choice.py makes them itself."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, RowMapping, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert

from ingest_service.domain.errors import LinkNotFoundError
from ingest_service.domain.link_evidence import BANK, tier_of
from ingest_service.domain.link_records import LinkFilter, LinkRecord, NewLink
from ingest_service.domain.links import IN_FORCE, Ends
from ingest_service.domain.models import Expense
from ingest_service.store.link_choice import claimed, links_touching
from ingest_service.store.link_effects import put_in_force, take_back
from ingest_service.store.refunds import recompute_refunds
from ingest_service.store.rows import expense_of
from ingest_service.store.tables import expenses, links

# A question that another link has answered meanwhile waits in silence until that link goes.
_UNANSWERED = """
NOT EXISTS (
    SELECT 1 FROM links o WHERE o.status IN ('linked', 'confirmed') AND o.id <> links.id
      AND (o.from_id = links.from_id AND (o.kind = links.kind OR o.kind <> 'refund'
                                          AND links.kind <> 'refund')
           OR links.kind <> 'refund' AND o.to_id = links.from_id AND o.kind = 'own_transfer'))
"""


class SqliteLinks:
    """The links of all users."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, user_id: int, link_id: int) -> LinkRecord:
        """The link with both rows.

        Raises:
            LinkNotFoundError: not there, or not this user's.
        """
        query = select(links).where(links.c.id == link_id, links.c.user_id == user_id)
        found = self._records(list(self._connection.execute(query).mappings()))
        if not found:
            raise LinkNotFoundError(str(link_id))
        return found[0]

    def page(
        self, user_id: int, where: LinkFilter, *, before_id: int | None, limit: int
    ) -> tuple[Sequence[LinkRecord], int | None]:
        """Links, newest first, and the id before which the next page begins."""
        tests = [
            column == value
            for column, value in (
                (links.c.status, where.status),
                (links.c.kind, where.kind),
                (links.c.import_id, where.import_id),
            )
            if value is not None
        ]
        if before_id is not None:
            tests.append(links.c.id < before_id)
        open_or_decided = or_(links.c.status != "proposed", text(_UNANSWERED))
        query = (
            select(links)
            .where(links.c.user_id == user_id, open_or_decided, *tests)
            .order_by(links.c.id.desc())
            .limit(limit + 1)
        )
        rows = list(self._connection.execute(query).mappings())
        more = len(rows) > limit
        return self._records(rows[:limit]), rows[limit - 1]["id"] if more else None

    def add(self, user_id: int, new: NewLink, *, now: int) -> int:
        """The id of a link that a person made; a pair that was judged before is judged anew."""
        statement = insert(links).values(
            user_id=user_id,
            kind=new.kind,
            from_id=new.from_id,
            to_id=new.to_id,
            amount_minor=new.amount_minor,
            status="rejected",
            reason=json.dumps({"code": "by-hand", "params": {}}),
            score=1.0,
            created_at=now,
        )
        kept = statement.on_conflict_do_update(
            index_elements=["from_id", "to_id", "kind"],
            set_={"amount_minor": statement.excluded.amount_minor},
        )
        return int(self._connection.execute(kept.returning(links.c.id)).scalar_one())

    def decide(self, link: LinkRecord, status: str) -> None:
        """Put the link into force, or take it back and remember that it was refused."""
        was, will = link.status in IN_FORCE, status in IN_FORCE
        if was and not will:
            take_back(self._connection, [link.id])
        decided = update(links).where(links.c.id == link.id).values(status=status)
        self._connection.execute(decided)
        if will and not was:
            put_in_force(self._connection, [link.id])
        if link.kind == "refund" and was != will:
            recompute_refunds(self._connection, {link.target.id})

    def is_free(self, link: LinkRecord) -> bool:
        """Whether no other link in force has taken one of the rows."""
        if link.kind == "refund":
            other = select(links.c.id).where(
                links.c.from_id == link.source.id,
                links.c.kind == "refund",
                links.c.status.in_(IN_FORCE),
                links.c.id != link.id,
            )
            return self._connection.execute(other).first() is None
        known = links_touching(self._connection, [link.source.id, link.target.id])
        claims = claimed((row for row in known if row["id"] != link.id), IN_FORCE)
        tiers = [tier_of(row.source) or BANK for row in (link.source, link.target)]
        return claims.is_free(Ends(link.kind, link.source.id, link.target.id, tiers[0], tiers[1]))

    def _records(self, rows: Sequence[RowMapping]) -> Sequence[LinkRecord]:
        ids = {row[end] for row in rows for end in ("from_id", "to_id")}
        found = self._connection.execute(select(expenses).where(expenses.c.id.in_(ids)))
        by_id = {row["id"]: expense_of(row) for row in found.mappings()}
        return [_record(row, by_id) for row in rows]


def _record(row: RowMapping, expense_by_id: Mapping[int, Expense]) -> LinkRecord:
    reason = json.loads(row["reason"])
    return LinkRecord(
        id=row["id"],
        kind=row["kind"],
        status=row["status"],
        score=row["score"],
        code=reason.get("code", ""),
        params=reason.get("params", {}),
        amount_minor=row["amount_minor"],
        source=expense_by_id[row["from_id"]],
        target=expense_by_id[row["to_id"]],
        import_id=row["import_id"],
        created_at=row["created_at"],
    )
