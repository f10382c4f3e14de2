"""Single rows: the largest purchases, the last import, the words of labels."""

from collections.abc import Mapping

from sqlalchemy import func, literal_column, select

from analytics_service.domain.figures import ImportMark, LargestExpense
from analytics_service.domain.filters import Filter
from analytics_service.store import tables as t
from analytics_service.store.access import FACTS, AccessPath, ranking_path
from analytics_service.store.conditions import net_of
from analytics_service.store.reading import Reading


class RowReads(Reading):
    """What is read row by row."""

    def label_texts(self, label_ids: list[int]) -> Mapping[int, str]:
        """The texts of labels."""
        rows = self._connection.execute(
            select(t.labels.c.id, t.labels.c.text).where(t.labels.c.id.in_(label_ids))
        )
        return {row.id: row.text for row in rows}

    def largest(self, where: Filter, limit: int) -> list[LargestExpense]:
        """The rows with the largest amounts, the largest first."""
        amount = FACTS.c.amount_minor if where.gross else net_of(FACTS)
        path = ranking_path(where)
        conditions = self._conditions(FACTS, where, path=path)
        if where.max_minor is not None:  # follows from the filter, and says where to begin
            conditions.append(amount <= where.max_minor)
        # Where rows are looked at, no order of an index is followed: each would be looked up.
        order = amount + literal_column("0") if path is AccessPath.KINDS else amount
        query = (
            select(
                FACTS.c.id,
                FACTS.c.local_day,
                FACTS.c.category_id,
                amount,
                t.labels.c.text,
                FACTS.c.merchant_id,
            )
            .join_from(FACTS, t.labels, t.labels.c.id == FACTS.c.merchant_id, isouter=True)
            .where(*conditions)
            .order_by(order.desc(), FACTS.c.local_day.desc(), FACTS.c.id.desc())
            .limit(limit)
        )
        return [
            LargestExpense(
                id=row[0],
                day=row[1],
                category_id=row[2],
                amount_minor=row[3],
                merchant=row[4] or "",
                label=row[5],
            )
            for row in self._connection.execute(query)
        ]

    def last_import(self, owner_id: int) -> ImportMark | None:
        """The user's latest import that still has rows."""
        marks = t.import_marks.c
        latest = self._connection.execute(
            select(marks.import_id, marks.created_at)
            .where(marks.user_id == owner_id)
            .order_by(marks.created_at.desc(), marks.import_id.desc())
            .limit(1)
        ).one_or_none()
        if latest is None:
            return None
        rows = self._connection.execute(
            select(func.sum(marks.count)).where(
                marks.user_id == owner_id, marks.import_id == latest.import_id
            )
        ).scalar_one()
        return ImportMark(import_id=latest.import_id, created_at=latest.created_at, rows=rows)
