"""Tokens for calls to neighbours. Without Flask: workers and their children have no use for it."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from servicekit.outbound import ServiceClient

_TOKEN_PATH = "/auth/token"  # noqa: S105 - an address, not a secret
_RENEW_BEFORE_EXPIRY_S = 30.0
_MAX_CACHED_TOKENS = 1000


@dataclass(frozen=True, slots=True)
class _CachedToken:
    text: str
    renew_at: float


class ServiceTokens:
    """Short-lived tokens of this service for calls to its neighbours, cached until they age."""

    def __init__(
        self,
        *,
        auth_url: str,
        client_id: str,
        client_secret: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = ServiceClient(auth_url, name="auth", retries=0)
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._cached: dict[tuple[str, str | None], _CachedToken] = {}
        self._lock = threading.Lock()

    def bearer(self, scopes: Sequence[str], *, owner_id: str | None = None) -> str:
        """A token with these scopes, for one owner's data where an owner is named.

        Raises:
            NeighbourUnavailable: The identity service does not answer.
            NeighbourRefused: The identity service does not grant this.
        """
        key = (" ".join(sorted(scopes)), owner_id)
        with self._lock:
            cached = self._cached.get(key)
            if cached is not None and self._clock() < cached.renew_at:
                return cached.text
        fresh = self._fetch(scope=key[0], owner_id=owner_id)
        with self._lock:
            if len(self._cached) >= _MAX_CACHED_TOKENS:
                self._cached.clear()
            self._cached[key] = fresh
        return fresh.text

    def _fetch(self, *, scope: str, owner_id: str | None) -> _CachedToken:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "scope": scope,
        }
        if owner_id is not None:
            form["owner"] = owner_id
        asked_at = self._clock()
        answer = self._client.post_form(_TOKEN_PATH, form)
        lifetime_s = float(answer["expires_in"]) - _RENEW_BEFORE_EXPIRY_S
        return _CachedToken(text=str(answer["access_token"]), renew_at=asked_at + lifetime_s)
