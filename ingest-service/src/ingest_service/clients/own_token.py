"""This service's own tokens, for lists that a signed link opens."""

from __future__ import annotations

from ingest_service.domain.errors import NeighbourDownError
from ingest_service.domain.messages import both_sentences
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable
from servicekit.service_tokens import ServiceTokens


class OwnTokens:
    """Short-lived tokens for one owner's data and one scope."""

    def __init__(self, tokens: ServiceTokens) -> None:
        self._tokens = tokens

    def bearer(self, scope: str, owner_id: int) -> str:
        """The token. Raises NeighbourDownError."""
        try:
            return self._tokens.bearer((scope,), owner_id=str(owner_id))
        except (NeighbourUnavailable, NeighbourRefused) as error:
            raise NeighbourDownError(both_sentences("auth-down")) from error
