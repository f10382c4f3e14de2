"""People's settings in SQLite."""

import json

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from auth_service.domain.model import Settings
from auth_service.store.instants import from_epoch, to_epoch
from auth_service.store.tables import settings as table


class SqlSettings:
    """The settings table on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, user_id: int) -> Settings:
        """The user's settings, or the defaults."""
        query = select(table).where(table.c.user_id == user_id)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return Settings()
        return Settings(
            theme=row["theme"],
            chart_prefs=json.loads(row["chart_prefs"]),
            refresh_interval_sec=row["refresh_interval_sec"],
            locale=row["locale"],
            time_zone=row["time_zone"],
            currency=row["currency"],
            updated_at=from_epoch(row["updated_at"]),
        )

    def put(self, user_id: int, settings: Settings) -> None:
        """Keep the settings."""
        values = {
            "theme": settings.theme,
            "chart_prefs": json.dumps(dict(settings.chart_prefs), ensure_ascii=False),
            "refresh_interval_sec": settings.refresh_interval_sec,
            "locale": settings.locale,
            "time_zone": settings.time_zone,
            "currency": settings.currency,
            "updated_at": to_epoch(settings.updated_at) if settings.updated_at else 0,
        }
        statement = insert(table).values(user_id=user_id, **values)
        upsert = statement.on_conflict_do_update(index_elements=["user_id"], set_=values)
        self._connection.execute(upsert)
