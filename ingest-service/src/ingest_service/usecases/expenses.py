"""Expenses by hand: list, enter, correct, remove."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from ingest_service.domain.amounts import parse_minor
from ingest_service.domain.category_tree import FALLBACK_BY_DIRECTION
from ingest_service.domain.errors import CategoryNotFoundError, FieldProblem, InvalidInputError
from ingest_service.domain.local_time import local_fields
from ingest_service.domain.models import (
    Expense,
    ExpenseDraft,
    ExpenseFilter,
    ExpensePage,
    Position,
)
from ingest_service.domain.ports import Database, Session
from ingest_service.domain.words import shipped_code, user_rule_for

_FIRST_TIME = 86_400
_LAST_TIME = 4_102_444_799


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person enters or corrects; None leaves a value as it is (or at its default)."""

    amount: str | None = None
    time: dt.datetime | None = None
    currency: str | None = None
    direction: str | None = None
    category_id: int | None = None
    merchant: str | None = None
    place: str | None = None
    lat: float | None = None
    lon: float | None = None
    note: str | None = None
    account: str | None = None
    has_location: bool = False


@dataclass(frozen=True, slots=True)
class Author:
    """Who enters it, and how his entries are to be read."""

    user_id: int
    time_zone: str
    currency: str
    exponent_of: Callable[[str], int]


def list_expenses(
    database: Database,
    user_id: int,
    where: ExpenseFilter,
    *,
    sort: str,
    after: Position | None,
    limit: int,
) -> ExpensePage:
    """One page of the user's rows."""
    with database.read() as session:
        return session.expenses.page(user_id, where, sort=sort, after=after, limit=limit)


def get_expense(database: Database, user_id: int, expense_id: int) -> Expense:
    """One row. Raises ExpenseNotFoundError."""
    with database.read() as session:
        return session.expenses.get(user_id, expense_id)


def add_expense(database: Database, author: Author, entry: Entry, *, now: int) -> Expense:
    """The stored row. Raises InvalidInputError."""
    direction = entry.direction or "expense"
    currency = entry.currency or author.currency
    moment = entry.time or dt.datetime.fromtimestamp(now, tz=dt.UTC)
    fields = local_fields(moment, author.time_zone)
    _check_time(fields.time)
    merchant, note = entry.merchant or "", entry.note or ""
    with database.write() as session:
        session.categories.plant_defaults(author.user_id)
        if entry.category_id is not None:
            category_id, source = _own_category(session, author, entry.category_id), "user"
        else:
            category_id, source = _guess(session, author, merchant, note, direction)
        draft = ExpenseDraft(
            time=fields.time,
            local_day=fields.local_day,
            local_hour=fields.local_hour,
            local_weekday=fields.local_weekday,
            amount_minor=parse_minor(
                entry.amount or "", places=author.exponent_of(currency), pointer="/json/amount"
            ),
            currency=currency,
            direction=direction,
            category_id=category_id,
            category_source=source,
            merchant=merchant,
            place=entry.place or "",
            lat=entry.lat,
            lon=entry.lon,
            note=note,
            account=entry.account or "",
        )
        expense_id = session.expenses.add(author.user_id, draft, now=now)
        return session.expenses.get(author.user_id, expense_id)


def change_expense(database: Database, author: Author, expense_id: int, entry: Entry) -> Expense:
    """The corrected row. Raises ExpenseNotFoundError, InvalidInputError."""
    with database.write() as session:
        before = session.expenses.get(author.user_id, expense_id)
        values = _changed(session, author, before, entry)
        if values:
            session.expenses.change(author.user_id, expense_id, values)
        return session.expenses.get(author.user_id, expense_id)


def delete_expense(database: Database, user_id: int, expense_id: int) -> None:
    """Remove a row. Raises ExpenseNotFoundError."""
    with database.write() as session:
        session.expenses.delete(user_id, expense_id)


def _changed(session: Session, author: Author, before: Expense, entry: Entry) -> dict[str, object]:
    values: dict[str, object] = {
        name: value
        for name in ("currency", "merchant", "note", "account")
        if (value := getattr(entry, name)) is not None
    }
    if entry.direction is not None:
        # A correction by hand outranks what the statement said.
        values |= {"direction": entry.direction, "closed": 0}
    if entry.has_location:
        values |= {"lat": entry.lat, "lon": entry.lon, "place": entry.place or ""}
    if entry.category_id is not None:
        category_id = _own_category(session, author, entry.category_id)
        values |= {"category_id": category_id, "category_source": "user"}
    if entry.amount is not None:
        places = author.exponent_of(entry.currency or before.currency)
        values["amount_minor"] = parse_minor(entry.amount, places=places, pointer="/json/amount")
    if entry.time is not None:
        fields = local_fields(entry.time, author.time_zone)
        _check_time(fields.time)
        values |= {
            "time": fields.time,
            "local_day": fields.local_day,
            "local_hour": fields.local_hour,
            "local_weekday": fields.local_weekday,
        }
    return values


def _own_category(session: Session, author: Author, category_id: int) -> int:
    if all(node.id != category_id for node in session.categories.tree(author.user_id)):
        raise CategoryNotFoundError(str(category_id))
    return category_id


def _guess(
    session: Session, author: Author, merchant: str, note: str, direction: str
) -> tuple[int, str]:
    """The category that a rule gives, else the default of the direction; and which it was."""
    rule = user_rule_for(session.rules.list(author.user_id), merchant=merchant, note=note)
    if rule is not None:
        return rule.category_id, "rule"
    tree = session.categories.tree(author.user_id)
    ids = {node.code: node.id for node in tree if node.code}
    code = shipped_code(merchant=merchant, note=note, direction=direction)
    while code and code not in ids:
        code = code.rpartition(".")[0]
    if code:
        return ids[code], "rule"
    return ids.get(FALLBACK_BY_DIRECTION[direction], ids["other"]), "default"


def _check_time(time: int) -> None:
    if not _FIRST_TIME <= time <= _LAST_TIME:
        problem = FieldProblem("time-out-of-range", "The time is out of range.", "/json/time")
        raise InvalidInputError("The time is not valid.", [problem])
