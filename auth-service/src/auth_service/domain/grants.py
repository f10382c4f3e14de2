"""Which services may ask for which tokens."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from auth_service.domain.errors import InvalidCredentials, NotAllowed

SERVICE_SCOPES: Mapping[str, frozenset[str]] = {
    "ingest": frozenset({"forecast:read", "reports:read"}),
    "analytics": frozenset({"changes:read"}),
    "forecast": frozenset({"changes:read"}),
    "report": frozenset({"analytics:read", "forecast:read", "expenses:read"}),
}


@dataclass(frozen=True, slots=True)
class ServiceClients:
    """The services that may ask for tokens, with their secrets; "" switches one off."""

    secrets: Mapping[str, str]

    def grant(self, *, client_id: str, client_secret: str, scope: str) -> tuple[str, ...]:
        """The scopes granted, in a stable order; all that the service may have for "".

        Raises:
            InvalidCredentials: No such service, or another secret.
            NotAllowed: A scope that this service may not have.
        """
        secret = self.secrets.get(client_id, "")
        # Compared even where there is no such service, so that the time says nothing.
        is_same = hmac.compare_digest(secret.encode(), client_secret.encode())
        if not secret or not is_same:
            raise InvalidCredentials("The client id or the client secret is not right.")
        allowed = SERVICE_SCOPES.get(client_id, frozenset())
        asked = frozenset(scope.split()) or allowed
        if not asked or not asked <= allowed:
            raise NotAllowed("The client may not have these scopes.")
        return tuple(sorted(asked))
