"""The saved views, each owner's own."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, Row, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import IntegrityError

from analytics_service.domain.errors import TooManyViews, ViewNameTaken, ViewNotFound
from analytics_service.domain.views import MAX_VIEWS, View, ViewChange
from analytics_service.store.tables import saved_views
from servicekit.sqlite import read_transaction, write_transaction

V = saved_views.c


class SqliteViews:
    """Keeps views in the service's file."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all_of(self, owner_id: int) -> Sequence[View]:
        """The owner's views in order of their names."""
        with read_transaction(self._engine) as connection:
            rows = connection.execute(
                select(saved_views).where(V.user_id == owner_id).order_by(V.name, V.id)
            )
            return [_view(row) for row in rows]

    def add(self, owner_id: int, view: ViewChange, *, now: int) -> View:
        """The new view.

        Raises:
            ViewNameTaken: the owner has another one of this name.
            TooManyViews: the owner has MAX_VIEWS already.
        """
        with write_transaction(self._engine) as connection:
            count = select(func.count()).where(V.user_id == owner_id)
            if connection.execute(count).scalar_one() >= MAX_VIEWS:
                raise TooManyViews(f"at most {MAX_VIEWS} views can be kept; delete one first")
            values = {**_values(view), "user_id": owner_id, "created_at": now, "updated_at": now}
            try:
                added = connection.execute(insert(saved_views).values(values).returning(V.id))
            except IntegrityError as error:
                raise ViewNameTaken("another view has this name") from error
            return _get(connection, owner_id, added.scalar_one())

    def change(self, owner_id: int, view_id: int, change: ViewChange, *, now: int) -> View:
        """The view after the change.

        Raises:
            ViewNotFound: the owner has no such view.
            ViewNameTaken: the owner has another one of this name.
        """
        with write_transaction(self._engine) as connection:
            _get(connection, owner_id, view_id)
            statement = update(saved_views).where(V.user_id == owner_id, V.id == view_id)
            try:
                connection.execute(statement.values(**_values(change), updated_at=now))
            except IntegrityError as error:
                raise ViewNameTaken("another view has this name") from error
            return _get(connection, owner_id, view_id)

    def delete(self, owner_id: int, view_id: int) -> None:
        """Remove a view.

        Raises:
            ViewNotFound: the owner has no such view.
        """
        with write_transaction(self._engine) as connection:
            _get(connection, owner_id, view_id)
            connection.execute(delete(saved_views).where(V.user_id == owner_id, V.id == view_id))


def _values(change: ViewChange) -> dict[str, str]:
    query = None if change.query is None else json.dumps(dict(change.query), ensure_ascii=False)
    given = {"name": change.name, "page": change.page, "query": query}
    return {key: value for key, value in given.items() if value is not None}


def _get(connection: Connection, owner_id: int, view_id: int) -> View:
    row = connection.execute(
        select(saved_views).where(V.user_id == owner_id, V.id == view_id)
    ).one_or_none()
    if row is None:
        raise ViewNotFound("there is no such view")
    return _view(row)


def _view(row: Row[tuple[object, ...]]) -> View:
    return View(
        id=row.id,
        name=row.name,
        page=row.page,
        query=json.loads(row.query),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
