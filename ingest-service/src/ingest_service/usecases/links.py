"""Links between rows: list them, decide on them, make them by hand."""

from __future__ import annotations

from collections.abc import Sequence

from ingest_service.domain.errors import FieldProblem, InvalidInputError, LinkTakenError
from ingest_service.domain.link_records import LinkFilter, LinkRecord, NewLink
from ingest_service.domain.links import IN_FORCE
from ingest_service.domain.models import Expense
from ingest_service.domain.ports import Database, Session

_REFUNDING = frozenset({"refund", "income"})


def list_links(
    database: Database, user_id: int, where: LinkFilter, *, before_id: int | None, limit: int
) -> tuple[Sequence[LinkRecord], int | None]:
    """Links, newest first, and where the next page begins."""
    with database.read() as session:
        return session.links.page(user_id, where, before_id=before_id, limit=limit)


def get_link(database: Database, user_id: int, link_id: int) -> LinkRecord:
    """One link. Raises LinkNotFoundError."""
    with database.read() as session:
        return session.links.get(user_id, link_id)


def decide_link(database: Database, user_id: int, link_id: int, status: str) -> LinkRecord:
    """The link, confirmed or rejected; rejecting restores its rows, and it is not proposed again.

    Raises:
        LinkNotFoundError: there is no such link.
        LinkTakenError: another link in force has one of the rows.
    """
    with database.write() as session:
        return _decide(session, user_id, link_id, status)


def make_link(database: Database, user_id: int, new: NewLink, *, now: int) -> LinkRecord:
    """The link that a person made, in force. The amount of a refund is what it can give back.

    Raises:
        ExpenseNotFoundError: a row is not there.
        InvalidInputError: the rows cannot be tied like that.
        LinkTakenError: another link in force has one of the rows.
    """
    with database.write() as session:
        source = session.expenses.get(user_id, new.from_id)
        target = session.expenses.get(user_id, new.to_id)
        _check(new.kind, source, target)
        amount = min(source.amount_minor, target.amount_minor)
        checked = NewLink(new.kind, source.id, target.id, amount)
        link_id = session.links.add(user_id, checked, now=now)
        return _decide(session, user_id, link_id, "confirmed")


def _decide(session: Session, user_id: int, link_id: int, status: str) -> LinkRecord:
    link = session.links.get(user_id, link_id)
    if status in IN_FORCE and link.status not in IN_FORCE and not session.links.is_free(link):
        raise LinkTakenError("One of the two rows is linked to another row already.")
    session.links.decide(link, status)
    return session.links.get(user_id, link_id)


def _check(kind: str, source: Expense, target: Expense) -> None:
    if source.id == target.id:
        raise _refused("same-row", "A row cannot be linked to itself.", "/json/to_id")
    if source.currency != target.currency:
        raise _refused("currency-differs", "The two rows differ in currency.", "/json/to_id")
    if kind == "refund" and (source.direction not in _REFUNDING or target.direction != "expense"):
        raise _refused(
            "not-a-refund", "A refund ties money that came back to a spending.", "/json/from_id"
        )


def _refused(code: str, detail: str, pointer: str) -> InvalidInputError:
    return InvalidInputError("The rows cannot be linked.", [FieldProblem(code, detail, pointer)])
