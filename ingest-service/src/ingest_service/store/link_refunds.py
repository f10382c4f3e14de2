"""Refunds that no order number ties to a spending: a question where merchant and amount agree."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import Connection, text

from ingest_service.domain.links import MAX_REFUND_LAG_S, refund_verdict

_ANY = """
SELECT 1 FROM expenses
WHERE user_id = :user_id AND (direction = 'refund' OR stated_direction = 'refund') AND deleted = 0
LIMIT 1
"""
_SPAN = """
SELECT min(time) AS first, max(time) AS last FROM (
    SELECT time FROM expenses WHERE import_id = :import_id AND deleted = 0
    UNION ALL
    SELECT time FROM expenses WHERE id IN (SELECT value FROM json_each(:changed)) AND deleted = 0)
"""
# What was asked about a row that is another now is asked again, or no longer.
_FORGET = """
DELETE FROM links
WHERE kind = 'refund' AND status = 'proposed' AND reason ->> '$.code' = 'refund-merchant-amount'
  AND reason ->> '$.told' IS NULL
  AND id IN (SELECT id FROM links WHERE from_id IN (SELECT value FROM json_each(:changed))
             UNION SELECT id FROM links WHERE to_id IN (SELECT value FROM json_each(:changed)))
RETURNING from_id
"""
_OPEN = """
CREATE TEMP TABLE open_returns AS
SELECT e.id, e.time, e.local_day, e.amount_minor, e.currency, e.source, e.merchant,
       (e.import_id = :import_id OR e.id IN (SELECT value FROM json_each(:changed))) AS is_new,
       h.id AS question_id, h.to_id AS held_id
FROM expenses e
LEFT JOIN links h ON h.from_id = e.id AND h.kind = 'refund' AND h.status = 'proposed'
    AND h.reason ->> '$.code' = 'refund-merchant-amount' AND h.reason ->> '$.told' IS NULL
WHERE e.user_id = :user_id AND (e.direction = 'refund' OR e.stated_direction = 'refund')
  AND e.direction = 'refund' AND e.deleted = 0 AND e.merchant <> ''
  AND e.amount_minor > 0 AND e.time BETWEEN :first AND :last + :lag
  AND NOT EXISTS (SELECT 1 FROM links l WHERE l.from_id = e.id AND l.id IS NOT h.id
                  AND (l.kind = 'refund' AND l.status <> 'rejected'
                       OR l.kind = 'same_payment' AND l.status IN ('linked', 'confirmed')))
"""
# The spendings are walked once, in order of time; the few refunds are looked up by key.
_BEST = """
SELECT refund_id, original_id, amount_minor, spent_minor, days, question_id FROM (
    SELECT r.id AS refund_id, o.id AS original_id, r.amount_minor, o.amount_minor AS spent_minor,
           r.local_day - o.local_day AS days, r.question_id, r.held_id,
           ROW_NUMBER() OVER (
               PARTITION BY r.id
               ORDER BY (o.amount_minor = r.amount_minor) DESC, o.time DESC,
                        o.fingerprint, o.occurrence, o.id
           ) AS rank
    FROM expenses o
    CROSS JOIN temp.open_returns r
        ON r.merchant = o.merchant AND r.source = o.source AND r.currency = o.currency
    WHERE o.user_id = :user_id AND o.deleted = 0 AND o.direction = 'expense'
      AND o.time BETWEEN :first - :lag AND :last AND o.time BETWEEN r.time - :lag AND r.time
      AND o.amount_minor - o.refunded_minor >= r.amount_minor
      AND (r.is_new OR o.import_id = :import_id OR o.id = r.held_id
           OR o.id IN (SELECT value FROM json_each(:changed)))
      AND NOT EXISTS (SELECT 1 FROM links l WHERE l.from_id = r.id AND l.to_id = o.id
                      AND l.kind = 'refund' AND l.id IS NOT r.question_id)
)
WHERE rank = 1 AND original_id IS NOT held_id ORDER BY refund_id
"""
_INSERT = """
INSERT INTO links (user_id, kind, from_id, to_id, amount_minor, status, reason, score, import_id,
                   created_at)
SELECT :user_id, 'refund', f.id, t.id, f.amount_minor, 'proposed', :reason, :score,
       coalesce(nullif(:import_id, 0), i.id), coalesce(:now, i.finished_at, 0)
FROM expenses f JOIN expenses t ON t.id = :to_id
LEFT JOIN imports i ON i.id = max(coalesce(f.import_id, 0), coalesce(t.import_id, 0))
WHERE f.id = :from_id
"""


def propose_refunds(
    connection: Connection,
    *,
    user_id: int,
    import_id: int | None,
    now: int | None,
    changed: Collection[int],
) -> None:
    """Asks about every refund that may belong to a spending at the same merchant.

    One of the two is new with the import, if there is one, or among the changed rows.
    """
    if connection.execute(text(_ANY), {"user_id": user_id}).first() is None:
        return
    loose = connection.execute(text(_FORGET), {"changed": json.dumps(sorted(changed))})
    seekers = json.dumps(sorted({*changed, *loose.scalars()}))
    parameters = {"user_id": user_id, "import_id": import_id or 0, "changed": seekers}
    first, last = connection.execute(text(_SPAN), parameters).one()
    if first is None:
        return
    parameters |= {"first": first, "last": last, "lag": MAX_REFUND_LAG_S}
    drop = text("DROP TABLE IF EXISTS temp.open_returns")
    connection.execute(drop)
    connection.execute(text(_OPEN), parameters)
    if connection.execute(text("SELECT 1 FROM temp.open_returns LIMIT 1")).first() is not None:
        connection.execute(text("CREATE INDEX temp.returns_by_merchant ON open_returns (merchant)"))
        _ask(connection, {**parameters, "now": now})
    connection.execute(drop)


def _ask(connection: Connection, parameters: dict[str, object]) -> None:
    """Put the best question about each refund in the place of the one that was asked."""
    for row in connection.execute(text(_BEST), parameters).all():
        verdict = refund_verdict(
            amount_minor=row.amount_minor, spent_minor=row.spent_minor, days=row.days
        )
        asked = {
            **parameters,
            "from_id": row.refund_id,
            "to_id": row.original_id,
            "reason": json.dumps({"code": verdict.code, "params": dict(verdict.params)}),
            "score": verdict.score,
        }
        connection.execute(text("DELETE FROM links WHERE id = :id"), {"id": row.question_id})
        connection.execute(text(_INSERT), asked)
