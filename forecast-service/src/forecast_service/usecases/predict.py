"""Answer a question about the coming days, from the kept answers where nothing has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forecast_service.domain.accuracy import (
    MAX_ORIGINS,
    REPORT_CARD_ORIGINS,
    BackTest,
    back_test_origins,
    summary_of,
)
from forecast_service.domain.answers import Amounts, ForecastItem, RecurringItem
from forecast_service.domain.blocks import Block
from forecast_service.domain.calendar_features import calendar_features
from forecast_service.domain.errors import CategoryNotFound, ModelUnavailable, NotEnoughHistory
from forecast_service.domain.methods import MODEL_METHODS, Basis, Method, Reason, checked_method
from forecast_service.domain.origin import checked_origin, default_origin, local_today
from forecast_service.domain.outlook import Ledger, Outlook, Situation, block_starts, situation_at
from forecast_service.domain.periods import DEFAULT_HORIZON, Span, item_spans
from forecast_service.domain.ports import (
    Clock,
    Coverage,
    MinorPerMajor,
    Model,
    ModelInput,
    Reader,
    Store,
)
from forecast_service.domain.questions import AnswerKey, Forecast, Provenance, Question, Subject
from forecast_service.domain.recurring import Bill, PaymentHistory
from forecast_service.domain.series import BLOCK_DAYS, MIN_MODEL_HISTORY_DAYS, DailySeries

# Six back-tests 28 days apart, the 112 days before the earliest, and some slack.
SERIES_DAYS = 400
# Enough for three yearly bills.
PAYMENT_DAYS = 800


@dataclass(frozen=True, slots=True)
class Forecaster:
    """What predicting needs from the outside."""

    store: Store
    model: Model
    clock: Clock
    minor_per_major: MinorPerMajor


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read from the database for one question."""

    key: AnswerKey
    coverage: Coverage
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The method that answers, why, and the network's blocks by origin where it was asked."""

    basis: Basis
    reason: Reason | None
    model_version: str
    main: Sequence[Block] = ()
    tests: Sequence[Sequence[Block]] = ()


@dataclass(frozen=True, slots=True)
class _Work:
    """One question's situations: now, and at the earlier origins."""

    known: _Known
    spans: tuple[Span, ...]
    main: Situation
    tests: tuple[Situation, ...]

    @property
    def days(self) -> int:
        """How far the items reach."""
        return (self.spans[-1].end - self.spans[0].start).days


def predict(question: Question, forecaster: Forecaster) -> Forecast:
    """The forecast that answers the question; kept until the data or the model changes.

    Raises:
        NotEnoughHistory: no purchase before the origin; under 28 days for method tensorflow.
        CategoryNotFound: the user has no such category.
        ForecastInputError: horizon, origin or method cannot be answered.
        ModelUnavailable: method tensorflow while the model server is down.
    """
    checked_method(question.method)
    version = _serving_version(forecaster.model)
    with forecaster.store.reading() as reader:
        coverage = reader.coverage(
            owner_id=question.subject.owner_id, currency=question.subject.currency
        )
        key = _key(question, coverage=coverage, forecaster=forecaster)
        kept = reader.answer(key, as_of_seq=coverage.as_of_seq, serving_version=version)
        if kept is not None:
            return kept
        ledger = _ledger(reader, key=key, coverage=coverage, forecaster=forecaster)
    known = _Known(key=key, coverage=coverage, ledger=ledger)
    forecast = _answer(_work(known), version=version, forecaster=forecaster)
    with forecaster.store.writing() as writer:
        writer.keep(forecast)
    return forecast


def _serving_version(model: Model) -> str | None:
    try:
        return model.current_version()
    except ModelUnavailable:
        return None


