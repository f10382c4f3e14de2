"""Refunds that no order number ties to a spending: a question where merchant and amount agree."""

from __future__ import annotations

import json

from sqlalchemy import Connection, text

from ingest_service.domain.links import MAX_REFUND_LAG_S, refund_verdict
from ingest_service.store.link_search import span_of

_ANY = """
SELECT 1 FROM expenses
WHERE user_id = :user_id AND (direction = 'refund' OR stated_direction = 'refund') AND deleted = 0
LIMIT 1
"""
_OPEN = """
CREATE TEMP TABLE open_returns AS
SELECT e.id, e.time, e.local_day, e.amount_minor, e.currency, e.source, e.merchant,
       e.import_id IS :import_id AS is_new
FROM expenses e
WHERE e.user_id = :user_id AND (e.direction = 'refund' OR e.stated_direction = 'refund')
  AND e.direction = 'refund' AND e.deleted = 0 AND e.merchant <> ''
  AND e.amount_minor > 0 AND e.time BETWEEN :first AND :last + :lag
  AND NOT EXISTS (SELECT 1 FROM links l WHERE l.from_id = e.id
                  AND (l.kind = 'refund' AND l.status <> 'rejected'
                       OR l.kind = 'same_payment' AND l.status IN ('linked', 'confirmed')))
"""
# The spendings are walked once, in order of time; the few refunds are looked up by key.
_BEST = """
SELECT refund_id, original_id, amount_minor, spent_minor, days FROM (
    SELECT r.id AS refund_id, o.id AS original_id, r.amount_minor, o.amount_minor AS spent_minor,
           r.local_day - o.local_day AS days,
           ROW_NUMBER() OVER (
               PARTITION BY r.id
               ORDER BY (o.amount_minor = r.amount_minor) DESC, o.time DESC, o.id
           ) AS rank
    FROM expenses o
    CROSS JOIN temp.open_returns r
        ON r.merchant = o.merchant AND r.source = o.source AND r.currency = o.currency
    WHERE o.user_id = :user_id AND o.deleted = 0 AND o.direction = 'expense'
      AND o.time BETWEEN :first - :lag AND :last AND o.time BETWEEN r.time - :lag AND r.time
      AND o.amount_minor - o.refunded_minor >= r.amount_minor
      AND (r.is_new OR o.import_id = :import_id)
      AND NOT EXISTS (SELECT 1 FROM links l
                      WHERE l.from_id = r.id AND l.to_id = o.id AND l.kind = 'refund')
)
WHERE rank = 1 ORDER BY refund_id
"""
_INSERT = """
INSERT INTO links (user_id, kind, from_id, to_id, amount_minor, status, reason, score, import_id,
                   created_at)
VALUES (:user_id, 'refund', :from_id, :to_id, :amount, 'proposed', :reason, :score, :import_id,
        :now)
"""


def propose_refunds(connection: Connection, *, user_id: int, import_id: int, now: int) -> None:
    """Asks about every refund of the time that may belong to a spending at the same merchant."""
    if connection.execute(text(_ANY), {"user_id": user_id}).first() is None:
        return
    first, last = span_of(connection, import_id)
    parameters = {
        "user_id": user_id,
        "import_id": import_id,
        "first": first,
        "last": last,
        "lag": MAX_REFUND_LAG_S,
    }
    drop = text("DROP TABLE IF EXISTS temp.open_returns")
    connection.execute(drop)
    connection.execute(text(_OPEN), parameters)
    if connection.execute(text("SELECT 1 FROM temp.open_returns LIMIT 1")).first() is None:
        connection.execute(drop)
        return
    connection.execute(text("CREATE INDEX temp.returns_by_merchant ON open_returns (merchant)"))
    for row in connection.execute(text(_BEST), parameters).all():
        verdict = refund_verdict(
            amount_minor=row.amount_minor, spent_minor=row.spent_minor, days=row.days
        )
        reason = {"code": verdict.code, "params": dict(verdict.params)}
        connection.execute(
            text(_INSERT),
            {
                "user_id": user_id,
                "from_id": row.refund_id,
                "to_id": row.original_id,
                "amount": row.amount_minor,
                "reason": json.dumps(reason),
                "score": verdict.score,
                "import_id": import_id,
                "now": now,
            },
        )
    connection.execute(drop)
