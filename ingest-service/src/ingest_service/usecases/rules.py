"""Rules of one user: written, ordered, previewed, applied, and learnt from corrections."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ingest_service.domain.category_tree import find
from ingest_service.domain.errors import InvalidInputError, RuleNotFoundError
from ingest_service.domain.models import Changed, Condition, Expense, NewRule, Rule
from ingest_service.domain.ports import Database, Session
from ingest_service.domain.rules import facts_of, first_rule

# 瑞幸咖啡(人民广场店), 全家便利店（徐家汇店）: the branch is no part of the merchant.
_BRANCH = re.compile(r"^(?P<name>.{2,}?)\s*[(（][^()（）]*[)）]$")
_LEAST_NAME = 2
_NO_NAMES = frozenset({"/", "-", "--", "无"})
_MAX_RULES = 500
Exponent = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule that a correction suggests; matches counts the other rows that it would change."""

    conditions: tuple[Condition, ...]
    category_id: int
    matches: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What conditions find: how many rows, how many a rule would change, and the newest."""

    matches: int
    would_change: int
    items: Sequence[Expense]


@dataclass(frozen=True, slots=True)
class Learnt:
    """A rule made of a correction, and what its first application did."""

    rule: Rule
    changed: Changed


def list_rules(database: Database, user_id: int) -> Sequence[Rule]:
    """The user's rules in the order in which they are tried."""
    with database.read() as session:
        return session.rules.list(user_id)


def add_rule(
    database: Database, user_id: int, new: NewRule, *, position: int | None, now: int
) -> Rule:
    """The new rule, tried last unless a position is given. Raises CategoryNotFoundError."""
    with database.write() as session:
        session.categories.plant_defaults(user_id)
        find(session.categories.tree(user_id), new.category_id)
        if len(session.rules.list(user_id)) >= _MAX_RULES:
            raise InvalidInputError(f"At most {_MAX_RULES} rules.")
        made = session.rules.add(user_id, new, now=now)
        _place(session, user_id, made, position)
        return _rule(session, user_id, made)


def change_rule(
    database: Database, user_id: int, rule_id: int, values: Mapping[str, object]
) -> Rule:
    """The changed rule. Raises RuleNotFoundError, CategoryNotFoundError."""
    with database.write() as session:
        _rule(session, user_id, rule_id)
        category_id = values.get("category_id")
        if isinstance(category_id, int):
            find(session.categories.tree(user_id), category_id)
        columns = {name: value for name, value in values.items() if name != "position"}
        if columns:
            session.rules.change(user_id, rule_id, columns)
        position = values.get("position")
        _place(session, user_id, rule_id, position if isinstance(position, int) else None)
        return _rule(session, user_id, rule_id)


def get_rule(database: Database, user_id: int, rule_id: int) -> Rule:
    """One rule. Raises RuleNotFoundError."""
    with database.read() as session:
        return _rule(session, user_id, rule_id)


def delete_rule(database: Database, user_id: int, rule_id: int) -> None:
    """Remove a rule. Raises RuleNotFoundError."""
    with database.write() as session:
        session.rules.delete(user_id, rule_id)


def preview_rule(
    database: Database,
    user_id: int,
    conditions: Sequence[Condition],
    *,
    category_id: int | None,
    limit: int,
) -> Preview:
    """What a rule would find and change, were it the only one. Raises CategoryNotFoundError."""
    with database.read() as session:
        if category_id is not None:
            find(session.categories.tree(user_id), category_id)
        matches, items = session.expenses.matching(user_id, conditions, limit=limit)
        changes = session.expenses.would_change(
            user_id, conditions, category_id=category_id, only_unset=True
        )
        return Preview(matches, changes, items)