def _key(question: Question, *, coverage: Coverage, forecaster: Forecaster) -> AnswerKey:
    first, last = coverage.first_day, coverage.last_day
    if first is None or last is None:
        raise NotEnoughHistory(_nothing_yet(question.subject, coverage))
    today = local_today(forecaster.clock(), question.time_zone)
    origin = question.origin or default_origin(today=today, last_purchase=last)
    horizon = question.horizon or DEFAULT_HORIZON[question.period]
    return AnswerKey(
        subject=question.subject,
        period=question.period,
        horizon=horizon,
        method=question.method,
        origin=checked_origin(origin, first_purchase=first, last_purchase=last),
    )


def _nothing_yet(subject: Subject, coverage: Coverage) -> str:
    if coverage.other_currencies:
        others = ", ".join(sorted(coverage.other_currencies))
        return (
            f"There are no purchases in {subject.currency} yet, only in {others}; "
            "ask with currency= or change the currency in the settings."
        )
    return "There are no purchases yet. Import a statement first; 28 days make a good forecast."


def _ledger(
    reader: Reader, *, key: AnswerKey, coverage: Coverage, forecaster: Forecaster
) -> Ledger:
    categories = _categories(reader, key.subject)
    scale = forecaster.minor_per_major(key.subject.currency)
    first, last = coverage.first_day or key.origin, coverage.last_day or key.origin
    since = max(first, key.origin - timedelta(days=SERIES_DAYS))
    totals = reader.daily_totals(key.subject, categories=categories, since=since)
    payments = reader.payments(
        key.subject,
        categories=categories,
        since=key.origin - timedelta(days=PAYMENT_DAYS),
        before=key.origin,
    )
    series = DailySeries.of(
        {day: minor / scale for day, minor in totals.items()}, first_day=since, last_day=last
    )
    return Ledger(series=series, payments=PaymentHistory(payments), minor_per_major=scale)


def _categories(reader: Reader, subject: Subject) -> frozenset[int] | None:
    if subject.category_id is None:
        return None
    found = reader.subtree(owner_id=subject.owner_id, category_id=subject.category_id)
    if not found:
        raise CategoryNotFound("There is no such category.")
    return found


def _work(known: _Known) -> _Work:
    key, ledger = known.key, known.ledger
    origins = back_test_origins(ledger.series, origin=key.origin, count=MAX_ORIGINS)
    return _Work(
        known=known,
        spans=item_spans(key.period, origin=key.origin, horizon=key.horizon),
        main=situation_at(ledger, key.origin),
        tests=tuple(situation_at(ledger, origin) for origin in origins),
    )


def _answer(work: _Work, *, version: str | None, forecaster: Forecaster) -> Forecast:
    chosen = _choose(work, version=version, model=forecaster.model)
    tests = _back_tests(work, chosen)
    summary = summary_of(tests[:REPORT_CARD_ORIGINS])
    full_card = summary is not None and summary.origins == REPORT_CARD_ORIGINS
    if chosen.basis is Basis.AUTO and full_card and summary and not summary.better_than_average:
        chosen = _Chosen(
            basis=Basis.AVERAGE,
            reason=Reason.AVERAGE_WAS_BETTER,
            model_version=_own_version(Basis.AVERAGE),
        )
    return _assembled(work, chosen, tests=tests, version=version, forecaster=forecaster)


def _choose(work: _Work, *, version: str | None, model: Model) -> _Chosen:
    method = work.known.key.method
    if work.main.whole.days < MIN_MODEL_HISTORY_DAYS:
        if method is Method.TENSORFLOW:
            raise NotEnoughHistory(
                f"The model needs {MIN_MODEL_HISTORY_DAYS} days of history, there are "
                f"{work.main.whole.days}; method=auto answers with a wide band meanwhile."
            )
        return _Chosen(Basis.PRIOR, Reason.SHORT_HISTORY, _own_version(Basis.PRIOR))
    if method not in MODEL_METHODS:
        basis = Basis(method.value)
        return _Chosen(basis, None, _own_version(basis))
    try:
        return _asked_model(work, version=version, model=model)
    except ModelUnavailable:
        if method is Method.TENSORFLOW:
            raise
        basis = Basis.CLIMATOLOGY
        return _Chosen(basis, Reason.MODEL_UNAVAILABLE, _own_version(basis))


