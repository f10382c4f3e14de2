"""What the use cases need from the outside."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from auth_service.domain.identifiers import Identifier
from auth_service.domain.model import (
    Device,
    LoginRecord,
    Outcome,
    Page,
    RefreshToken,
    Role,
    Session,
    Settings,
    Status,
    User,
)

Clock = Callable[[], datetime]


class Users(Protocol):
    """The accounts."""

    def get(self, user_id: int) -> User | None:
        """The user of this id."""

    def find(self, identifier: Identifier) -> User | None:
        """The user with this e-mail address or phone number."""

    def add(
        self, *, identifier: Identifier, password_hash: str, role: Role, created_at: datetime
    ) -> User:
        """The new user. Raises IdentifierTaken."""

    def set_password(self, user_id: int, password_hash: str) -> None:
        """Keep a new password hash."""

    def set_standing(self, user_id: int, *, role: Role, status: Status) -> None:
        """Keep a new role and status."""

    def list_after(self, user_id: int, *, limit: int) -> Page[User]:
        """Users by rising id, from after this one."""

    def count_active_admins(self) -> int:
        """How many administrators may sign in."""


class Sessions(Protocol):
    """The sign-ins and their refresh tokens."""

    def get(self, session_id: str) -> Session | None:
        """The session of this id, whatever its state."""

    def add(self, session: Session) -> None:
        """Keep a new session."""

    def touch(self, session_id: str, *, now: datetime, expires_at: datetime) -> None:
        """Note that the session was used, and let it live longer."""

    def revoke(self, session_id: str, *, now: datetime) -> None:
        """End one session."""

    def revoke_all(self, user_id: int, *, now: datetime, keep: str | None = None) -> None:
        """End every session of a user but the one to keep."""

    def list_alive(self, user_id: int, *, now: datetime) -> tuple[Session, ...]:
        """The user's usable sessions, the last used first."""

    def find_token(self, token_hash: str) -> RefreshToken | None:
        """The refresh token of this hash."""

    def add_token(self, token: RefreshToken) -> None:
        """Keep a new refresh token."""

    def use_token(self, token_hash: str, *, now: datetime) -> None:
        """Note that the token was exchanged."""

    def forget_before(self, user_id: int, *, horizon: datetime) -> None:
        """Drop the user's sessions that ended, and tokens that were used, before the horizon."""


class LoginLog(Protocol):
    """The record of attempts to sign in."""

    def add(
        self, *, user_id: int | None, login_time: datetime, device: Device, outcome: Outcome
    ) -> None:
        """Note an attempt."""

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


class SettingsStore(Protocol):
    """What people chose."""

    def get(self, user_id: int) -> Settings:
        """The user's settings, or the defaults."""

    def put(self, user_id: int, settings: Settings) -> None:
        """Keep the settings."""


class Repositories(Protocol):
    """The stores within one transaction."""

    @property
    def users(self) -> Users:
        """The accounts."""

    @property
    def sessions(self) -> Sessions:
        """The sign-ins."""

    @property
    def login_log(self) -> LoginLog:
        """The attempts."""

    @property
    def settings(self) -> SettingsStore:
        """The choices."""


class UnitOfWork(Protocol):
    """Transactions over the stores."""

    def read(self) -> AbstractContextManager[Repositories]:
        """The stores as they are at one moment."""

    def write(self) -> AbstractContextManager[Repositories]:
        """The stores, changed all together at the end or not at all."""
