"""Registering, and what people see and change about themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from auth_service.domain.errors import Fault, IdentifierTaken, InvalidAccount, WrongPassword
from auth_service.domain.identifiers import Identifier, parse_email, parse_phone
from auth_service.domain.model import LoginRecord, Page, Profile, Role, Settings
from auth_service.domain.passwords import check_password
from auth_service.domain.settings import change_settings
from auth_service.usecases.context import Caller, Context, require_admin, require_caller


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a person gives to register; exactly one of email and phone."""

    password: str
    email: str | None = None
    phone: str | None = None
    locale: str | None = None
    role: Role = "user"


def register(context: Context, account: NewAccount) -> Profile:
    """The new account.

    Raises:
        InvalidAccount: Not exactly one identifier, one that is malformed, or an unknown locale.
        WeakPassword: The password is easy to guess.
        IdentifierTaken: There is such an account already.
    """
    identifier = _identifier_of(account)
    check_password(account.password, identifier=identifier, pointer="/json/password")
    now = context.clock()
    changes = {} if account.locale is None else {"locale": account.locale}
    settings = change_settings(Settings(), changes, now=now) if changes else Settings()
    with context.uow.read() as stores:
        # Asked before the slow hash; the unique index decides between two at the same time.
        if stores.users.find(identifier) is not None:
            raise IdentifierTaken
    password_hash = context.hasher.hash(account.password)
    with context.uow.write() as stores:
        user = stores.users.add(
            identifier=identifier, password_hash=password_hash, role=account.role, created_at=now
        )
        if changes:
            stores.settings.put(user.id, settings)
    return Profile(user=user, settings=settings)


def _identifier_of(account: NewAccount) -> Identifier:
    if account.email is not None and account.phone is None:
        return parse_email(account.email)
    if account.phone is not None and account.email is None:
        return parse_phone(account.phone)
    fault = Fault("one-identifier", "Give either an e-mail address or a phone number.", "/json")
    raise InvalidAccount(errors=[fault])


def see_profile(context: Context, caller: Caller) -> Profile:
    """The caller's own account. Raises CallerGone."""
    with context.uow.read() as stores:
        user = require_caller(stores, caller, clock=context.clock)
        return Profile(user=user, settings=stores.settings.get(user.id))


def change_own_settings(context: Context, caller: Caller, changes: Mapping[str, object]) -> Profile:
    """The caller's account after these changes of settings.

    Raises:
        CallerGone: The session has ended.
        InvalidAccount: A value breaks a rule.
    """
    with context.uow.write() as stores:
        user = require_caller(stores, caller, clock=context.clock)
        settings = stores.settings.get(user.id)
        if changes:
            settings = change_settings(settings, changes, now=context.clock())
            stores.settings.put(user.id, settings)
    return Profile(user=user, settings=settings)


def change_password(context: Context, caller: Caller, *, old: str, new: str) -> None:
    """Keep a new password and end the caller's other sessions.

    Raises:
        CallerGone: The session has ended.
        WrongPassword: The old password is not right.
        WeakPassword: The new one is easy to guess, or is the old one.
    """
    with context.uow.read() as stores:
        user = require_caller(stores, caller, clock=context.clock)
    if not context.hasher.verify(old, user.password_hash):
        fault = Fault("wrong-password", WrongPassword.message, "/json/old")
        raise WrongPassword(errors=[fault])
    identifier = Identifier(email=user.email, phone=user.phone)
    check_password(new, identifier=identifier, pointer="/json/new")
    password_hash = context.hasher.hash(new)
    with context.uow.write() as stores:
        require_caller(stores, caller, clock=context.clock)
        stores.users.set_password(user.id, password_hash)
        stores.sessions.revoke_all(user.id, now=context.clock(), keep=caller.session_id)


def list_logins(
    context: Context,
    caller: Caller,
    *,
    user_id: int | None,
    before_id: int | None,
    start: datetime | None,
    end: datetime | None,
    limit: int,
) -> Page[LoginRecord]:
    """Attempts to sign in, newest first: the caller's own, or (administrators) another's.

    Raises:
        CallerGone: The session has ended.
        NotAllowed: Another's attempts, and the caller is no administrator.
    """
    with context.uow.read() as stores:
        user = require_caller(stores, caller, clock=context.clock)
        if user_id is not None and user_id != user.id:
            require_admin(stores, caller, clock=context.clock)
        return stores.login_log.list_before(
            user.id if user_id is None else user_id,
            before_id=before_id,
            start=start,
            end=end,
            limit=limit,
        )
