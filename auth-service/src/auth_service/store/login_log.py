"""The record of attempts to sign in, in SQLite."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select

from auth_service.domain.model import Device, LoginRecord, Outcome, Page
from auth_service.store.instants import from_epoch, to_epoch
from auth_service.store.tables import login_logs


class SqlLoginLog:
    """The login_logs table on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, *, user_id: int | None, login_time: datetime, device: Device, outcome: Outcome
    ) -> None:
        """Note an attempt."""
        values = {
            "user_id": user_id,
            "login_time": to_epoch(login_time),
            "ip": device.ip,
            "ua": device.user_agent,
            "outcome": outcome,
        }
        self._connection.execute(insert(login_logs).values(values))

    def list_before(
        self,
        user_id: int,
        *,
        before_id: int | None,
        start: datetime | None,
        end: datetime | None,
        limit: int,
    ) -> Page[LoginRecord]:
        """A user's attempts, newest first, in [start, end)."""
        query = select(login_logs).where(login_logs.c.user_id == user_id)
        if before_id is not None:
            query = query.where(login_logs.c.id < before_id)
        if start is not None:
            query = query.where(login_logs.c.login_time >= to_epoch(start))
        if end is not None:
            query = query.where(login_logs.c.login_time < to_epoch(end))
        query = query.order_by(login_logs.c.id.desc()).limit(limit + 1)
        rows = self._connection.execute(query).mappings().all()
        return Page(items=tuple(map(_record, rows[:limit])), has_more=len(rows) > limit)


def _record(row: RowMapping) -> LoginRecord:
    return LoginRecord(
        id=row["id"],
        user_id=row["user_id"],
        login_time=from_epoch(row["login_time"]),
        device=Device(ip=row["ip"], user_agent=row["ua"]),
        outcome=row["outcome"],
    )
