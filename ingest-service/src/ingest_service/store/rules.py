"""Rules in SQLite."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from ingest_service.domain.errors import RuleNotFoundError
from ingest_service.domain.models import Rule
from ingest_service.store.rows import inserted_id, rule_of
from ingest_service.store.tables import rules

_TOLD = ("field", "contains")


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

    def add(self, user_id: int, *, field: str, contains: str, category_id: int, now: int) -> int:
        """The id of a new last rule."""
        last = select(func.coalesce(func.max(rules.c.position), 0)).where(
            rules.c.user_id == user_id
        )
        statement = insert(rules).values(
            user_id=user_id,
            conditions=_conditions(field, contains),
            category_id=category_id,
            position=int(self._connection.execute(last).scalar_one()) + 1,
            created_at=now,
        )
        return inserted_id(self._connection, statement)

    def change(self, user_id: int, rule_id: int, values: Mapping[str, object]) -> None:
        """Give columns new values."""
        mine = (rules.c.id == rule_id) & (rules.c.user_id == user_id)
        if "field" in values or "contains" in values:
            values = self._with_conditions(mine, values)
        if self._connection.execute(update(rules).where(mine).values(**values)).rowcount != 1:
            raise RuleNotFoundError(str(rule_id))

    def _with_conditions(
        self, mine: ColumnElement[bool], values: Mapping[str, object]
    ) -> Mapping[str, object]:
        row = self._connection.execute(select(rules).where(mine)).mappings().one_or_none()
        if row is None:
            raise RuleNotFoundError
        before = rule_of(row)
        others = {name: value for name, value in values.items() if name not in _TOLD}
        told = [str(values.get(name, getattr(before, name))) for name in _TOLD]
        return {**others, "conditions": _conditions(*told)}

    def delete(self, user_id: int, rule_id: int) -> None:
        """Remove a rule."""
        mine = (rules.c.id == rule_id) & (rules.c.user_id == user_id)
        if self._connection.execute(delete(rules).where(mine)).rowcount != 1:
            raise RuleNotFoundError(str(rule_id))

    def move_category(self, user_id: int, *, from_id: int, to_id: int) -> None:
        """Let all rules of one category point to another."""
        mine = (rules.c.user_id == user_id) & (rules.c.category_id == from_id)
        self._connection.execute(update(rules).where(mine).values(category_id=to_id))


def _conditions(field: str, contains: str) -> str:
    return json.dumps([{"field": field, "op": "contains", "value": contains}], ensure_ascii=False)
