"""What the use cases need from the outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from forecast_service.domain.blocks import Block
from forecast_service.domain.feed import FeedCursor, FeedPage
from forecast_service.domain.kept import KeptPage, KeptPosition
from forecast_service.domain.quantiles import FloatArray
from forecast_service.domain.questions import AnswerKey, Forecast, Subject
from forecast_service.domain.recurring import Payment

Clock = Callable[[], datetime]
MinorPerMajor = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the read model holds of one user in one currency, in all categories.

    `first_day` and `last_day` are those of the first and last purchase, None when there is none.
    """

    as_of_seq: int
    first_day: date | None
    last_day: date | None
    other_currencies: dict[str, int]


class Reader(Protocol):
    """One unchanging state of this service's database."""

    def coverage(self, *, owner_id: int, currency: str) -> Coverage:
        """What is known of the user."""

    def subtree(self, *, owner_id: int, category_id: int) -> frozenset[int]:
        """The category and everything below it; empty when the user has no such category."""

    def daily_totals(
        self, subject: Subject, *, categories: frozenset[int] | None, since: date
    ) -> Mapping[date, int]:
        """Net spending in minor units by local day, days without purchases left out."""

    def payments(
        self, subject: Subject, *, categories: frozenset[int] | None, since: date, before: date
    ) -> Sequence[Payment]:
        """The purchases of payees that might be recurring: few enough for their time span."""

    def answer(
        self, key: AnswerKey, *, as_of_seq: int, serving_version: str | None
    ) -> Forecast | None:
        """The kept answer when data and model are the same; any model's when it is None."""

    def kept(self, owner_id: int, *, after: KeptPosition | None, limit: int) -> KeptPage:
        """A page of what is kept for a user."""


class Writer(Protocol):
    """A transaction that writes."""

    def keep(self, forecast: Forecast) -> None:
        """Replace the kept answer to the same question."""


class Store(Protocol):
    """This service's database, as the web process uses it."""

    def reading(self) -> AbstractContextManager[Reader]:
        """A read transaction."""

    def writing(self) -> AbstractContextManager[Writer]:
        """A write transaction; commits at the end."""


class ReadModel(Protocol):
    """The part of the database that the change feed fills, inside one transaction."""

    def cursor(self) -> FeedCursor:
        """How far it has come."""

    def clear(self) -> None:
        """Empty it and let no kept answer pass for current."""

    def apply(self, page: FeedPage) -> None:
        """Take over a page's changes and move the cursor to its end."""


class ReadModelStore(Protocol):
    """Transactions on the read model."""

    def cursor(self) -> FeedCursor:
        """How far it has come, without a lock."""

    def updating(self) -> AbstractContextManager[ReadModel]:
        """A write transaction; commits at the end."""


class Feed(Protocol):
    """The neighbour that serves the change feed."""

    def page(self, *, after: int, limit: int) -> FeedPage:
        """The changes after a cursor."""


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One row for the network: float arrays history [112], mask [112], calendar [28, C]."""

    history: FloatArray
    mask: FloatArray
    calendar: Any


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A version of the model and what is known of it."""

    version: str
    state: str
    label: str | None
    created_at: datetime | None
    metrics: Mapping[str, float] | None


class Model(Protocol):
    """The served network."""

    def current_version(self) -> str:
        """The newest version that is available. Raises ModelUnavailable."""

    def predict(self, rows: Sequence[ModelInput], *, version: str) -> Sequence[Block]:
        """One block for each row, from one request. Raises ModelUnavailable."""
