"""What stands out in a user's spending, and what he says about it."""

from analytics_service.domain import anomalies as rules
from analytics_service.domain.anomalies import Anomalies, AnomalyQuery, Verdict
from analytics_service.domain.errors import InvalidRange
from analytics_service.domain.filters import Filter
from analytics_service.domain.ports import Feedback, Snapshot

MAX_ITEMS = 200
OVERVIEW_LEVEL = "warning"


def find_anomalies(snapshot: Snapshot, where: Filter, query: AnomalyQuery) -> Anomalies:
    """The days or purchases of the filter that stand out, the latest first.

    Both were judged by the worker over the user's whole history, days by their net total, purchases
    by their amount before refunds, whatever the filter is.

    Raises:
        InvalidRange: the range ends before it begins.
    """
    if where.start is not None and where.end is not None and where.end < where.start:
        raise InvalidRange("the range ends before it begins")
    items, count = snapshot.anomalies(where, query, limit=MAX_ITEMS)
    state = snapshot.judged_state(where)
    return Anomalies(
        query=query,
        items=items,
        count=count,
        history_days=state.history_days,
        enough_history=state.has_days if query.scope == rules.DAY else state.has_charges,
        feedback=snapshot.feedback(where.owner_id),
    )


def count_anomalies(snapshot: Snapshot, where: Filter) -> int:
    """How many days and purchases of the filter stand out by at least a warning."""
    queries = (
        AnomalyQuery(scope, rules.METHODS[scope][0], OVERVIEW_LEVEL) for scope in rules.SCOPES
    )
    return sum(snapshot.anomalies(where, query, limit=0)[1] for query in queries)


def give_feedback(
    feedback: Feedback,
    owner_id: int,
    anomaly_id: str,
    *,
    verdict: str,
    method: str | None,
    now: int,
) -> None:
    """Keep what the owner says about an anomaly; `normal` silences its pattern for good.

    Raises:
        AnomalyNotFound: the owner has no such anomaly.
    """
    scope, item = rules.anomaly_key(anomaly_id)
    asked = method or rules.METHODS[scope][0]
    pattern = feedback.pattern(owner_id, scope, item, asked)
    feedback.give(owner_id, Verdict(anomaly_id, verdict, pattern, now))
