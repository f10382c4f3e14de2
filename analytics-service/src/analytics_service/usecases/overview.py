"""The figures at the head of the dashboard."""

from dataclasses import replace

from analytics_service.domain.calendar import DayRange, previous_range
from analytics_service.domain.categories import Tally
from analytics_service.domain.figures import Overview
from analytics_service.domain.filters import Filter
from analytics_service.domain.ports import Snapshot
from analytics_service.domain.shares import change_ratio
from analytics_service.usecases.anomalies import count_anomalies
from analytics_service.usecases.charts import asked_span, category_share, rank


def overview(snapshot: Snapshot, where: Filter) -> Overview:
    """Total, change against the range before, and what stands out.

    Where the range is open at its beginning there is nothing before it to compare with.

    Raises:
        InvalidRange: the range ends before it begins.
    """
    span = asked_span(snapshot, where)
    share = category_share(snapshot, where, level=1)
    total, categories = share.total, share.items
    earlier, previous = _previous(snapshot, where, span)
    merchants = rank(snapshot, where, by="merchant", metric="amount", limit=1).items
    return Overview(
        span=span,
        total=total,
        previous_span=earlier,
        previous=previous,
        change_ratio=(
            None if previous is None else change_ratio(total.amount_minor, previous.amount_minor)
        ),
        top_category=categories[0] if categories else None,
        top_merchant=merchants[0] if merchants else None,
        anomalies=count_anomalies(snapshot, where),
        last_import=snapshot.last_import(where.owner_id),
    )


def _previous(
    snapshot: Snapshot, where: Filter, span: DayRange | None
) -> tuple[DayRange | None, Tally | None]:
    if where.start is None or span is None or span.days <= 0:
        return None, None
    earlier = previous_range(span)
    return earlier, snapshot.total(replace(where, start=earlier.start, end=earlier.end))
