"""Signing in, going on, signing out.

A refresh token is good for one exchange. The exchange marks it used and gives its successor;
a used token that comes again means that two parties hold the chain, and ends the session.
Two tabs that refresh at the same time are told apart from a thief by a short grace.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from auth_service.domain.errors import (
    AccountDisabled,
    AuthError,
    InvalidCredentials,
    NotFound,
    RefreshInvalid,
)
from auth_service.domain.identifiers import parse_identifier
from auth_service.domain.model import (
    Device,
    Outcome,
    Profile,
    RefreshToken,
    Session,
    User,
)
from auth_service.domain.ports import Repositories
from auth_service.domain.tokens import AccessToken
from auth_service.usecases.context import Caller, Context, hash_secret, require_caller

SESSION_LIFETIME = timedelta(days=30)
REUSE_GRACE = timedelta(seconds=10)
KEEP_ENDED = timedelta(days=7)
MAX_USER_AGENT_CHARS = 300


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a signed-in browser gets: the access token, and the refresh token for its cookie."""

    access: AccessToken
    refresh_token: str
    refresh_lifetime_s: int = int(SESSION_LIFETIME.total_seconds())


def login(context: Context, *, identifier: str, password: str, device: Device) -> SignedIn:
    """A new session.

    Raises:
        InvalidCredentials: No such account, or not its password; both take the same time.
        AccountDisabled: The password is right, but the account is closed.
    """
    parsed = parse_identifier(identifier)
    user: User | None = None
    if parsed is not None:
        with context.uow.read() as stores:
            user = stores.users.find(parsed)
    # Outside any transaction: this takes a good part of a second by design.
    is_right = context.hasher.verify(password, user.password_hash if user else None)
    outcome = _outcome(user, is_right=is_right)
    now = context.clock()
    with context.uow.write() as stores:
        stores.login_log.add(
            user_id=user.id if user else None, login_time=now, device=device, outcome=outcome
        )
        if user is not None and outcome == "success":
            return _open_session(context, stores, user=user, device=device, now=now)
    # Raised only here, so that the record of the attempt is kept.
    raise AccountDisabled if outcome == "disabled" else InvalidCredentials


def _outcome(user: User | None, *, is_right: bool) -> Outcome:
    if user is None:
        return "unknown-identifier"
    if not is_right:
        return "wrong-password"
    return "success" if user.is_active else "disabled"


def _open_session(
    context: Context, stores: Repositories, *, user: User, device: Device, now: datetime
) -> SignedIn:
    stores.sessions.forget_before(user.id, horizon=now - KEEP_ENDED)
    session = Session(
        id=context.new_id(),
        user_id=user.id,
        created_at=now,
        last_used_at=now,
        expires_at=now + SESSION_LIFETIME,
        device=device,
    )
    stores.sessions.add(session)
    return _hand_out(context, stores, user=user, session_id=session.id, now=now)


def _hand_out(
    context: Context, stores: Repositories, *, user: User, session_id: str, now: datetime
) -> SignedIn:
    secret = context.new_secret()
    stores.sessions.add_token(
        RefreshToken(token_hash=hash_secret(secret), session_id=session_id, issued_at=now)
    )
    profile = Profile(user=user, settings=stores.settings.get(user.id))
    access = context.tokens.for_person(profile, session_id=session_id)
    return SignedIn(access=access, refresh_token=secret)


def refresh(context: Context, *, refresh_token: str) -> SignedIn:
    """New tokens for an old refresh token.

    Raises:
        RefreshInvalid: Unknown, expired or revoked; or used before, which ends the session.
    """
    with context.uow.write() as stores:
        answer = _exchange(context, stores, token_hash=hash_secret(refresh_token))
    if isinstance(answer, AuthError):
        # Raised only here, so that the revocation is kept.
        raise answer
    return answer


def _exchange(
    context: Context, stores: Repositories, *, token_hash: str
) -> SignedIn | RefreshInvalid:
    now = context.clock()
    token = stores.sessions.find_token(token_hash)
    session = stores.sessions.get(token.session_id) if token else None
    if token is None or session is None or not session.is_alive(now):
        return RefreshInvalid()
    if token.used_at is not None and now - token.used_at > REUSE_GRACE:
        stores.sessions.revoke(session.id, now=now)
        return RefreshInvalid()
    user = stores.users.get(session.user_id)
    if user is None or not user.is_active:
        return RefreshInvalid()
    if token.used_at is None:
        stores.sessions.use_token(token_hash, now=now)
    stores.sessions.touch(session.id, now=now, expires_at=now + SESSION_LIFETIME)
    return _hand_out(context, stores, user=user, session_id=session.id, now=now)


def logout(context: Context, caller: Caller, *, everywhere: bool) -> None:
    """End the caller's session, or all of the caller's. Fine where it has ended already."""
    now = context.clock()
    with context.uow.write() as stores:
        session = stores.sessions.get(caller.session_id)
        if session is None or session.user_id != caller.user_id:
            return
        if everywhere and session.is_alive(now):
            stores.sessions.revoke_all(caller.user_id, now=now)
        else:
            stores.sessions.revoke(session.id, now=now)


def list_sessions(context: Context, caller: Caller) -> tuple[Session, ...]:
    """The caller's usable sessions, the last used first. Raises CallerGone."""
    with context.uow.read() as stores:
        user = require_caller(stores, caller, clock=context.clock)
        return stores.sessions.list_alive(user.id, now=context.clock())


def end_session(context: Context, caller: Caller, session_id: str) -> None:
    """End one of the caller's sessions.

    Raises:
        CallerGone: The caller's own session has ended.
        NotFound: No such session, or another's.
    """
    with context.uow.write() as stores:
        user = require_caller(stores, caller, clock=context.clock)
        session = stores.sessions.get(session_id)
        if session is None or session.user_id != user.id:
            raise NotFound
        stores.sessions.revoke(session_id, now=context.clock())
