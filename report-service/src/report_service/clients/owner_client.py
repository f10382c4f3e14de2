"""Calls to a neighbour on an owner's behalf."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from servicekit.outbound import ServiceClient

SCOPES = ("analytics:read", "forecast:read")


class Bearer(Protocol):
    """Makes a token for one owner's data."""

    def __call__(self, scopes: Sequence[str], *, owner_id: str | None = None) -> str:
        """The token's text."""


class OwnerClient:
    """A neighbour's GET routes, called with a short-lived token for one owner."""

    def __init__(self, client: ServiceClient, bearer: Bearer) -> None:
        self._client = client
        self._bearer = bearer

    def get(self, path: str, params: Mapping[str, str], *, owner_id: str) -> dict[str, Any]:
        """The decoded object.

        Raises:
            NeighbourUnavailable: No answer from the neighbour or the identity service.
            NeighbourRefused: An error of the neighbour's own.
            TypeError: The answer is no object.
        """
        token = self._bearer(SCOPES, owner_id=owner_id)
        answer = self._client.get_json(path, params=params, bearer=token)
        if not isinstance(answer, dict):
            raise TypeError
        return answer
