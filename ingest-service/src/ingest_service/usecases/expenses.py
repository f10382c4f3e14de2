"""Expenses by hand: list, enter, correct, remove."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest_service.domain.amounts import parse_minor
from ingest_service.domain.category_tree import FALLBACK_BY_DIRECTION, find
from ingest_service.domain.errors import FieldProblem, InvalidInputError
from ingest_service.domain.local_time import local_fields
from ingest_service.domain.models import (
    Changed,
    Expense,
    ExpenseDraft,
    ExpenseFilter,
    ExpensePage,
    Position,
    Sum,
)
from ingest_service.domain.ports import Chosen, Database, Session
from ingest_service.domain.rules import AMOUNT_PLACES, Facts, first_rule
from ingest_service.domain.words import shipped_code
from ingest_service.usecases.learning import ask_learning
from ingest_service.usecases.rules import Suggestion, suggest_rule

_MANUAL = "manual"
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


@dataclass(frozen=True, slots=True)
class Totals:
    """How many rows a filter means and what they come to."""

    count: int
    sums: Sequence[Sum]
    last_seq: int


def count_expenses(database: Database, user_id: int, where: ExpenseFilter) -> Totals:
    """The number of rows and their sums by currency and direction."""
    with database.read() as session:
        sums = session.expenses.sums(user_id, where)
        return Totals(sum(one.count for one in sums), sums, session.expenses.last_seq())


@dataclass(frozen=True, slots=True)
class Pages:
    """How many rows a list has, and where its pages of `every` rows open (the first: None)."""

    count: int
    opens_after: Sequence[Position | None]
    last_seq: int


def list_positions(
    database: Database, user_id: int, where: ExpenseFilter, *, sort: str, every: int
) -> Pages:
    """Where the pages of a long list open, so that a reader can jump into it."""
    with database.read() as session:
        ends = session.expenses.positions(user_id, where, sort=sort, every=every)
        # Only what follows the last full page is left to be counted.
        after = ends[-1] if ends else None
        rest = session.expenses.count_beyond(user_id, where, sort=sort, after=after)
        count = len(ends) * every + rest
        # A last page that is full is followed by none.
        opens = (None, *ends)[: -(-count // every)]
        return Pages(count, opens, session.expenses.last_seq())


@dataclass(frozen=True, slots=True)
class BulkChange:
    """What many rows take over; None leaves a value as it is."""

    category_id: int | None = None
    direction: str | None = None
    note: str | None = None
    merchant: str | None = None


def change_many(database: Database, user_id: int, chosen: Chosen, change: BulkChange) -> Changed:
    """Change all chosen rows in one transaction. Raises CategoryNotFoundError."""
    with database.write() as session:
        values: dict[str, object] = {
            name: value
            for name in ("note", "merchant")
            if (value := getattr(change, name)) is not None
        }
        if change.direction is not None:
            values |= {"direction": change.direction, "closed": 0}
        if change.category_id is not None:
            values |= _set_by_hand(find(session.categories.tree(user_id), change.category_id).id)
        count = session.expenses.change_many(user_id, chosen, values) if values else 0
        if count and change.category_id is not None:
            ask_learning(session, user_id)
        return Changed(count, session.expenses.last_seq())


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
    amount_minor = parse_minor(
        entry.amount or "", places=author.exponent_of(currency), pointer="/json/amount"
    )
    facts = Facts(
        merchant=entry.merchant or "",
        note=entry.note or "",
        place=entry.place or "",
        account=entry.account or "",
        source=_MANUAL,
        direction=direction,
        amount_units=amount_minor * 10 ** (AMOUNT_PLACES - author.exponent_of(currency)),
        hour=fields.local_hour,
        weekday=fields.local_weekday,
    )
    with database.write() as session:
        session.categories.plant_defaults(author.user_id)
        if entry.category_id is not None:
            category_id, source = _own_category(session, author, entry.category_id), "user"
        else:
            category_id, source = _guess(session, author, facts)
        draft = ExpenseDraft(
            time=fields.time,
            local_day=fields.local_day,
            local_hour=fields.local_hour,
            local_weekday=fields.local_weekday,
            amount_minor=amount_minor,
            currency=currency,
            direction=direction,
            category_id=category_id,
            category_source=source,
            merchant=facts.merchant,
            place=facts.place,
            lat=entry.lat,
            lon=entry.lon,
            note=facts.note,
            account=facts.account,
        )
        expense_id = session.expenses.add(author.user_id, draft, now=now)
        if source == "user":
            ask_learning(session, author.user_id)
        return session.expenses.get(author.user_id, expense_id)


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected row, and the rule that a new category suggests."""

    expense: Expense
    suggestion: Suggestion | None = None


def change_expense(
    database: Database, author: Author, expense_id: int, entry: Entry, *, suggests: bool = True
) -> Correction:
    """The corrected row. Raises ExpenseNotFoundError, InvalidInputError."""
    with database.write() as session:
        before = session.expenses.get(author.user_id, expense_id)
        values = _changed(session, author, before, entry)
        if values:
            session.expenses.change(author.user_id, expense_id, values)
        if entry.category_id is not None:
            ask_learning(session, author.user_id)
        after = session.expenses.get(author.user_id, expense_id)
    if entry.category_id is None or not suggests:
        return Correction(after)
    # Counted outside the transaction of the change: a scan of all rows holds nobody up.
    with database.read() as session:
        return Correction(after, suggest_rule(session, author.user_id, after))


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
        values["city"] = None  # the worker looks for it anew
    if entry.category_id is not None:
        category_id = _own_category(session, author, entry.category_id)
        values |= _set_by_hand(category_id)
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


def _set_by_hand(category_id: int) -> dict[str, object]:
    return {
        "category_id": category_id,
        "category_source": "user",
        "category_confidence": None,
    }


def _own_category(session: Session, author: Author, category_id: int) -> int:
    return find(session.categories.tree(author.user_id), category_id).id


def _guess(session: Session, author: Author, facts: Facts) -> tuple[int, str]:
    """The category that a rule gives, else the default of the direction; and which it was."""
    rule = first_rule(session.rules.list(author.user_id), facts)
    if rule is not None:
        return rule.category_id, "rule"
    tree = session.categories.tree(author.user_id)
    ids = {node.code: node.id for node in tree if node.code}
    code = shipped_code(merchant=facts.merchant, note=facts.note, direction=facts.direction)
    while code and code not in ids:
        code = code.rpartition(".")[0]
    if code:
        return ids[code], "rule"
    return ids.get(FALLBACK_BY_DIRECTION[facts.direction], ids["other"]), "default"


def _check_time(time: int) -> None:
    if not _FIRST_TIME <= time <= _LAST_TIME:
        problem = FieldProblem("time-out-of-range", "The time is out of range.", "/json/time")
        raise InvalidInputError("The time is not valid.", [problem])
