"""What every use case is given, and the check that its caller may still act."""

import hashlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from auth_service.domain.errors import CallerGone, NotAllowed
from auth_service.domain.grants import ServiceClients
from auth_service.domain.model import User
from auth_service.domain.passwords import PasswordHasher
from auth_service.domain.ports import Clock, Repositories, UnitOfWork
from auth_service.domain.tokens import TokenIssuer


@dataclass(frozen=True, slots=True)
class Context:
    """The parts that use cases work with."""

    uow: UnitOfWork
    hasher: PasswordHasher
    tokens: TokenIssuer
    clients: ServiceClients
    clock: Clock
    new_id: Callable[[], str] = lambda: uuid.uuid4().hex
    new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds the access token of a request."""

    user_id: int
    session_id: str


def require_caller(stores: Repositories, caller: Caller, *, clock: Clock) -> User:
    """The user behind an access token, whose session must still be alive.

    Other services trust a token until it expires; this one can see that a session has ended.

    Raises:
        CallerGone: The session has ended, or the user may no longer sign in.
    """
    session = stores.sessions.get(caller.session_id)
    user = stores.users.get(caller.user_id)
    if (
        session is None
        or user is None
        or session.user_id != user.id
        or not session.is_alive(clock())
        or not user.is_active
    ):
        raise CallerGone
    return user


def require_admin(stores: Repositories, caller: Caller, *, clock: Clock) -> User:
    """The administrator behind an access token, as the role stands now.

    Raises:
        CallerGone: As for require_caller.
        NotAllowed: The user is no administrator, or no longer.
    """
    user = require_caller(stores, caller, clock=clock)
    if user.role != "admin":
        raise NotAllowed("Only an administrator may do this.")
    return user


def hash_secret(secret: str) -> str:
    """The form in which an opaque token is stored; its entropy makes one fast hash enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
