"""Categories that a file names: found by path, code or name, made where they do not exist."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from ingest_service.domain.category_names import Meanings, is_whole, meanings_of, names_of
from ingest_service.store.categories import SqliteCategories


def resolve_paths(
    connection: Connection, user_id: int, paths: Iterable[str], import_id: int
) -> dict[str, int]:
    """The category id of every path such as 餐饮/早餐; English default names are known too.

    What is made here belongs to the import, so that undo can remove it.
    """
    wanted = list(paths)
    if not wanted:
        return {}
    categories = SqliteCategories(connection)
    known = meanings_of(categories.tree(user_id))
    made: list[int] = []
    resolved = {}
    for path in wanted:
        id_ = known.find(path)
        resolved[path] = _made(categories, user_id, path, known, made) if id_ is None else id_
    if made:
        owned = [(import_id, id_) for id_ in made]
        connection.exec_driver_sql("UPDATE categories SET import_id = ? WHERE id = ?", owned)
    return resolved


def find_paths(
    connection: Connection, user_id: int, paths: Iterable[str], import_id: int
) -> dict[str, int]:
    """What resolve_paths() would answer, without making anything; new ones are 0."""
    del import_id
    known = meanings_of(SqliteCategories(connection).tree(user_id))
    return {path: known.find(path) or 0 for path in paths}


def _made(
    categories: SqliteCategories, user_id: int, path: str, known: Meanings, made: list[int]
) -> int:
    """The category of a path, after making what is missing of it."""
    names = names_of(path)
    parent: int | None = None
    for count in range(1, len(names) + 1):
        part = names[:count]
        found = known.above(part, whole=is_whole(path))
        if found is None:
            found = categories.add(user_id, name=part[-1], parent_id=parent, code=None)
            known.learn(part, found)
            made.append(found)
        parent = found
    assert parent is not None  # noqa: S101 - a path has at least one name
    return parent
