"""Cities of rows: noted when a row is first in them, and found for rows that nobody looked up."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text
from sqlalchemy.dialects.sqlite import insert

from ingest_service.domain.places import NO_CITY, City, Unplaced
from ingest_service.store.rows import take_seq
from ingest_service.store.tables import cities

UNPLACED = """
SELECT id, place, lat, lon FROM expenses
WHERE city IS NULL AND deleted = 0 AND (place <> '' OR lat IS NOT NULL) ORDER BY id LIMIT :limit
"""
# Who changed the place meanwhile has made the finding worthless.
_PLACE = """
UPDATE expenses SET city = ?, seq = coalesce(?, seq)
WHERE id = ? AND city IS NULL AND place = ? AND lat IS ? AND lon IS ?
"""


class SqliteCities:
    """The cities of all users' rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def unplaced(self, *, limit: int) -> Sequence[Unplaced]:
        """Rows of all users whose place nobody has looked up."""
        found = self._connection.execute(text(UNPLACED), {"limit": limit})
        return [Unplaced(*row) for row in found]

    def place(self, found: Sequence[tuple[Unplaced, str]], told: Sequence[City]) -> None:
        """Store the city of each row whose place is still the same, and what those cities are.

        Only rows that are in a city are news to those who follow the feed.
        """
        note_cities(self._connection, told)
        placed = sum(code != NO_CITY for _, code in found)
        seq = take_seq(self._connection, placed) if placed else 0
        rows = []
        for row, code in found:
            rows.append((code, seq if code else None, row.id, row.place, row.lat, row.lon))
            seq += code != NO_CITY
        self._connection.exec_driver_sql(_PLACE, rows)


def note_cities(connection: Connection, told: Sequence[City]) -> None:
    """Tell the feed of cities in which no row was before."""
    if not told:
        return
    known = set(connection.execute(text("SELECT code FROM cities")).scalars())
    new = [city for city in told if city.code not in known]
    if not new:
        return
    first = take_seq(connection, len(new))
    rows = [
        {
            "code": city.code,
            "name": city.name,
            "name_en": city.name_en,
            "lat": city.lat,
            "lon": city.lon,
            "seq": seq,
        }
        for seq, city in enumerate(new, start=first)
    ]
    connection.execute(insert(cities), rows)
