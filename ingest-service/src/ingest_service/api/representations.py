"""Values of the domain as they stand on the wire."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ingest_service.domain.local_time import day_of
from ingest_service.domain.models import (
    Category,
    Changed,
    Condition,
    Deletion,
    Expense,
    RowError,
    Rule,
)
from ingest_service.domain.repair import suggestion
from ingest_service.usecases.expenses import Totals
from ingest_service.usecases.rules import Suggestion
from ingest_service.usecases.uploads import ImportStatus
from servicekit.money import to_decimal_string

Body = dict[str, Any]


def instant(seconds: int) -> str:
    """2024-03-05T04:21:00Z."""
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text_id(number: int | None) -> str | None:
    return None if number is None else str(number)


def expense_body(expense: Expense) -> Body:
    """One row."""
    return {
        "id": str(expense.id),
        "time": instant(expense.time),
        "local_date": day_of(expense.local_day).isoformat(),
        "amount": to_decimal_string(expense.amount_minor, expense.currency),
        "refunded_amount": to_decimal_string(expense.refunded_minor, expense.currency),
        "refunded": to_decimal_string(expense.refunded_minor, expense.currency),
        "currency": expense.currency,
        "direction": expense.direction,
        "category_id": _text_id(expense.category_id),
        "category_source": expense.category_source,
        "category_confidence": expense.category_confidence,
        "pending": expense.pending,
        "stated_direction": expense.stated_direction or expense.direction,
        "order_ref": expense.order_ref,
        "merchant": expense.merchant,
        "location": {"lat": expense.lat, "lon": expense.lon, "text": expense.place},
        "note": expense.note,
        "source": expense.source,
        "account": expense.account,
        "external_id": expense.external_id or None,
        "import_id": _text_id(expense.import_id),
        "links": [
            {
                "id": str(link.id),
                "kind": link.kind,
                "status": link.status,
                "expense_id": str(link.expense_id),
                "amount": to_decimal_string(link.amount_minor, expense.currency),
            }
            for link in expense.links
        ],
        "created_at": instant(expense.created_at),
    }


def category_body(category: Category) -> Body:
    """One node."""
    return {
        "id": str(category.id),
        "name": category.name,
        "parent_id": _text_id(category.parent_id),
        "code": category.code,
        "path": category.path,
        "depth": category.depth,
        "position": category.position,
    }


def condition_body(condition: Condition) -> Body:
    """One condition."""
    value = condition.value
    told = list(value) if isinstance(value, tuple) else value
    return {"field": condition.field, "op": condition.op, "value": told}


def rule_body(rule: Rule) -> Body:
    """One rule; field and contains tell the first condition to callers of the short form."""
    first = rule.conditions[0]
    return {
        "id": str(rule.id),
        "name": rule.name,
        "conditions": [condition_body(condition) for condition in rule.conditions],
        "field": first.field,
        "contains": str(first.value) if first.op == "contains" else "",
        "category_id": str(rule.category_id),
        "position": rule.position,
        "enabled": rule.enabled,
        "origin": rule.origin,
        "created_at": instant(rule.created_at),
    }


def suggestion_body(suggestion: Suggestion | None) -> Body | None:
    """A rule that may be learnt."""
    if suggestion is None:
        return None
    return {
        "conditions": [condition_body(condition) for condition in suggestion.conditions],
        "category_id": str(suggestion.category_id),
        "matches": suggestion.matches,
    }


def changed_body(changed: Changed) -> Body:
    """What a change of many rows did."""
    return {"changed": changed.count, "last_seq": changed.last_seq}


def bulk_body(changed: Changed, deletion_id: int | None) -> Body:
    """What a change of many rows did, and by what a deletion is taken back."""
    return {**changed_body(changed), "deletion_id": _text_id(deletion_id)}


def deletion_body(deletion: Deletion) -> Body:
    """One deletion of many rows."""
    return {
        "id": str(deletion.id),
        "rows": deletion.rows,
        "created_at": instant(deletion.created_at),
    }


def totals_body(totals: Totals) -> Body:
    """Count and sums by currency."""
    amount: Counter[str] = Counter()
    refunded: Counter[str] = Counter()
    by_direction: dict[str, Body] = {}
    for one in totals.sums:
        amount[one.currency] += one.amount_minor
        refunded[one.currency] += one.refunded_minor
        net = to_decimal_string(one.amount_minor - one.refunded_minor, one.currency)
        by_direction.setdefault(one.direction, {})[one.currency] = net
    return {
        "count": totals.count,
        "amount": _decimals(amount),
        "refunded": _decimals(refunded),
        "net": _decimals({code: amount[code] - refunded[code] for code in amount}),
        "net_by_direction": by_direction,
        "last_seq": totals.last_seq,
    }


def _decimals(minor_by_currency: Mapping[str, int]) -> Body:
    return {code: to_decimal_string(minor, code) for code, minor in minor_by_currency.items()}


def import_body(status: ImportStatus) -> Body:
    """One import."""
    record, progress = status.record, status.progress
    location = f"/data/imports/{record.id}"
    error = {
        "code": record.error_code,
        "detail": record.error_detail or "",
        "params": dict(record.error_params),
    }
    return {
        "id": str(record.id),
        "filename": record.filename,
        "profile": record.profile,
        "status": record.status,
        "rows_total": record.rows_total,
        "rows_success": record.counts.success,
        "rows_failed": record.counts.failed,
        "rows_duplicate": record.counts.duplicate,
        "rows_ignored": record.counts.ignored,
        "rows_updated": record.rows_updated,
        "repair_of": _text_id(record.repair_of),
        "progress": {"done": progress.done, "total": progress.total, "stage": progress.stage},
        "last_seq": record.last_seq,
        "error": error if record.error_code else None,
        "error_report_url": f"{location}/errors" if record.counts.failed else None,
        "time_zone": record.time_zone,
        "dry_run": record.dry_run,
        "size_bytes": record.size_bytes,
        "created_at": instant(record.created_at),
        "finished_at": None if record.finished_at is None else instant(record.finished_at),
    }


def accepted_body(status: ImportStatus) -> Body:
    """Queued work on an import."""
    record = status.record
    return {
        "id": str(record.id),
        "status": record.status,
        "location": f"/data/imports/{record.id}",
    }


def row_error_body(error: RowError, *, locale: str) -> Body:
    """One row error, and what to do about it unless the row is no transaction at all."""
    advice = suggestion(error.code, locale=locale) if error.kind == "error" else None
    return {
        "row": error.row,
        "field": error.field,
        "code": error.code,
        "detail": error.detail,
        "suggestion": advice,
        "raw": error.raw,
        "sheet": error.sheet,
        "kind": error.kind,
    }
