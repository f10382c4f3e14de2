"""The category tree of one user: made, renamed, moved, put in order, merged, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest_service.domain.category_tree import (
    FALLBACK_BY_DIRECTION,
    circle,
    find,
    place_problem,
    subtree_of,
)
from ingest_service.domain.errors import (
    CategoryInUseError,
    CategoryNotFoundError,
    FieldProblem,
    InvalidInputError,
)
from ingest_service.domain.models import Category, Changed
from ingest_service.domain.ports import Database, Session
from ingest_service.usecases.learning import ask_learning

_NEEDED_CODES = frozenset(FALLBACK_BY_DIRECTION.values())


@dataclass(frozen=True, slots=True)
class NodeChange:
    """What changes of a node; None leaves it. A new place is a parent (None: the top) or not."""

    name: str | None = None
    parent_id: int | None = None
    moves: bool = False
    position: int | None = None


def list_categories(database: Database, user_id: int) -> Sequence[Category]:
    """The user's tree; the default tree is copied at the first look."""
    with database.read() as session:
        tree = session.categories.tree(user_id)
    if tree:
        return tree
    with database.write() as session:
        session.categories.plant_defaults(user_id)
        return session.categories.tree(user_id)


def add_category(
    database: Database, user_id: int, *, name: str, parent_id: int | None, code: str | None
) -> Category:
    """The new node. Raises CategoryNotFoundError for the parent, InvalidInputError."""
    with database.write() as session:
        session.categories.plant_defaults(user_id)
        tree = session.categories.tree(user_id)
        _check_place(tree, name=name, parent_id=parent_id, moved=None)
        if code is not None and any(node.code == code for node in tree):
            raise _invalid("code-taken", "Another category has this code.", "/json/code")
        made = session.categories.add(user_id, name=name, parent_id=parent_id, code=code)
        return find(session.categories.tree(user_id), made)


def change_category(
    database: Database, user_id: int, category_id: int, change: NodeChange
) -> Category:
    """The renamed or moved node. Raises CategoryNotFoundError, InvalidInputError."""
    with database.write() as session:
        tree = session.categories.tree(user_id)
        node = find(tree, category_id)
        name = node.name if change.name is None else change.name
        parent_id = change.parent_id if change.moves else node.parent_id
        _check_place(tree, name=name, parent_id=parent_id, moved=node)
        if (name, parent_id) != (node.name, node.parent_id):
            values = {"name": name, "parent_id": parent_id}
            session.categories.change(user_id, category_id, values)
        if change.position is not None or parent_id != node.parent_id:
            siblings = [
                other.id
                for other in tree
                if other.parent_id == parent_id and other.id != category_id
            ]
            at = len(siblings) if change.position is None else change.position - 1
            siblings.insert(at, category_id)
            session.categories.put_in_order(user_id, siblings)
        return find(session.categories.tree(user_id), category_id)


def delete_category(
    database: Database, user_id: int, category_id: int, *, heir_id: int | None = None
) -> None:
    """Remove a node; its rows and rules go to the heir: by default its parent, else `other`.

    Raises:
        CategoryNotFoundError: there is no such category, or no such heir.
        CategoryInUseError: it has children, or rows without a rule need it.
    """
    with database.write() as session:
        tree = session.categories.tree(user_id)
        node = find(tree, category_id)
        if any(other.parent_id == category_id for other in tree):
            raise CategoryInUseError("Remove or move the categories below it first.")
        _check_unneeded(node)
        if heir_id is None:
            heir_id = node.parent_id or next(other.id for other in tree if other.code == "other")
        if find(tree, heir_id).id == category_id:
            raise _invalid("circle", "A category cannot inherit from itself.", "/query/heir_id")
        _hand_over(session, user_id, node, heir_id)


def merge_category(database: Database, user_id: int, category_id: int, into_id: int) -> Changed:
    """Rows, rules and children of a node go to another, and the node goes; how many rows went.

    Children of one name on both sides are merged as well. Where the heir has no code, it takes
    the node's: what shipped rules place there comes to the heir from then on.

    Raises:
        CategoryNotFoundError: one of the two is not there.
        InvalidInputError: the heir is the node or stands below it, or the tree became too deep.
        CategoryInUseError: rows without a rule need the node.
    """
    with database.write() as session:
        tree = session.categories.tree(user_id)
        node, heir = find(tree, category_id), find(tree, into_id)
        if heir.id in subtree_of(tree, node.id):
            raise _invalid("circle", "The heir stands below it.", "/json/into_id")
        moved = _merge(session, user_id, node.id, heir.id)
        return Changed(moved, session.expenses.last_seq())


def _merge(session: Session, user_id: int, from_id: int, to_id: int) -> int:
    tree = session.categories.tree(user_id)
    node = find(tree, from_id)
    _check_unneeded(node)
    by_name = {other.name: other.id for other in tree if other.parent_id == to_id}
    moved = 0
    for child in [other for other in tree if other.parent_id == from_id]:
        twin = by_name.get(child.name)
        if twin is not None and twin != from_id:
            moved += _merge(session, user_id, child.id, twin)
        else:
            now = session.categories.tree(user_id)
            _check_place(now, name=child.name, parent_id=to_id, moved=child, own_id=from_id)
            session.categories.change(user_id, child.id, {"parent_id": to_id})
    return moved + _hand_over(session, user_id, node, to_id)


def _hand_over(session: Session, user_id: int, node: Category, heir_id: int) -> int:
    """Rows and rules of a node go to its heir, and the node goes; how many rows went."""
    moved = session.expenses.move_category(user_id, from_id=node.id, to_id=heir_id)
    session.rules.move_category(user_id, from_id=node.id, to_id=heir_id)
    session.categories.delete(user_id, node.id)
    ask_learning(session, user_id)
    heir = find(session.categories.tree(user_id), heir_id)
    if node.code is not None and heir.code is None:
        session.categories.change(user_id, heir_id, {"code": node.code})
    return moved


def _check_unneeded(node: Category) -> None:
    if node.code in _NEEDED_CODES:
        raise CategoryInUseError("Rows that no rule places need this category.")


def _check_place(
    tree: Sequence[Category],
    *,
    name: str,
    parent_id: int | None,
    moved: Category | None,
    own_id: int | None = None,
) -> None:
    """Refuse a missing parent, a circle, too deep a tree, and a name that a sibling has.

    A sibling of the id own_id is about to go and bars no name.
    """
    if parent_id is not None and all(node.id != parent_id for node in tree):
        raise CategoryNotFoundError(str(parent_id))
    if moved is not None and circle(tree, moved.id, parent_id):
        raise _invalid("circle", "A category cannot stand below itself.", "/json/parent_id")
    problem = place_problem(tree, name=name, parent_id=parent_id, moved=moved, leaving_id=own_id)
    if problem is not None:
        raise _invalid(*problem)


def _invalid(code: str, detail: str, pointer: str) -> InvalidInputError:
    return InvalidInputError(detail, [FieldProblem(code, detail, pointer)])
