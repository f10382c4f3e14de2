"""Remembered mappings in SQLite."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from ingest_service.domain.errors import MappingNotFoundError
from ingest_service.domain.models import RememberedMapping
from ingest_service.store.tables import mappings


class SqliteMappings:
    """What users said of their tables' columns, by header."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, user_id: int) -> Sequence[RememberedMapping]:
        """The user's mappings, the last used first."""
        c = mappings.c
        query = select(mappings).where(c.user_id == user_id).order_by(c.used_at.desc(), c.id.desc())
        return [
            RememberedMapping(
                id=row["id"],
                header_signature=row["header_signature"],
                mapping=row["mapping"],
                created_at=row["created_at"],
                used_at=row["used_at"],
            )
            for row in self._connection.execute(query).mappings()
        ]

    def remember(self, user_id: int, signature: str, mapping: str, *, now: int) -> None:
        """Use the mapping for the tables to come with this header."""
        statement = insert(mappings).values(
            user_id=user_id,
            header_signature=signature,
            mapping=mapping,
            created_at=now,
            used_at=now,
        )
        statement = statement.on_conflict_do_update(
            index_elements=["user_id", "header_signature"],
            set_={"mapping": statement.excluded.mapping, "used_at": statement.excluded.used_at},
        )
        self._connection.execute(statement)

    def note_use(self, user_id: int, signature: str, *, now: int) -> None:
        """Note that a table was read by the mapping of this header, where there is one."""
        mine = (mappings.c.user_id == user_id) & (mappings.c.header_signature == signature)
        self._connection.execute(update(mappings).where(mine).values(used_at=now))

    def delete(self, user_id: int, mapping_id: int) -> None:
        """Forget a mapping. Raises MappingNotFoundError."""
        mine = (mappings.c.id == mapping_id) & (mappings.c.user_id == user_id)
        if self._connection.execute(delete(mappings).where(mine)).rowcount != 1:
            raise MappingNotFoundError(str(mapping_id))
