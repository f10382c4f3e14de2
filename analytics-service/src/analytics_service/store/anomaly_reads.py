"""The anomalies that the worker found, as an answer narrows them."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, func, select

from analytics_service.domain.anomalies import (
    DAY,
    JUDGED_DIRECTION,
    Anomaly,
    AnomalyQuery,
    FeedbackCount,
    anomaly_id,
)
from analytics_service.domain.filters import Filter
from analytics_service.domain.judging import JudgedState
from analytics_service.store import tables as t
from analytics_service.store.access import FACTS, AccessPath
from analytics_service.store.anomalies import (
    count_verdicts,
    read_anomaly,
    read_judged_seq,
    read_stamp,
    read_state,
    read_verdicts,
    select_anomalies,
)
from analytics_service.store.reading import Reading


class AnomalyReads(Reading):
    """What stands out."""

    def anomalies(
        self, where: Filter, query: AnomalyQuery, *, limit: int
    ) -> tuple[list[Anomaly], int]:
        """What stands out, the latest first, at most `limit` of it; and how much there is in all.

        A day belongs to a filter on rows where its largest purchase does.
        """
        if where.direction != JUDGED_DIRECTION:
            return [], 0
        found = select_anomalies(where.owner_id, where.currency, query)
        column = t.anomalies.c
        if where.start is not None:
            found = found.where(column.local_day >= where.start)
        if where.end is not None:
            found = found.where(column.local_day < where.end)
        if query.scope != DAY or where.looks_at_rows or where.category_id is not None:
            undated = replace(where, start=None, end=None)
            conditions = self._conditions(FACTS, undated, path=AccessPath.KEY)
            found = found.join(FACTS, FACTS.c.id == column.expense_id).where(*conditions)
        count = self._connection.execute(select(func.count()).select_from(found.subquery()))
        order = (column.local_day.desc(), column.score.desc(), column.expense_id)
        rows = self._connection.execute(found.order_by(*order).limit(limit))
        verdicts = read_verdicts(self._connection, where.owner_id)
        items = [read_anomaly(row, verdicts.get(_anomaly_id(row))) for row in rows]
        return items, count.scalar_one()

    def judged_state(self, where: Filter) -> JudgedState:
        """How much history the judgement of the owner's days and purchases rests on."""
        return read_state(self._connection, where.owner_id, where.currency)

    def feedback(self, owner_id: int) -> FeedbackCount:
        """How often the owner found an alarm right, and how often he called it normal."""
        return count_verdicts(self._connection, owner_id)

    def judged_seq(self) -> int:
        """The last change that the anomalies know of."""
        return read_judged_seq(self._connection)

    def anomaly_stamp(self, owner_id: int) -> str:
        """The state of what the anomalies rest on beside the rows."""
        return read_stamp(self._connection, owner_id)


def _anomaly_id(row: Row[Any]) -> str:
    return anomaly_id(row.scope, row.local_day, row.expense_id)
