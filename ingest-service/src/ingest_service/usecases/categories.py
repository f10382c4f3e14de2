"""Categories and rules of one user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingest_service.domain.category_tree import FALLBACK_BY_DIRECTION
from ingest_service.domain.errors import (
    CategoryInUseError,
    CategoryNotFoundError,
    FieldProblem,
    InvalidInputError,
    RuleNotFoundError,
)
from ingest_service.domain.models import Category, Rule
from ingest_service.domain.ports import Database, Session

MAX_DEPTH = 4
_NEEDED_CODES = frozenset(FALLBACK_BY_DIRECTION.values())


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
        return _find(session.categories.tree(user_id), made)


def change_category(
    database: Database, user_id: int, category_id: int, values: Mapping[str, object]
) -> Category:
    """The renamed or moved node. Raises CategoryNotFoundError, InvalidInputError."""
    with database.write() as session:
        tree = session.categories.tree(user_id)
        node = _find(tree, category_id)
        parent_id = values.get("parent_id", node.parent_id)
        _check_place(
            tree,
            name=str(values.get("name", node.name)),
            parent_id=parent_id if isinstance(parent_id, int) else None,
            moved=node,
        )
        if values:
            session.categories.change(user_id, category_id, values)
        return _find(session.categories.tree(user_id), category_id)


def delete_category(database: Database, user_id: int, category_id: int) -> None:
    """Remove a node; its rows and rules go to its parent, else to the category `other`.

    Raises:
        CategoryNotFoundError: there is no such category.
        CategoryInUseError: it has children, or rows without a rule need it.
    """
    with database.write() as session:
        tree = session.categories.tree(user_id)
        node = _find(tree, category_id)
        if any(other.parent_id == category_id for other in tree):
            raise CategoryInUseError("Remove or move the categories below it first.")
        if node.code in _NEEDED_CODES:
            raise CategoryInUseError("Rows that no rule places need this category.")
        heir = node.parent_id or next(other.id for other in tree if other.code == "other")
        session.expenses.move_category(user_id, from_id=category_id, to_id=heir)
        session.rules.move_category(user_id, from_id=category_id, to_id=heir)
        session.categories.delete(user_id, category_id)


def list_rules(database: Database, user_id: int) -> Sequence[Rule]:
    """The user's rules in the order in which they are tried."""
    with database.read() as session:
        return session.rules.list(user_id)


def add_rule(
    database: Database, user_id: int, *, field: str, contains: str, category_id: int, now: int
) -> Rule:
    """The new rule, tried last. Raises CategoryNotFoundError."""
    with database.write() as session:
        session.categories.plant_defaults(user_id)
        _find(session.categories.tree(user_id), category_id)
        made = session.rules.add(
            user_id, field=field, contains=contains, category_id=category_id, now=now
        )
        return _rule(session, user_id, made)


def change_rule(
    database: Database, user_id: int, rule_id: int, values: Mapping[str, object]
) -> Rule:
    """The changed rule. Raises RuleNotFoundError, CategoryNotFoundError."""
    with database.write() as session:
        category_id = values.get("category_id")
        if isinstance(category_id, int):
            _find(session.categories.tree(user_id), category_id)
        if values:
            session.rules.change(user_id, rule_id, values)
        return _rule(session, user_id, rule_id)


def delete_rule(database: Database, user_id: int, rule_id: int) -> None:
    """Remove a rule. Raises RuleNotFoundError."""
    with database.write() as session:
        session.rules.delete(user_id, rule_id)


def _rule(session: Session, user_id: int, rule_id: int) -> Rule:
    for rule in session.rules.list(user_id):
        if rule.id == rule_id:
            return rule
    raise RuleNotFoundError(str(rule_id))


def _find(tree: Sequence[Category], category_id: int) -> Category:
    for node in tree:
        if node.id == category_id:
            return node
    raise CategoryNotFoundError(str(category_id))


def _check_place(
    tree: Sequence[Category], *, name: str, parent_id: int | None, moved: Category | None
) -> None:
    """Refuse a missing parent, a circle, too deep a tree, and a name that a sibling has."""
    parents = {node.id: node.parent_id for node in tree}
    if parent_id is not None and parent_id not in parents:
        raise CategoryNotFoundError(str(parent_id))
    above: list[int] = []
    step = parent_id
    while step is not None and step not in above:
        above.append(step)
        step = parents[step]
    if moved is not None and moved.id in above:
        raise _invalid("circle", "A category cannot stand below itself.", "/json/parent_id")
    if len(above) + _height(tree, moved) > MAX_DEPTH:
        raise _invalid("too-deep", f"At most {MAX_DEPTH} levels.", "/json/parent_id")
    moved_id = moved.id if moved is not None else None
    if any(
        node.parent_id == parent_id and node.name == name and node.id != moved_id for node in tree
    ):
        raise _invalid("name-taken", "A sibling has this name.", "/json/name")


def _height(tree: Sequence[Category], node: Category | None) -> int:
    """Levels of a node and what stands below it."""
    if node is None:
        return 1
    below = [_height(tree, child) for child in tree if child.parent_id == node.id]
    return 1 + max(below, default=0)


def _invalid(code: str, detail: str, pointer: str) -> InvalidInputError:
    return InvalidInputError(detail, [FieldProblem(code, detail, pointer)])
