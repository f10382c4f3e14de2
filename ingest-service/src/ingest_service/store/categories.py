"""Categories in SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ingest_service.domain.category_tree import DEFAULT_CATEGORIES
from ingest_service.domain.errors import CategoryNotFoundError
from ingest_service.domain.models import Category
from ingest_service.store.rows import category_of, inserted_id, take_seq
from ingest_service.store.tables import categories


class SqliteCategories:
    """The trees of all users."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tree(self, user_id: int) -> Sequence[Category]:
        """All nodes with path and depth, parents before children, in order."""
        query = (
            select(categories)
            .where(categories.c.user_id == user_id, categories.c.deleted == 0)
            .order_by(categories.c.position, categories.c.id)
        )
        nodes = [category_of(row) for row in self._connection.execute(query).mappings()]
        children: dict[int | None, list[Category]] = {}
        for node in nodes:
            children.setdefault(node.parent_id, []).append(node)
        return _walk(children, None, "", 1)

    def plant_defaults(self, user_id: int) -> None:
        """Copy the default tree to a user who never had one."""
        had = select(categories.c.id).where(categories.c.user_id == user_id).limit(1)
        if self._connection.execute(had).first() is not None:
            return
        first = take_seq(self._connection, len(DEFAULT_CATEGORIES))
        id_by_code: dict[str, int] = {}
        for number, default in enumerate(DEFAULT_CATEGORIES):
            parent = default.parent_code
            statement = insert(categories).values(
                user_id=user_id,
                name=default.name,
                code=default.code,
                parent_id=id_by_code[parent] if parent else None,
                position=number,
                seq=first + number,
            )
            id_by_code[default.code] = inserted_id(self._connection, statement)

    def add(self, user_id: int, *, name: str, parent_id: int | None, code: str | None) -> int:
        """The id of a new node, last among all."""
        last = select(func.coalesce(func.max(categories.c.position), -1)).where(
            categories.c.user_id == user_id
        )
        position = int(self._connection.execute(last).scalar_one()) + 1
        statement = insert(categories).values(
            user_id=user_id,
            name=name,
            code=code,
            parent_id=parent_id,
            position=position,
            seq=take_seq(self._connection),
        )
        return inserted_id(self._connection, statement)

    def put_in_order(self, user_id: int, ids: Sequence[int]) -> None:
        """Let siblings stand in this order; the feed does not tell it, so no seq is taken."""
        statement = (
            update(categories)
            .where(categories.c.user_id == user_id, categories.c.id == bindparam("node_id"))
            .values(position=bindparam("place"))
        )
        places = [{"node_id": id_, "place": place} for place, id_ in enumerate(ids)]
        self._connection.execute(statement, places)

    def change(self, user_id: int, category_id: int, values: Mapping[str, object]) -> None:
        """Give columns new values; the node takes a new seq."""
        statement = (
            update(categories)
            .where(
                categories.c.id == category_id,
                categories.c.user_id == user_id,
                categories.c.deleted == 0,
            )
            .values(**values, seq=take_seq(self._connection))
        )
        if self._connection.execute(statement).rowcount != 1:
            raise CategoryNotFoundError(str(category_id))

    def delete(self, user_id: int, category_id: int) -> None:
        """Leave a tombstone."""
        self.change(user_id, category_id, {"deleted": 1})


def _walk(
    children: Mapping[int | None, Sequence[Category]], parent_id: int | None, path: str, depth: int
) -> list[Category]:
    nodes: list[Category] = []
    for place, child in enumerate(children.get(parent_id, ()), start=1):
        own_path = f"{path}/{child.name}" if path else child.name
        nodes.append(replace(child, path=own_path, depth=depth, position=place))
        nodes.extend(_walk(children, child.id, own_path, depth + 1))
    return nodes
