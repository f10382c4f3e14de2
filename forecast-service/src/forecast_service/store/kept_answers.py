"""Answers as they are kept: one row each, with their items and back-tests beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, delete, insert, or_, select

from forecast_service.domain.accuracy import BackTest
from forecast_service.domain.answers import Amounts, ForecastItem, RecurringItem
from forecast_service.domain.kept import KeptItem, KeptPage, KeptPosition
from forecast_service.domain.methods import Basis, Reason
from forecast_service.domain.questions import AnswerKey, Forecast, Provenance
from forecast_service.store.tables import answers, backtests, forecasts

_WHOLE = "total"
_AMOUNTS = {
    "predicted_amount": "predicted_minor",
    "lower_80": "lower_80_minor",
    "upper_80": "upper_80_minor",
    "lower_95": "lower_95_minor",
    "upper_95": "upper_95_minor",
}


def find_answer(
    connection: Connection, key: AnswerKey, *, as_of_seq: int, serving_version: str | None
) -> Forecast | None:
    """The kept answer to this question, when data and model are the same.

    While the model server does not answer (None), an answer of any version is current: nothing
    says that the model has changed.
    """
    conditions = [_is_question(key), answers.c.as_of_seq == as_of_seq]
    if serving_version is not None:
        conditions.append(answers.c.serving_version == serving_version)
    row = connection.execute(select(answers).where(*conditions)).first()
    return None if row is None else _forecast(connection, key, row)


def keep_answer(connection: Connection, forecast: Forecast) -> None:
    """Replace the kept answer to the same question."""
    key = forecast.key
    connection.execute(delete(answers).where(_is_question(key)))
    row = connection.execute(insert(answers).values(**_answer_values(forecast)))
    answer_id = _primary_key(row.inserted_primary_key)
    common = {
        "answer_id": answer_id,
        "user_id": key.subject.owner_id,
        "period": key.period.value,
        "scope": _scope(key),
        "method": key.method.value,
        "currency": key.subject.currency,
        "model_version": forecast.provenance.model_version,
        "created_at": forecast.provenance.made_at.timestamp(),
    }
    items = [
        {**common, "date": item.start, "end_date": item.end, **_amount_values(item.amounts)}
        for item in forecast.items
    ]
    connection.execute(insert(forecasts), items)
    tests = [{"answer_id": answer_id, **_test_values(test)} for test in forecast.back_tests]
    if tests:
        connection.execute(insert(backtests), tests)


def kept_items(
    connection: Connection, owner_id: int, *, after: KeptPosition | None, limit: int
) -> KeptPage:
    """A page of what is kept for a user."""
    own = select(answers.c.id).where(answers.c.user_id == owner_id)
    query = select(forecasts).where(forecasts.c.answer_id.in_(own))
    if after is not None:
        # An answer's items were stored in order of their days, so that ids are in it too.
        rest = and_(forecasts.c.answer_id == after.answer_id, forecasts.c.id > after.id)
        query = query.where(or_(forecasts.c.answer_id < after.answer_id, rest))
    query = query.order_by(forecasts.c.answer_id.desc(), forecasts.c.id).limit(limit + 1)
    rows = connection.execute(query).all()
    return KeptPage([_kept_item(row) for row in rows[:limit]], has_more=len(rows) > limit)


def _kept_item(row: Row[Any]) -> KeptItem:
    return KeptItem(
        id=row.id,
        answer_id=row.answer_id,
        item=ForecastItem(row.date, row.end_date, _amounts(row)),
        period=row.period,
        scope=row.scope,
        method=row.method,
        currency=row.currency,
        model_version=row.model_version,
        made_at=datetime.fromtimestamp(row.created_at, tz=UTC),
    )


def delete_answers_before(connection: Connection, moment: datetime) -> int:
    """How many answers older than `moment` were deleted, with their items."""
    aged = answers.c.created_at < moment.timestamp()
    return connection.execute(delete(answers).where(aged)).rowcount


def _scope(key: AnswerKey) -> str:
    category_id = key.subject.category_id
    return _WHOLE if category_id is None else str(category_id)


def _is_question(key: AnswerKey) -> ColumnElement[bool]:
    return and_(*(answers.c[name] == value for name, value in _key_values(key).items()))


def _key_values(key: AnswerKey) -> dict[str, Any]:
    return {
        "user_id": key.subject.owner_id,
        "currency": key.subject.currency,
        "scope": _scope(key),
        "period": key.period.value,
        "horizon": key.horizon,
        "method": key.method.value,
        "origin": key.origin,
    }


def _primary_key(inserted: Row[Any] | None) -> int:
    if inserted is None:
        raise LookupError("the insert returned no key")
    return int(inserted[0])


def _answer_values(forecast: Forecast) -> dict[str, Any]:
    provenance = forecast.provenance
    document = {
        "total": _item_document(forecast.total),
        "recurring": [_recurring_document(item) for item in forecast.recurring],
        "other_currencies": forecast.other_currencies,
    }
    return {
        **_key_values(forecast.key),
        "as_of_seq": provenance.as_of_seq,
        "serving_version": provenance.serving_version,
        "model_version": provenance.model_version,
        "basis": provenance.basis.value,
        "reason": None if provenance.reason is None else provenance.reason.value,
        "history_days": forecast.history_days,
        "document": json.dumps(document, ensure_ascii=False),
        "created_at": provenance.made_at.timestamp(),
    }


def _forecast(connection: Connection, key: AnswerKey, row: Row[Any]) -> Forecast:
    document = json.loads(row.document)
    return Forecast(
        key=key,
        provenance=Provenance(
            basis=Basis(row.basis),
            reason=None if row.reason is None else Reason(row.reason),
            model_version=row.model_version,
            serving_version=row.serving_version,
            as_of_seq=row.as_of_seq,
            made_at=datetime.fromtimestamp(row.created_at, tz=UTC),
        ),
        history_days=row.history_days,
        other_currencies=document["other_currencies"],
        items=tuple(
            ForecastItem(item.date, item.end_date, _amounts(item))
            for item in _children(connection, forecasts, row.id, order="date")
        ),
        total=_item_of(document["total"]),
        recurring=tuple(_recurring_of(item) for item in document["recurring"]),
        back_tests=tuple(
            BackTest(test.origin, _amounts(test), test.actual_amount, test.average_amount)
            for test in reversed(_children(connection, backtests, row.id, order="origin"))
        ),
    )


def _children(
    connection: Connection, table: Table, answer_id: int, *, order: str
) -> Sequence[Row[Any]]:
    query = select(table).where(table.c.answer_id == answer_id).order_by(table.c[order])
    return connection.execute(query).all()


def _amounts(row: Row[Any]) -> Amounts:
    return Amounts(**{field: getattr(row, column) for column, field in _AMOUNTS.items()})


def _amount_values(amounts: Amounts) -> dict[str, int]:
    return {column: getattr(amounts, field) for column, field in _AMOUNTS.items()}


def _test_values(test: BackTest) -> dict[str, Any]:
    return {
        "origin": test.origin,
        **_amount_values(test.amounts),
        "actual_amount": test.actual_minor,
        "average_amount": test.average_minor,
    }


def _item_document(item: ForecastItem) -> dict[str, Any]:
    days = {"start": item.start.isoformat(), "end": item.end.isoformat()}
    return {**days, **_amount_values(item.amounts)}


def _item_of(document: dict[str, Any]) -> ForecastItem:
    return ForecastItem(
        start=date.fromisoformat(document["start"]),
        end=date.fromisoformat(document["end"]),
        amounts=Amounts(**{field: document[column] for column, field in _AMOUNTS.items()}),
    )


def _recurring_document(item: RecurringItem) -> dict[str, Any]:
    return {
        "payee": item.payee,
        "next_date": item.next_date.isoformat(),
        "amount_minor": item.amount_minor,
        "interval": item.interval,
        "category_id": item.category_id,
        "last_date": item.last_date.isoformat(),
        "occurrences": item.occurrences,
        "price_change": item.price_change,
    }


def _recurring_of(document: dict[str, Any]) -> RecurringItem:
    dates = {name: date.fromisoformat(document[name]) for name in ("next_date", "last_date")}
    return RecurringItem(**{**document, **dates})
