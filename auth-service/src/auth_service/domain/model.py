"""Users, sessions and the records around them. Instants are aware UTC datetimes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

Role = Literal["user", "admin"]
Status = Literal["active", "disabled"]
Outcome = Literal["success", "wrong-password", "unknown-identifier", "disabled"]

ROLES: tuple[Role, ...] = ("user", "admin")
STATUSES: tuple[Status, ...] = ("active", "disabled")


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account."""

    id: int
    email: str | None
    phone: str | None
    password_hash: str
    role: Role
    status: Status
    created_at: datetime

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in."""
        return self.status == "active"


@dataclass(frozen=True, slots=True)
class Device:
    """Where a request came from."""

    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one device; the family of the refresh tokens that descend from it."""

    id: str
    user_id: int
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    device: Device
    revoked_at: datetime | None = None

    def is_alive(self, now: datetime) -> bool:
        """Whether the session can still be used."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One link in a session's chain; only its hash is ever stored."""

    token_hash: str
    session_id: str
    issued_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LoginRecord:
    """One attempt to sign in; user_id is None where nobody has that identifier."""

    id: int
    user_id: int | None
    login_time: datetime
    device: Device
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person chose; updated_at is None for the defaults."""

    theme: str = "system"
    chart_prefs: Mapping[str, object] = field(default_factory=dict)
    refresh_interval_sec: int = 60
    locale: str = "zh-CN"
    time_zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """A user together with the settings that the user's tokens carry."""

    user: User
    settings: Settings


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list, and whether there are more."""

    items: tuple[T, ...]
    has_more: bool
