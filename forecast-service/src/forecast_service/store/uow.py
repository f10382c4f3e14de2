"""The database as the use cases see it: readers and writers inside one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from forecast_service.domain.kept import KeptPage, KeptPosition
from forecast_service.domain.ports import Coverage
from forecast_service.domain.questions import AnswerKey, Forecast, Subject
from forecast_service.domain.recurring import Payment
from forecast_service.store import kept_answers, queries
from servicekit.sqlite import read_transaction, write_transaction


class SqlReader:
    """One unchanging state of the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def coverage(self, *, owner_id: int, currency: str) -> Coverage:
        """What is known of the user."""
        return queries.coverage(self._connection, owner_id=owner_id, currency=currency)

    def subtree(self, *, owner_id: int, category_id: int) -> frozenset[int]:
        """The category and everything below it."""
        return queries.subtree(self._connection, owner_id=owner_id, category_id=category_id)

    def daily_totals(
        self, subject: Subject, *, categories: frozenset[int] | None, since: date
    ) -> Mapping[date, int]:
        """Net spending in minor units by local day."""
        return queries.totals_by_day(self._connection, subject, wanted=categories, since=since)

    def payments(
        self, subject: Subject, *, categories: frozenset[int] | None, since: date, before: date
    ) -> Sequence[Payment]:
        """The purchases of payees that might be recurring."""
        return queries.possible_bill_payments(
            self._connection, subject, wanted=categories, since=since, before=before
        )

    def answer(
        self, key: AnswerKey, *, as_of_seq: int, serving_version: str | None
    ) -> Forecast | None:
        """The kept answer when it is current."""
        return kept_answers.find_answer(
            self._connection, key, as_of_seq=as_of_seq, serving_version=serving_version
        )

    def kept(self, owner_id: int, *, after: KeptPosition | None, limit: int) -> KeptPage:
        """A page of what is kept for a user."""
        return kept_answers.kept_items(self._connection, owner_id, after=after, limit=limit)


class SqlWriter:
    """A transaction that writes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, forecast: Forecast) -> None:
        """Replace the kept answer to the same question."""
        kept_answers.keep_answer(self._connection, forecast)


class SqlStore:
    """The forecast database in SQLite."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def reading(self) -> Iterator[SqlReader]:
        """A read transaction."""
        with read_transaction(self._engine) as connection:
            yield SqlReader(connection)

    @contextmanager
    def writing(self) -> Iterator[SqlWriter]:
        """A write transaction; commits at the end."""
        with write_transaction(self._engine) as connection:
            yield SqlWriter(connection)

    def delete_answers_before(self, moment: datetime) -> int:
        """How many answers older than `moment` were deleted."""
        with write_transaction(self._engine) as connection:
            return kept_answers.delete_answers_before(connection, moment)