def _own_version(basis: Basis) -> str:
    return f"{basis.value}-1"


def _asked_model(work: _Work, *, version: str | None, model: Model) -> _Chosen:
    """One request for the blocks of the forecast and of all back-tests."""
    if version is None:
        raise ModelUnavailable("The model server does not answer.")
    starts = block_starts(work.main.origin, days=work.days)
    rows = [_model_input(work.main, start) for start in starts]
    rows += [_model_input(test, test.origin) for test in work.tests]
    blocks = model.predict(rows, version=version)
    return _Chosen(
        basis=Basis(work.known.key.method.value),
        reason=None,
        model_version=version,
        main=blocks[: len(starts)],
        tests=[[block] for block in blocks[len(starts) :]],
    )


def _model_input(situation: Situation, start: date) -> ModelInput:
    window = situation.remainder
    return ModelInput(
        history=window.amounts,
        mask=window.mask,
        calendar=calendar_features(start, BLOCK_DAYS),
    )


def _back_tests(work: _Work, chosen: _Chosen) -> tuple[BackTest, ...]:
    blocks = chosen.tests or [()] * len(work.tests)
    return tuple(
        _back_test(test, chosen.basis, model_blocks=own, ledger=work.known.ledger)
        for test, own in zip(work.tests, blocks, strict=True)
    )


def _back_test(
    situation: Situation, basis: Basis, *, model_blocks: Sequence[Block], ledger: Ledger
) -> BackTest:
    scale = ledger.minor_per_major
    end = situation.origin + timedelta(days=BLOCK_DAYS)
    outlook = Outlook(
        situation,
        basis=basis,
        days=BLOCK_DAYS,
        minor_per_major=scale,
        model_blocks=model_blocks,
    )
    return BackTest(
        origin=situation.origin,
        amounts=Amounts.of(outlook.between(situation.origin, end), minor_per_major=scale),
        actual_minor=round(ledger.series.total(situation.origin, end) * scale),
        average_minor=round(situation.whole.daily_average * BLOCK_DAYS * scale),
    )


def _assembled(
    work: _Work,
    chosen: _Chosen,
    *,
    tests: tuple[BackTest, ...],
    version: str | None,
    forecaster: Forecaster,
) -> Forecast:
    known, scale = work.known, work.known.ledger.minor_per_major
    outlook = Outlook(
        work.main,
        basis=chosen.basis,
        days=work.days,
        minor_per_major=scale,
        model_blocks=chosen.main,
    )
    whole = Span(work.spans[0].start, work.spans[-1].end)
    return Forecast(
        key=known.key,
        provenance=Provenance(
            basis=chosen.basis,
            reason=chosen.reason,
            model_version=chosen.model_version,
            serving_version=version or "",
            as_of_seq=known.coverage.as_of_seq,
            made_at=forecaster.clock(),
        ),
        history_days=_history_days(known),
        other_currencies=dict(known.coverage.other_currencies),
        items=tuple(_item(outlook, span, scale=scale) for span in work.spans),
        total=_item(outlook, whole, scale=scale),
        recurring=tuple(_recurring(bill) for bill in work.main.bills),
        back_tests=tests,
    )


def _history_days(known: _Known) -> int:
    first = known.coverage.first_day or known.key.origin
    return (known.key.origin - first).days


def _item(outlook: Outlook, span: Span, *, scale: int) -> ForecastItem:
    estimate = outlook.between(span.start, span.end)
    return ForecastItem(span.start, span.end, Amounts.of(estimate, minor_per_major=scale))


def _recurring(bill: Bill) -> RecurringItem:
    return RecurringItem(
        payee=bill.payee,
        next_date=next(bill.next_dates()),
        amount_minor=bill.amount_minor,
        interval=bill.interval.value,
        category_id=bill.category_id,
        last_date=bill.last_date,
        occurrences=len(bill.payments),
        price_change=bill.price_change,
    )
