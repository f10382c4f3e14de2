"""What can go wrong with accounts and sign-ins.

AuthError
├── InvalidAccount           the account or settings asked for break a rule
│   ├── WeakPassword
│   ├── WrongPassword        the old password of a change
│   └── UnknownOwner         a service asked for a token for nobody
├── IdentifierTaken
├── InvalidCredentials       identifier and password, or a service's id and secret
├── AccountDisabled
├── RefreshInvalid           the session cannot go on; sign in again
├── CallerGone               the token is genuine, but its session or user is no more
├── NotAllowed               the caller's role or the client's grant does not reach that far
├── UnsupportedGrant
├── NotFound
└── LastAdmin                nobody would be left to administer
"""

# ruff: noqa: N818 - these names say what is the case; AuthError says that they are errors.

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule that a value breaks: a stable code, a text, and where in the request it stood."""

    code: str
    detail: str
    pointer: str | None = None
    row: int | None = None


class AuthError(Exception):
    """Any refusal of this service's domain."""

    message = "The request cannot be granted."

    def __init__(self, message: str = "", *, errors: Sequence[Fault] = ()) -> None:
        super().__init__(message or self.message)
        self.errors = tuple(errors)


class InvalidAccount(AuthError):
    """Values of an account or its settings break a rule."""

    message = "Some values are not valid."


class WeakPassword(InvalidAccount):
    """The password is too easy to guess."""

    message = "Choose a password that is harder to guess."


class WrongPassword(InvalidAccount):
    """The present password was not given rightly."""

    message = "The present password is not right."


class UnknownOwner(InvalidAccount):
    """The owner whose data a token should open does not exist or is disabled."""

    message = "There is no such owner."


class IdentifierTaken(AuthError):
    """Another account has this e-mail address or phone number."""

    message = "There is already an account with this e-mail address or phone number."


class InvalidCredentials(AuthError):
    """Identifier and password, or client id and secret, do not belong together."""

    message = "The identifier or the password is not right."


class AccountDisabled(AuthError):
    """The account exists and the password is right, but an administrator has closed it."""

    message = "This account is disabled."


class RefreshInvalid(AuthError):
    """The refresh token is unknown, used up, expired or revoked."""

    message = "The session has ended. Sign in again."


class CallerGone(AuthError):
    """The session of the access token has ended, or its user may no longer sign in."""

    message = "The session has ended. Sign in again."


class NotAllowed(AuthError):
    """The caller may not do this."""

    message = "This is not allowed."


class UnsupportedGrant(AuthError):
    """The token endpoint knows client_credentials only."""

    message = "Only grant_type=client_credentials is supported."


class NotFound(AuthError):
    """No such thing, or another's."""

    message = "There is no such thing here."


class LastAdmin(AuthError):
    """The last active administrator cannot be demoted or disabled."""

    message = "This is the last active administrator."
