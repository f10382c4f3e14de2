"""Tokens for the other services."""

from auth_service.domain.errors import Fault, UnknownOwner, UnsupportedGrant
from auth_service.domain.model import Profile
from auth_service.domain.tokens import AccessToken
from auth_service.usecases.context import Context


def grant_service_token(
    context: Context,
    *,
    grant_type: str,
    client_id: str,
    client_secret: str,
    scope: str,
    owner_id: int | None,
) -> AccessToken:
    """A short token for a service's own work, for one owner's data where one is named.

    Raises:
        InvalidCredentials: No such service, or another secret.
        NotAllowed: A scope that the service may not have.
        UnsupportedGrant: Another kind of grant.
        UnknownOwner: The owner does not exist or is disabled.
    """
    if grant_type != "client_credentials":
        raise UnsupportedGrant
    scopes = context.clients.grant(client_id=client_id, client_secret=client_secret, scope=scope)
    owner: Profile | None = None
    if owner_id is not None:
        with context.uow.read() as stores:
            user = stores.users.get(owner_id)
            if user is None or not user.is_active:
                fault = Fault("unknown-owner", UnknownOwner.message, "/form/owner")
                raise UnknownOwner(errors=[fault])
            owner = Profile(user=user, settings=stores.settings.get(user.id))
    return context.tokens.for_service(client_id, scopes=scopes, owner=owner)
