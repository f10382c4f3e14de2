"""What may be asked, what is answered, and what identifies an answer that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from forecast_service.domain.accuracy import REPORT_CARD_ORIGINS, BackTest, Summary, summary_of
from forecast_service.domain.answers import ForecastItem, RecurringItem
from forecast_service.domain.methods import Basis, Method, Reason
from forecast_service.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose spending is asked about: one user's, in one currency, in one category or in all."""

    owner_id: int
    currency: str
    category_id: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A request for a forecast; `horizon` and `origin` fall back to the defaults when None."""

    subject: Subject
    period: Period
    method: Method
    time_zone: str
    horizon: int | None = None
    origin: date | None = None


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """What two questions share that one kept answer serves."""

    subject: Subject
    period: Period
    horizon: int
    method: Method
    origin: date


@dataclass(frozen=True, slots=True)
class Provenance:
    """What an answer rests on.

    `as_of_seq` is the user's newest change that is in it, `serving_version` the model version that
    was being served when it was made ("" when the model server did not answer).
    """

    basis: Basis
    reason: Reason | None
    model_version: str
    serving_version: str
    as_of_seq: int
    made_at: datetime

    @property
    def degraded(self) -> bool:
        """Whether a fault, and not the data, kept the best method from answering."""
        return self.reason is Reason.MODEL_UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Forecast:
    """A whole answer: items in order, the total over them, bills, and back-tests, latest first."""

    key: AnswerKey
    provenance: Provenance
    history_days: int
    other_currencies: dict[str, int]
    items: tuple[ForecastItem, ...]
    total: ForecastItem
    recurring: tuple[RecurringItem, ...]
    back_tests: tuple[BackTest, ...]

    @property
    def report_card(self) -> tuple[BackTest, ...]:
        """The latest three back-tests, which stand beside every forecast."""
        return self.back_tests[:REPORT_CARD_ORIGINS]

    @property
    def summary(self) -> Summary | None:
        """The report card in a line; None when there is no earlier origin to test."""
        return summary_of(self.report_card)
