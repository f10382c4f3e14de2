"""Domain values as the wire shows them: minor units become numbers in major units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from forecast_service.domain.accuracy import BackTest, Summary, percent, summary_of
from forecast_service.domain.answers import Amounts, ForecastItem, RecurringItem
from forecast_service.domain.kept import KeptItem
from forecast_service.domain.ports import ModelVersion
from forecast_service.domain.questions import Forecast
from forecast_service.domain.series import BLOCK_DAYS
from forecast_service.domain.training import TrainingOutcome
from servicekit.jobs import JobState
from servicekit.money import exponent, to_major

Document = dict[str, Any]
_PERCENT_PLACES = 2


def forecast_document(forecast: Forecast) -> Document:
    """The answer of GET /forecast/predict."""
    currency = forecast.key.subject.currency
    return {
        **_provenance(forecast),
        "generated_at": _instant(forecast.provenance.made_at),
        "other_currencies": forecast.other_currencies,
        "period": forecast.key.period.value,
        "horizon": forecast.key.horizon,
        "history_days": forecast.history_days,
        "items": [_item(item, currency) for item in forecast.items],
        "total": _item(forecast.total, currency),
        "recurring": [_recurring(item, currency) for item in forecast.recurring],
        "report_card": _report_card(forecast.report_card, currency),
    }


def kept_document(kept: KeptItem) -> Document:
    """One item of GET /forecast/forecasts."""
    return {
        "id": str(kept.id),
        "period": kept.period,
        "scope": kept.scope,
        "method": kept.method,
        "currency": kept.currency,
        "model_version": kept.model_version,
        "created_at": _instant(kept.made_at),
        **_item(kept.item, kept.currency),
    }


def accuracy_document(forecast: Forecast) -> Document:
    """The answer of GET /forecast/accuracy: all back-tests of a forecast."""
    currency = forecast.key.subject.currency
    return {**_provenance(forecast), **_report_card(forecast.back_tests, currency)}


def model_document(version: ModelVersion, *, name: str) -> Document:
    """One version of the model."""
    return {
        "name": name,
        "version": version.version,
        "state": version.state,
        "label": version.label,
        "created_at": None if version.created_at is None else _instant(version.created_at),
        "metrics": version.metrics,
    }


def job_document(job: JobState, outcome: TrainingOutcome | None) -> Document:
    """A training job and what it brought."""
    finished = job.finished_at
    return {
        "id": str(job.id),
        "kind": job.kind,
        "status": job.state,
        "progress": {"done": job.done, "total": job.total, "stage": job.stage},
        "metrics": None if outcome is None else dict(outcome.metrics),
        "promoted": None if outcome is None else outcome.promoted,
        "reason": job.error_text if outcome is None else outcome.reason,
        "created_at": _instant(datetime.fromtimestamp(job.created_at, tz=UTC)),
        "finished_at": (
            None if finished is None else _instant(datetime.fromtimestamp(finished, tz=UTC))
        ),
    }


def _provenance(forecast: Forecast) -> Document:
    key, provenance = forecast.key, forecast.provenance
    category_id = key.subject.category_id
    return {
        "model_version": provenance.model_version,
        "method": provenance.basis.value,
        "as_of_seq": provenance.as_of_seq,
        "currency": key.subject.currency,
        "scope": "total" if category_id is None else str(category_id),
        "origin": key.origin,
        "degraded": provenance.degraded,
        "reason": None if provenance.reason is None else provenance.reason.value,
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _amounts(amounts: Amounts, currency: str) -> Document:
    return {
        "predicted_amount": to_major(amounts.predicted_minor, currency),
        "lower_80": to_major(amounts.lower_80_minor, currency),
        "upper_80": to_major(amounts.upper_80_minor, currency),
        "lower_95": to_major(amounts.lower_95_minor, currency),
        "upper_95": to_major(amounts.upper_95_minor, currency),
    }


def _item(item: ForecastItem, currency: str) -> Document:
    return {"date": item.start, "to": item.end, **_amounts(item.amounts, currency)}


def _recurring(item: RecurringItem, currency: str) -> Document:
    return {
        "payee": item.payee,
        "next_date": item.next_date,
        "amount": to_major(item.amount_minor, currency),
        "interval": item.interval,
        "category_id": None if item.category_id is None else str(item.category_id),
        "last_date": item.last_date,
        "occurrences": item.occurrences,
        "price_change": item.price_change,
    }


def _report_card(tests: Sequence[BackTest], currency: str) -> Document:
    summary = summary_of(tests)
    return {
        "summary": None if summary is None else _summary(summary, currency),
        "items": [_back_test(test, currency) for test in tests],
    }


def _back_test(test: BackTest, currency: str) -> Document:
    return {
        "origin": test.origin,
        "to": test.end,
        **_amounts(test.amounts, currency),
        "actual_amount": to_major(test.actual_minor, currency),
        "error": to_major(test.error_minor, currency),
        "error_percent": _rounded(percent(test.error_minor, test.actual_minor)),
        "in_80": test.in_80,
        "in_95": test.in_95,
        "average_amount": to_major(test.average_minor, currency),
        "average_error": to_major(test.average_error_minor, currency),
        "average_error_percent": _rounded(percent(test.average_error_minor, test.actual_minor)),
    }


def _summary(summary: Summary, currency: str) -> Document:
    places = exponent(currency)
    average_error = summary.average_mean_absolute_error_minor
    return {
        "origins": summary.origins,
        "days": BLOCK_DAYS,
        "mean_absolute_error": round(summary.mean_absolute_error_minor / 10**places, places),
        "error_percent": _rounded(summary.error_percent),
        "hits_80": summary.hits_80,
        "hits_95": summary.hits_95,
        "average_mean_absolute_error": round(average_error / 10**places, places),
        "average_error_percent": _rounded(summary.average_error_percent),
        "better_than_average": summary.better_than_average,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _PERCENT_PLACES)
