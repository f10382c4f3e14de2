"""Access tokens: their claims and their signature."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auth_service.domain.model import Profile

ALGORITHM = "EdDSA"
ACCESS_LIFETIME = timedelta(minutes=10)
SERVICE_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the name by which verifiers find its public half."""

    kid: str
    private_key: Ed25519PrivateKey


class SigningKeys(Protocol):
    """Where the key that signs now comes from."""

    def signing_key(self) -> SigningKey:
        """The key to sign with."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed token and how long it holds."""

    text: str
    expires_in_s: int


class TokenIssuer:
    """Signs access tokens for people and for services."""

    def __init__(
        self,
        keys: SigningKeys,
        *,
        issuer: str,
        audience: str,
        clock: Callable[[], datetime],
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._new_id = new_id

    def for_person(self, profile: Profile, *, session_id: str) -> AccessToken:
        """A token for a signed-in person, who opens the person's own data."""
        user_id = str(profile.user.id)
        claims = {
            "sub": user_id,
            "owner": user_id,
            "role": profile.user.role,
            "sid": session_id,
            **_preferences(profile),
        }
        return self._sign(claims, lifetime=ACCESS_LIFETIME)

    def for_service(
        self, name: str, *, scopes: Sequence[str], owner: Profile | None
    ) -> AccessToken:
        """A token for a service, which opens one owner's data where an owner is named."""
        claims = {"sub": f"service:{name}", "role": "service", "scope": " ".join(scopes)}
        if owner is not None:
            claims |= {"owner": str(owner.user.id), **_preferences(owner)}
        return self._sign(claims, lifetime=SERVICE_LIFETIME)

    def _sign(self, claims: dict[str, str], *, lifetime: timedelta) -> AccessToken:
        now = self._clock()
        key = self._keys.signing_key()
        payload = {
            "iss": self._issuer,
            "aud": self._audience,
            "jti": self._new_id(),
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "type": "access",
            **claims,
        }
        text = jwt.encode(payload, key.private_key, algorithm=ALGORITHM, headers={"kid": key.kid})
        return AccessToken(text=text, expires_in_s=int(lifetime.total_seconds()))


def _preferences(profile: Profile) -> dict[str, str]:
    settings = profile.settings
    return {
        "locale": settings.locale,
        "tz": settings.time_zone,
        "cur": settings.currency,
    }
