"""What administrators see and change about accounts."""

from auth_service.domain.errors import LastAdmin, NotFound
from auth_service.domain.model import Page, Profile, Role, Status
from auth_service.usecases.context import Caller, Context, require_admin


def list_users(context: Context, caller: Caller, *, after_id: int, limit: int) -> Page[Profile]:
    """Accounts by rising id. Raises CallerGone and NotAllowed."""
    with context.uow.read() as stores:
        require_admin(stores, caller, clock=context.clock)
        page = stores.users.list_after(after_id, limit=limit)
        profiles = tuple(
            Profile(user=user, settings=stores.settings.get(user.id)) for user in page.items
        )
    return Page(items=profiles, has_more=page.has_more)


def change_standing(
    context: Context,
    caller: Caller,
    *,
    user_id: int,
    role: Role | None,
    status: Status | None,
) -> Profile:
    """The account after a change of role or status; a change of either ends its sessions.

    Raises:
        CallerGone: The caller's session has ended.
        NotAllowed: The caller is no administrator.
        NotFound: There is no such user.
        LastAdmin: Nobody would be left to administer.
    """
    with context.uow.write() as stores:
        require_admin(stores, caller, clock=context.clock)
        user = stores.users.get(user_id)
        if user is None:
            raise NotFound
        is_changed = (role or user.role, status or user.status) != (user.role, user.status)
        if is_changed:
            stores.users.set_standing(user_id, role=role or user.role, status=status or user.status)
            if stores.users.count_active_admins() == 0:
                raise LastAdmin
            # Tokens carry the role; ending the sessions is what makes a change take hold.
            stores.sessions.revoke_all(user_id, now=context.clock())
        changed = stores.users.get(user_id) or user
        return Profile(user=changed, settings=stores.settings.get(user_id))
