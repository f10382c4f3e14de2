"""Refunds and the spendings that they give back, found and summed in sets."""

from __future__ import annotations

from sqlalchemy import Connection, text

from ingest_service.store.rows import take_seq

# A refund that comes later than this is not tied to the spending by its order number alone.
MAX_REFUND_AGE_S = 400 * 86_400

_OPEN_REFUNDS = """
CREATE TEMP TABLE open_refunds AS
SELECT e.id, e.time, e.amount_minor, e.currency, e.source, e.order_ref,
       CASE WHEN instr(e.external_id, '_') > 1
            THEN substr(e.external_id, 1, instr(e.external_id, '_') - 1)
            ELSE e.external_id END AS order_number
FROM expenses e
WHERE e.user_id = :user_id AND e.direction = 'refund' AND e.deleted = 0
  AND (e.external_id <> '' OR e.order_ref <> '')
  AND NOT EXISTS (SELECT 1 FROM links l WHERE l.from_id = e.id AND l.kind = 'refund'
                  AND l.status IN ('linked', 'confirmed'))
"""
# The spendings are walked once for each key, in order of time; the few refunds are looked up.
# One walk with OR took 60 microseconds a row.
_ORIGINALS = """
INSERT OR IGNORE INTO refund_originals (refund_id, original_id)
SELECT r.id, o.id FROM expenses o CROSS JOIN open_refunds r ON r.{refund} = o.{original}
WHERE r.{refund} <> '' AND o.user_id = :user_id AND o.deleted = 0
  AND o.time BETWEEN :since AND :until AND (o.direction = 'expense' OR o.closed = 1)
"""
_KEYS = (("order_number", "external_id"), ("order_ref", "order_ref"))
_LINK = """
INSERT INTO links (user_id, kind, from_id, to_id, amount_minor, reason)
SELECT :user_id, 'refund', refund_id, original_id, amount_minor,
       '{"code": "refund-order", "params": {}}' FROM (
    SELECT r.id AS refund_id, o.id AS original_id, r.amount_minor,
           ROW_NUMBER() OVER (
               PARTITION BY r.id
               ORDER BY (o.external_id = r.order_number AND r.order_number <> '') DESC,
                        o.time DESC, o.id
           ) AS rank
    FROM open_refunds r JOIN refund_originals p ON p.refund_id = r.id
    JOIN expenses o ON o.id = p.original_id
    WHERE o.source = r.source AND o.currency = r.currency
      AND o.time <= r.time AND o.amount_minor >= r.amount_minor
      AND NOT EXISTS (SELECT 1 FROM links l WHERE l.from_id = r.id AND l.to_id = o.id
                      AND l.kind = 'refund' AND l.status = 'rejected')
)
WHERE rank = 1
ON CONFLICT (from_id, to_id, kind)
    DO UPDATE SET status = 'linked', reason = excluded.reason, score = 1
RETURNING to_id
"""
_RECOMPUTE = """
UPDATE expenses SET
    refunded_minor = sums.refunded,
    direction = CASE WHEN closed = 0 THEN direction
                     WHEN sums.refunded > 0 THEN 'expense' ELSE 'neutral' END,
    seq = :first_seq + sums.rank - 1
FROM (
    SELECT e.id, ROW_NUMBER() OVER (ORDER BY e.id) AS rank,
           min(e.amount_minor, max(e.stated_refund_minor, coalesce((
               SELECT sum(l.amount_minor) FROM links l
               WHERE l.to_id = e.id AND l.kind = 'refund' AND l.status IN ('linked', 'confirmed')
           ), 0))) AS refunded
    FROM expenses e JOIN touched t ON t.id = e.id
) AS sums
WHERE expenses.id = sums.id
"""


def link_refunds(connection: Connection, user_id: int) -> list[int]:
    """Ties every refund that is still open to its spending; the ids of those spendings."""
    connection.execute(text("DROP TABLE IF EXISTS temp.open_refunds"))
    connection.execute(text(_OPEN_REFUNDS), {"user_id": user_id})
    oldest, newest = connection.execute(text("SELECT min(time), max(time) FROM open_refunds")).one()
    originals: list[int] = []
    if oldest is not None:
        span = {"user_id": user_id, "since": oldest - MAX_REFUND_AGE_S, "until": newest}
        _find_originals(connection, span)
        originals = [row[0] for row in connection.execute(text(_LINK), {"user_id": user_id})]
    connection.execute(text("DROP TABLE temp.open_refunds"))
    return originals


def _find_originals(connection: Connection, span: dict[str, int]) -> None:
    """Spendings that share a number with an open refund, in a temporary table."""
    connection.execute(text("DROP TABLE IF EXISTS temp.refund_originals"))
    connection.execute(
        text(
            "CREATE TEMP TABLE refund_originals (refund_id INTEGER, original_id INTEGER,"
            " PRIMARY KEY (refund_id, original_id)) WITHOUT ROWID"
        )
    )
    for refund, original in _KEYS:
        given = text(f"SELECT 1 FROM open_refunds WHERE {refund} <> '' LIMIT 1")  # noqa: S608 - our own names
        if connection.execute(given).first() is None:
            continue
        connection.execute(text(f"CREATE INDEX temp.open_{refund} ON open_refunds ({refund})"))
        statement = _ORIGINALS.format(refund=refund, original=original)
        connection.execute(text(statement), span)


def recompute_refunds(connection: Connection, expense_ids: set[int]) -> None:
    """Sums the refunds of these spendings anew; each takes a new seq."""
    if not expense_ids:
        return
    connection.execute(text("DROP TABLE IF EXISTS temp.touched"))
    connection.execute(text("CREATE TEMP TABLE touched (id INTEGER PRIMARY KEY)"))
    connection.execute(
        text("INSERT INTO touched (id) VALUES (:id)"), [{"id": id_} for id_ in sorted(expense_ids)]
    )
    first = take_seq(connection, len(expense_ids))
    connection.execute(text(_RECOMPUTE), {"first_seq": first})
    connection.execute(text("DROP TABLE temp.touched"))
