"""Links between rows that mean the same money: one payment told twice, moves between own accounts.

Called after an import's rows are stored, inside the same transaction.
"""

from __future__ import annotations

from sqlalchemy import Connection


def find_links(connection: Connection, *, user_id: int, import_id: int, now: int) -> None:
    """Finds the links that the rows of an import make possible and puts them into force."""
