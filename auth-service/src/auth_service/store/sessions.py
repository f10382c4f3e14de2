"""Sessions and refresh tokens in SQLite."""

from datetime import datetime

from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)

from auth_service.domain.model import Device, RefreshToken, Session
from auth_service.store.instants import from_epoch, to_epoch
from auth_service.store.tables import refresh_tokens, sessions


class SqlSessions:
    """The sessions and refresh_tokens tables on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, session_id: str) -> Session | None:
        """The session of this id, whatever its state."""
        query = select(sessions).where(sessions.c.id == session_id)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _session(row)

    def add(self, session: Session) -> None:
        """Keep a new session."""
        values = {
            "id": session.id,
            "user_id": session.user_id,
            "created_at": to_epoch(session.created_at),
            "last_used_at": to_epoch(session.last_used_at),
            "expires_at": to_epoch(session.expires_at),
            "ip": session.device.ip,
            "ua": session.device.user_agent,
        }
        self._connection.execute(insert(sessions).values(values))

    def touch(self, session_id: str, *, now: datetime, expires_at: datetime) -> None:
        """Note that the session was used, and let it live longer."""
        values = {"last_used_at": to_epoch(now), "expires_at": to_epoch(expires_at)}
        statement = update(sessions).where(sessions.c.id == session_id)
        self._connection.execute(statement.values(values))

    def revoke(self, session_id: str, *, now: datetime) -> None:
        """End one session."""
        is_open = and_(sessions.c.id == session_id, sessions.c.revoked_at.is_(None))
        statement = update(sessions).where(is_open)
        self._connection.execute(statement.values(revoked_at=to_epoch(now)))

    def revoke_all(self, user_id: int, *, now: datetime, keep: str | None = None) -> None:
        """End every session of a user but the one to keep."""
        is_meant = and_(
            sessions.c.user_id == user_id,
            sessions.c.revoked_at.is_(None),
            sessions.c.id != (keep or ""),
        )
        statement = update(sessions).where(is_meant)
        self._connection.execute(statement.values(revoked_at=to_epoch(now)))

    def list_alive(self, user_id: int, *, now: datetime) -> tuple[Session, ...]:
        """The user's usable sessions, the last used first."""
        is_alive = and_(
            sessions.c.user_id == user_id,
            sessions.c.revoked_at.is_(None),
            sessions.c.expires_at > to_epoch(now),
        )
        order = (sessions.c.last_used_at.desc(), sessions.c.id)
        query = select(sessions).where(is_alive).order_by(*order)
        return tuple(map(_session, self._connection.execute(query).mappings()))

    def find_token(self, token_hash: str) -> RefreshToken | None:
        """The refresh token of this hash."""
        query = select(refresh_tokens).where(refresh_tokens.c.token_hash == token_hash)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _token(row)

    def add_token(self, token: RefreshToken) -> None:
        """Keep a new refresh token."""
        values = {
            "token_hash": token.token_hash,
            "session_id": token.session_id,
            "issued_at": token.issued_at.timestamp(),
        }
        self._connection.execute(insert(refresh_tokens).values(values))

    def use_token(self, token_hash: str, *, now: datetime) -> None:
        """Note that the token was exchanged."""
        statement = update(refresh_tokens).where(refresh_tokens.c.token_hash == token_hash)
        self._connection.execute(statement.values(used_at=now.timestamp()))

    def forget_before(self, user_id: int, *, horizon: datetime) -> None:
        """Drop the user's sessions that ended, and tokens that were used, before the horizon."""
        limit = to_epoch(horizon)
        has_ended = or_(sessions.c.expires_at < limit, sessions.c.revoked_at < limit)
        self._connection.execute(
            delete(sessions).where(and_(sessions.c.user_id == user_id, has_ended))
        )
        of_user = select(sessions.c.id).where(sessions.c.user_id == user_id)
        is_old = refresh_tokens.c.used_at < horizon.timestamp()
        self._connection.execute(
            delete(refresh_tokens).where(and_(refresh_tokens.c.session_id.in_(of_user), is_old))
        )


def _session(row: RowMapping) -> Session:
    revoked_at = row["revoked_at"]
    return Session(
        id=row["id"],
        user_id=row["user_id"],
        created_at=from_epoch(row["created_at"]),
        last_used_at=from_epoch(row["last_used_at"]),
        expires_at=from_epoch(row["expires_at"]),
        device=Device(ip=row["ip"], user_agent=row["ua"]),
        revoked_at=None if revoked_at is None else from_epoch(revoked_at),
    )


def _token(row: RowMapping) -> RefreshToken:
    used_at = row["used_at"]
    return RefreshToken(
        token_hash=row["token_hash"],
        session_id=row["session_id"],
        issued_at=from_epoch(row["issued_at"]),
        used_at=None if used_at is None else from_epoch(used_at),
    )
