"""Categories that a file names: found by code, name or path, made where they do not exist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from ingest_service.domain.category_tree import DEFAULT_CATEGORIES
from ingest_service.domain.models import Category
from ingest_service.store.categories import SqliteCategories

MAX_DEPTH = 4
_SEPARATORS = str.maketrans({">": "/", "／": "/", "\\": "/", "|": "/"})
_MAX_NAME = 60


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
    known = _index(categories.tree(user_id))
    before = set(known.values())
    resolved = {path: _resolve(categories, user_id, path, known) for path in wanted}
    made = [(import_id, id_) for id_ in set(known.values()) - before]
    if made:
        connection.exec_driver_sql("UPDATE categories SET import_id = ? WHERE id = ?", made)
    return resolved


def find_paths(
    connection: Connection, user_id: int, paths: Iterable[str], import_id: int
) -> dict[str, int]:
    """What resolve_paths() would answer, without making anything; new ones are 0."""
    del import_id
    known = _index(SqliteCategories(connection).tree(user_id))
    return {path: known.get(path.strip().lower(), known.get(_whole(path), 0)) for path in paths}


def _index(tree: Sequence[Category]) -> dict[str, int]:
    """Ids by lower-case path, by code, by English path and, where nothing else does, by name."""
    english = {default.code: default.english for default in DEFAULT_CATEGORIES}
    known: dict[str, int] = {}
    for node in tree:
        known.setdefault(node.path.lower(), node.id)
        if node.code:
            known.setdefault(node.code.lower(), node.id)
            parts = node.code.split(".")
            codes = [".".join(parts[: count + 1]) for count in range(len(parts))]
            names = [english.get(code, code) for code in codes]
            known.setdefault("/".join(names).lower(), node.id)
            known.setdefault(names[-1].lower(), node.id)
    for node in tree:
        known.setdefault(node.name.lower(), node.id)
    return known


def _resolve(categories: SqliteCategories, user_id: int, path: str, known: dict[str, int]) -> int:
    # As it stands first: an exported path names a category whatever signs are in its name.
    if path.strip().lower() in known:
        return known[path.strip().lower()]
    whole = _whole(path)
    if whole in known:
        return known[whole]
    names = _names(path)
    parent: int | None = None
    for count, name in enumerate(names, start=1):
        key = "/".join(names[:count]).lower()
        if key not in known:
            known[key] = categories.add(user_id, name=name, parent_id=parent, code=None)
        parent = known[key]
    return known[whole]


def _names(path: str) -> list[str]:
    names = [part.strip()[:_MAX_NAME] for part in path.translate(_SEPARATORS).split("/")]
    return [name for name in names if name][:MAX_DEPTH] or ["其他"]


def _whole(path: str) -> str:
    return "/".join(_names(path)).lower()
