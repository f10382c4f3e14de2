"""Accounts in SQLite."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from auth_service.domain.errors import IdentifierTaken
from auth_service.domain.identifiers import Identifier
from auth_service.domain.model import Page, Role, Status, User
from auth_service.store.instants import from_epoch, to_epoch
from auth_service.store.tables import users


class SqlUsers:
    """The users table on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, user_id: int) -> User | None:
        """The user of this id."""
        query = select(users).where(users.c.id == user_id)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _user(row)

    def find(self, identifier: Identifier) -> User | None:
        """The user with this e-mail address or phone number."""
        column, value = (
            (users.c.email, identifier.email)
            if identifier.email is not None
            else (users.c.phone, identifier.phone)
        )
        query = select(users).where(column == value)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else _user(row)

    def add(
        self, *, identifier: Identifier, password_hash: str, role: Role, created_at: datetime
    ) -> User:
        """The new user. Raises IdentifierTaken."""
        values = {
            "email": identifier.email,
            "phone": identifier.phone,
            "password_hash": password_hash,
            "role": role,
            "status": "active",
            "created_at": to_epoch(created_at),
        }
        try:
            statement = insert(users).values(values).returning(users)
            row = self._connection.execute(statement).mappings().one()
        except IntegrityError as error:
            raise IdentifierTaken from error
        return _user(row)

    def set_password(self, user_id: int, password_hash: str) -> None:
        """Keep a new password hash."""
        statement = update(users).where(users.c.id == user_id)
        self._connection.execute(statement.values(password_hash=password_hash))

    def set_standing(self, user_id: int, *, role: Role, status: Status) -> None:
        """Keep a new role and status."""
        statement = update(users).where(users.c.id == user_id)
        self._connection.execute(statement.values(role=role, status=status))

    def list_after(self, user_id: int, *, limit: int) -> Page[User]:
        """Users by rising id, from after this one."""
        query = select(users).where(users.c.id > user_id).order_by(users.c.id).limit(limit + 1)
        rows = self._connection.execute(query).mappings().all()
        return Page(items=tuple(map(_user, rows[:limit])), has_more=len(rows) > limit)

    def count_active_admins(self) -> int:
        """How many administrators may sign in."""
        is_active_admin = and_(users.c.role == "admin", users.c.status == "active")
        query = select(func.count()).select_from(users).where(is_active_admin)
        return self._connection.execute(query).scalar_one()


def _user(row: RowMapping) -> User:
    return User(
        id=row["id"],
        email=row["email"],
        phone=row["phone"],
        password_hash=row["password_hash"],
        role=row["role"],
        status=row["status"],
        created_at=from_epoch(row["created_at"]),
    )
