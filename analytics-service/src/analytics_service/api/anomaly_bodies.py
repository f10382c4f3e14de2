"""The wire form of what stands out."""

from analytics_service.api.presenter import Json, Presenter
from analytics_service.domain import anomalies as rules
from analytics_service.domain.anomalies import Anomalies, Anomaly
from analytics_service.domain.calendar import day_of

_MINOR = "_minor"


def anomalies_body(show: Presenter, found: Anomalies) -> Json:
    """The answer of /analytics/anomalies."""
    query, feedback = found.query, found.feedback
    return {
        "scope": query.scope,
        "method": query.method,
        "level": query.level,
        "shown": query.shown,
        "items": [_item(show, item) for item in found.items],
        "count": found.count,
        "thresholds": dict(rules.THRESHOLDS[query.scope, query.method]),
        "history_days": found.history_days,
        "enough_history": found.enough_history,
        "needed": {
            "days": rules.MIN_DAYS,
            "spending_days": rules.MIN_SPENDING_DAYS,
            "purchases": rules.MIN_CHARGES,
        },
        "feedback": {
            "normal": feedback.normal,
            "confirmed": feedback.confirmed,
            "precision": feedback.precision,
        },
    }


def _item(show: Presenter, item: Anomaly) -> Json:
    is_day = item.scope == rules.DAY
    return {
        "id": rules.anomaly_id(item.scope, item.day, item.expense_id),
        "date": day_of(item.day).isoformat(),
        "expense_id": None if is_day else str(item.expense_id),
        "amount": show.major(item.amount_minor),
        "expected": {
            "lower": show.major(item.lower_minor),
            "upper": show.major(item.upper_minor),
        },
        "score": item.score,
        "level": item.level,
        "reason": {"code": item.reason.code, "params": _params(show, item)},
        "feedback": item.verdict,
        "filter": show.days_query(item.day - item.days + 1, item.day + 1)
        if is_day
        else show.narrowed(id=str(item.expense_id)),
    }


def _params(show: Presenter, item: Anomaly) -> Json:
    params: Json = {}
    for name, value in item.reason.params.items():
        if name.endswith(_MINOR) and isinstance(value, (int, float)):
            params[name.removesuffix(_MINOR)] = show.major(value)
        else:
            params[name] = value
    if item.category_id is not None:
        params |= show.category_words(item.category_id)
    return params
