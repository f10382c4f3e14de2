"""The shapes of requests and answers. Rules that need more than the value are the domain's."""

from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from auth_service.domain.model import ROLES, STATUSES
from servicekit.schemas import PageArgs, StrictSchema

_MAX_IDENTIFIER_CHARS = 254
_MAX_PASSWORD_CHARS = 1024


class Instant(fields.Field[datetime]):
    """An aware datetime, written in UTC with a Z and whole seconds."""

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"type": "string", "format": "date-time", "example": "2026-03-05T02:15:30Z"}
        super().__init__(metadata=metadata, **kwargs)

    def _serialize(
        self,
        value: datetime | None,
        attr: str | None,  # noqa: ARG002 - marshmallow names the parameters
        obj: object,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class RegisterBody(StrictSchema):
    """What a person gives to register."""

    email = fields.String(validate=validate.Length(min=1, max=_MAX_IDENTIFIER_CHARS))
    phone = fields.String(validate=validate.Length(min=1, max=32))
    password = fields.String(required=True, validate=validate.Length(max=_MAX_PASSWORD_CHARS))
    locale = fields.String(validate=validate.Length(max=16))


class LoginBody(StrictSchema):
    """What a person gives to sign in."""

    identifier = fields.String(
        required=True, validate=validate.Length(min=1, max=_MAX_IDENTIFIER_CHARS)
    )
    password = fields.String(
        required=True, validate=validate.Length(min=1, max=_MAX_PASSWORD_CHARS)
    )


class TokenForm(StrictSchema):
    """The form of the client_credentials grant (RFC 6749, section 4.4)."""

    class Meta:
        """RFC 6749: unknown parameters are ignored."""

        unknown = ma.EXCLUDE

    grant_type = fields.String(required=True, validate=validate.Length(max=64))
    client_id = fields.String(required=True, validate=validate.Length(min=1, max=128))
    client_secret = fields.String(required=True, validate=validate.Length(min=1, max=512))
    scope = fields.String(load_default="", validate=validate.Length(max=512))
    owner = fields.Integer(load_default=None, validate=validate.Range(min=1, max=2**63 - 1))


class TokenAnswer(ma.Schema):
    """An access token."""

    access_token = fields.String(required=True)
    token_type = fields.String(required=True, dump_default="Bearer")
    expires_in = fields.Integer(required=True, metadata={"description": "seconds"})


class LogoutArgs(StrictSchema):
    """Which sessions to end."""

    all = fields.Boolean(load_default=False)


class UserAnswer(ma.Schema):
    """An account."""

    id = fields.String(attribute="user.id", required=True)
    email = fields.String(attribute="user.email", required=True, allow_none=True)
    phone = fields.String(attribute="user.phone", required=True, allow_none=True)
    role = fields.String(attribute="user.role", required=True)
    status = fields.String(attribute="user.status", required=True)
    created_at = Instant(attribute="user.created_at", required=True)
    locale = fields.String(attribute="settings.locale", required=True)
    time_zone = fields.String(attribute="settings.time_zone", required=True)
    currency = fields.String(attribute="settings.currency", required=True)


class RegisterAnswer(ma.Schema):
    """The new account."""

    user = fields.Nested(UserAnswer, required=True)


class MeBody(StrictSchema):
    """What a person may change about the own account."""

    locale = fields.String(validate=validate.Length(max=16))
    time_zone = fields.String(validate=validate.Length(max=64))
    currency = fields.String(validate=validate.Length(max=3))


class PasswordBody(StrictSchema):
    """A change of password."""

    old = fields.String(required=True, validate=validate.Length(min=1, max=_MAX_PASSWORD_CHARS))
    new = fields.String(required=True, validate=validate.Length(max=_MAX_PASSWORD_CHARS))


class SettingsBody(MeBody):
    """Settings to keep; what is left out stays as it is."""

    theme = fields.String(validate=validate.Length(max=16))
    chart_prefs = fields.Dict(keys=fields.String())
    refresh_interval_sec = fields.Integer(strict=True)
    # Clients may send back what they were given.
    updated_at = fields.String(allow_none=True, load_only=True)


class SettingsAnswer(ma.Schema):
    """A person's settings."""

    theme = fields.String(required=True)
    chart_prefs = fields.Dict(required=True)
    refresh_interval_sec = fields.Integer(required=True)
    locale = fields.String(required=True)
    time_zone = fields.String(required=True)
    currency = fields.String(required=True)
    updated_at = Instant(required=True, allow_none=True)


class SessionAnswer(ma.Schema):
    """One sign-in on one device."""

    id = fields.String(required=True)
    created_at = Instant(required=True)
    last_used_at = Instant(required=True)
    expires_at = Instant(required=True)
    ip = fields.String(attribute="device.ip", required=True)
    ua = fields.String(attribute="device.user_agent", required=True)
    current = fields.Boolean(required=True)


class LoginLogArgs(PageArgs):
    """Which attempts to list: a half-open range of days or instants."""

    start = fields.String(data_key="from", validate=validate.Length(max=40))
    end = fields.String(data_key="to", validate=validate.Length(max=40))
    user_id = fields.Integer(
        validate=validate.Range(min=1, max=2**63 - 1), metadata={"description": "admin only"}
    )


class LoginLogAnswer(ma.Schema):
    """One attempt to sign in."""

    id = fields.String(required=True)
    user_id = fields.String(required=True, allow_none=True)
    login_time = Instant(required=True)
    ip = fields.String(attribute="device.ip", required=True)
    ua = fields.String(attribute="device.user_agent", required=True)
    outcome = fields.String(required=True)


class StandingBody(StrictSchema):
    """A change of role or status."""

    role = fields.String(validate=validate.OneOf(ROLES))
    status = fields.String(validate=validate.OneOf(STATUSES))


class SessionList(ma.Schema):
    """The sessions of a person; never more than one page."""

    items = fields.List(fields.Nested(SessionAnswer), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class LoginLogList(ma.Schema):
    """A page of attempts."""

    items = fields.List(fields.Nested(LoginLogAnswer), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class UserList(ma.Schema):
    """A page of accounts."""

    items = fields.List(fields.Nested(UserAnswer), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class JwkAnswer(ma.Schema):
    """A public key."""

    kty = fields.String(required=True)
    crv = fields.String(required=True)
    x = fields.String(required=True)
    kid = fields.String(required=True)
    use = fields.String(required=True)
    alg = fields.String(required=True)


class JwksAnswer(ma.Schema):
    """The keys that verify access tokens (RFC 7517)."""

    keys = fields.List(fields.Nested(JwkAnswer), required=True)