def apply_rules(
    database: Database, user_id: int, *, rule_ids: Sequence[int] | None, only_unset: bool
) -> Changed:
    """Set the categories of stored rows by the rules, the first that holds deciding.

    With rule_ids only rows that one of these rules decides are changed. only_unset leaves what a
    person or the file said. Raises RuleNotFoundError.
    """
    with database.write() as session:
        rules = session.rules.list(user_id)
        unknown = {*(rule_ids or ())} - {rule.id for rule in rules}
        if unknown:
            raise RuleNotFoundError(str(min(unknown)))
        return _apply(session, user_id, rules, rule_ids=rule_ids, only_unset=only_unset)


def _apply(
    session: Session,
    user_id: int,
    rules: Sequence[Rule],
    *,
    rule_ids: Sequence[int] | None,
    only_unset: bool,
) -> Changed:
    ids = None if rule_ids is None else frozenset(rule_ids)
    count = session.expenses.apply_rules(user_id, rules, chosen_ids=ids, only_unset=only_unset)
    return Changed(count, session.expenses.last_seq())


def suggest_rule(session: Session, user_id: int, corrected: Expense) -> Suggestion | None:
    """The rule that a correction suggests, None where nothing can be learnt from it."""
    conditions = _learnt_conditions(corrected)
    category_id = corrected.category_id
    if conditions is None or category_id is None:
        return None
    known = session.rules.list(user_id)
    if any(r.conditions == conditions and r.category_id == category_id for r in known):
        return None
    matches = session.expenses.would_change(
        user_id, conditions, category_id=category_id, only_unset=True
    )
    return Suggestion(conditions, category_id, matches)


def learn_rule(
    database: Database,
    user_id: int,
    expense_id: int,
    *,
    applies: bool,
    exponent_of: Exponent,
    now: int,
) -> Learnt:
    """A rule out of a corrected row, tried before those that decided otherwise.

    Raises:
        ExpenseNotFoundError: there is no such row.
        InvalidInputError: the row has neither a merchant nor a note.
    """
    with database.write() as session:
        corrected = session.expenses.get(user_id, expense_id)
        conditions = _learnt_conditions(corrected)
        if conditions is None or corrected.category_id is None:
            raise InvalidInputError("The row has no text that a rule could know it by.")
        rules = session.rules.list(user_id)
        twin = next((rule for rule in rules if rule.conditions == conditions), None)
        if twin is None:
            new = NewRule(conditions, corrected.category_id, origin="learnt")
            rule_id = session.rules.add(user_id, new, now=now)
        else:
            rule_id = twin.id
            values = {"category_id": corrected.category_id, "enabled": 1}
            session.rules.change(user_id, rule_id, values)
        decides = first_rule(rules, facts_of(corrected, exponent_of))
        before = decides is not None and decides.category_id != corrected.category_id
        _place(session, user_id, rule_id, decides.position if before and decides else None)
        changed = Changed(0, session.expenses.last_seq())
        if applies:
            listed = session.rules.list(user_id)
            changed = _apply(session, user_id, listed, rule_ids=[rule_id], only_unset=True)
        return Learnt(_rule(session, user_id, rule_id), changed)


def _learnt_conditions(row: Expense) -> tuple[Condition, ...] | None:
    """The merchant, any branch of it; without a merchant the whole note."""
    if len(row.merchant) >= _LEAST_NAME and row.merchant not in _NO_NAMES:
        branch = _BRANCH.match(row.merchant)
        if branch is not None:
            return (Condition("merchant", "starts", branch["name"]),)
        return (Condition("merchant", "equals", row.merchant[:200]),)
    if len(row.note) >= _LEAST_NAME and row.note not in _NO_NAMES:
        return (Condition("note", "equals", row.note[:200]),)
    return None


def _place(session: Session, user_id: int, rule_id: int, position: int | None) -> None:
    """Number the rules from 1, with this one at the position where one is given."""
    ids = [rule.id for rule in session.rules.list(user_id)]
    if position is not None:
        ids.remove(rule_id)
        ids.insert(max(position - 1, 0), rule_id)
    session.rules.put_in_order(user_id, ids)


def _rule(session: Session, user_id: int, rule_id: int) -> Rule:
    for rule in session.rules.list(user_id):
        if rule.id == rule_id:
            return rule
    raise RuleNotFoundError(str(rule_id))
