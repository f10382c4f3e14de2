"""Rules in SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from ingest_service.domain.errors import RuleNotFoundError
from ingest_service.domain.models import NewRule, Rule
from ingest_service.store.rows import conditions_text, inserted_id, rule_of
from ingest_service.store.tables import rules


class SqliteRules:
    """The rules of all users."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, user_id: int) -> Sequence[Rule]:
        """The user's rules in the order in which they are tried."""
        query = (
            select(rules).where(rules.c.user_id == user_id).order_by(rules.c.position, rules.c.id)
        )
        return [rule_of(row) for row in self._connection.execute(query).mappings()]

    def add(self, user_id: int, new: NewRule, *, now: int) -> int:
        """The id of a new last rule."""
        last = select(func.coalesce(func.max(rules.c.position), 0)).where(
            rules.c.user_id == user_id
        )
        statement = insert(rules).values(
            user_id=user_id,
            name=new.name,
            conditions=conditions_text(new.conditions),
            category_id=new.category_id,
            position=int(self._connection.execute(last).scalar_one()) + 1,
            enabled=int(new.enabled),
            origin=new.origin,
            created_at=now,
        )
        return inserted_id(self._connection, statement)

    def change(self, user_id: int, rule_id: int, values: Mapping[str, object]) -> None:
        """Give columns new values."""
        mine = (rules.c.id == rule_id) & (rules.c.user_id == user_id)
        told = dict(values)
        if isinstance(told.get("conditions"), tuple):
            told["conditions"] = conditions_text(told["conditions"])  # type: ignore[arg-type] # the use case checked them
        if self._connection.execute(update(rules).where(mine).values(**told)).rowcount != 1:
            raise RuleNotFoundError(str(rule_id))

    def delete(self, user_id: int, rule_id: int) -> None:
        """Remove a rule."""
        mine = (rules.c.id == rule_id) & (rules.c.user_id == user_id)
        if self._connection.execute(delete(rules).where(mine)).rowcount != 1:
            raise RuleNotFoundError(str(rule_id))

    def put_in_order(self, user_id: int, ids: Sequence[int]) -> None:
        """Let the rules be tried in this order."""
        if not ids:
            return
        statement = (
            update(rules)
            .where(rules.c.user_id == user_id, rules.c.id == bindparam("rule_id"))
            .values(position=bindparam("place"))
        )
        places = [{"rule_id": id_, "place": place} for place, id_ in enumerate(ids, start=1)]
        self._connection.execute(statement, places)

    def move_category(self, user_id: int, *, from_id: int, to_id: int) -> None:
        """Let all rules of one category point to another."""
        mine = (rules.c.user_id == user_id) & (rules.c.category_id == from_id)
        self._connection.execute(update(rules).where(mine).values(category_id=to_id))
