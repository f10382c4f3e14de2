"""Counters of flask-limiter in the database, so that all processes and replicas count together."""

import time
from collections.abc import Callable

from limits.storage import Storage
from sqlalchemy import Engine, case, delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from auth_service.store.tables import rate_limits
from servicekit.sqlite import read_transaction, write_transaction

SCHEME = "auth-database"


class DatabaseStorage(Storage):
    """Fixed windows in the rate_limits table; only failed attempts are counted, so few writes."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - limits registers the class by this attribute

    def __init__(
        self,
        uri: str | None = None,
        *,
        engine: Engine,
        clock: Callable[[], float] = time.time,
        **_options: object,
    ) -> None:
        super().__init__(uri)
        self._engine = engine
        self._clock = clock

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a failing storage raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """The count of the key's window after adding to it; a window that has passed restarts."""
        now = self._clock()
        has_passed = rate_limits.c.expires_at <= now
        statement = insert(rate_limits).values(key=key, count=amount, expires_at=now + expiry)
        upsert = statement.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "count": case((has_passed, amount), else_=rate_limits.c.count + amount),
                "expires_at": case((has_passed, now + expiry), else_=rate_limits.c.expires_at),
            },
        ).returning(rate_limits.c.count)
        with write_transaction(self._engine) as connection:
            count = connection.execute(upsert).scalar_one()
            connection.execute(delete(rate_limits).where(has_passed))
        return int(count)

    def get(self, key: str) -> int:
        """The count of the key's window."""
        is_current = (rate_limits.c.key == key) & (rate_limits.c.expires_at > self._clock())
        with read_transaction(self._engine) as connection:
            query = select(rate_limits.c.count).where(is_current)
            return connection.execute(query).scalar() or 0

    def get_expiry(self, key: str) -> float:
        """When the key's window ends."""
        with read_transaction(self._engine) as connection:
            query = select(rate_limits.c.expires_at).where(rate_limits.c.key == key)
            return connection.execute(query).scalar() or self._clock()

    def check(self) -> bool:
        """Whether the database answers."""
        self.get("")
        return True

    def reset(self) -> int | None:
        """Forget every window."""
        with write_transaction(self._engine) as connection:
            return connection.execute(delete(rate_limits)).rowcount

    def clear(self, key: str) -> None:
        """Forget one window."""
        with write_transaction(self._engine) as connection:
            connection.execute(delete(rate_limits).where(rate_limits.c.key == key))
