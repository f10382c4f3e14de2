"""Refunds and the spendings that they give back, found and summed in sets.

Which spending a refund gives back is read from the rows that are there, not from the order in which
they came: wherever an import or an undo touches a number, its refunds choose again. What a person
decided, and what an export told, stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection, text

from ingest_service.store.rows import take_seq

# A refund that comes later than this is not tied to the spending by its order number alone.
MAX_REFUND_AGE_S = 400 * 86_400

_TEMPORARY = (
    "retold_rows", "loose_refunds", "touched_refunds", "refund_originals", "refund_choices",
)  # fmt: skip

# Links of other kinds turn directions too: what the statement or the row's owner said counts.
_REFUNDS = """
CREATE TEMP TABLE loose_refunds AS
SELECT e.id, e.time, e.amount_minor, e.currency, e.source, e.order_ref, e.import_id,
       CASE WHEN instr(e.external_id, '_') > 1
            THEN substr(e.external_id, 1, instr(e.external_id, '_') - 1)
            ELSE e.external_id END AS order_number,
       l.id AS link_id, l.to_id AS held_id, l.amount_minor AS held_minor
FROM expenses e
LEFT JOIN links l ON l.from_id = e.id AND l.kind = 'refund' AND l.status IN ('linked', 'confirmed')
WHERE e.user_id = :user_id AND (e.direction = 'refund' OR e.stated_direction = 'refund')
  AND e.deleted = 0 AND (e.direction = 'refund' OR instr(e.edited, 'direction') = 0)
  AND (e.external_id <> '' OR e.order_ref <> '')
  AND (l.id IS NULL OR l.status = 'linked' AND l.reason ->> '$.code' = 'refund-order'
       AND l.reason ->> '$.told' IS NULL)
"""
_TOUCHED = """
INSERT OR IGNORE INTO touched_refunds (id)
SELECT r.id FROM {rows} CROSS JOIN loose_refunds r ON r.{refund} = o.{original}
WHERE r.{refund} <> '' AND r.link_id IS NOT NULL
"""
_NEW = "(SELECT external_id, order_ref FROM expenses WHERE import_id = :id) o"
_CHANGED = """
(SELECT external_id, order_ref FROM expenses WHERE id IN (SELECT id FROM retold_rows)) o
"""
_FORGET_UNTOUCHED = """
DELETE FROM loose_refunds WHERE link_id IS NOT NULL
  AND id NOT IN (SELECT id FROM touched_refunds)
  AND id NOT IN (SELECT id FROM retold_rows)
  AND held_id NOT IN (SELECT id FROM retold_rows)
"""
# The spendings are walked once for each key, in order of time; the few refunds are looked up.
# One walk with OR took 60 microseconds a row.
_ORIGINALS = """
INSERT OR IGNORE INTO refund_originals (refund_id, original_id)
SELECT r.id, o.id FROM expenses o CROSS JOIN loose_refunds r ON r.{refund} = o.{original}
WHERE r.{refund} <> '' AND o.user_id = :user_id AND o.deleted = 0
  AND o.time BETWEEN :since AND :until
  AND (o.direction = 'expense' OR o.closed = 1
       OR o.stated_direction = 'expense' AND instr(o.edited, 'direction') = 0)
"""
_SPAN = "SELECT min(time), max(time) FROM loose_refunds"
_KEYS = (("order_number", "external_id"), ("order_ref", "order_ref"))
# Among equal ones no id decides: ids tell who came first.
_CHOICES = """
CREATE TEMP TABLE refund_choices AS
SELECT r.id AS refund_id, r.link_id, r.held_id, r.amount_minor, b.original_id, b.import_id
FROM loose_refunds r LEFT JOIN (
    SELECT r.id AS refund_id, o.id AS original_id,
           nullif(max(coalesce(r.import_id, 0), coalesce(o.import_id, 0)), 0) AS import_id,
           ROW_NUMBER() OVER (
               PARTITION BY r.id
               ORDER BY (o.external_id = r.order_number AND r.order_number <> '') DESC,
                        o.time DESC, o.fingerprint, o.occurrence, o.id
           ) AS rank
    FROM loose_refunds r JOIN refund_originals p ON p.refund_id = r.id
    JOIN expenses o ON o.id = p.original_id
    WHERE o.source = r.source AND o.currency = r.currency
      AND o.time <= r.time AND o.amount_minor >= r.amount_minor
      AND NOT EXISTS (SELECT 1 FROM links l WHERE l.from_id = r.id AND l.to_id = o.id
                      AND l.kind = 'refund' AND l.status = 'rejected')
) b ON b.refund_id = r.id AND b.rank = 1
WHERE b.original_id IS NOT r.held_id OR r.link_id IS NOT NULL AND r.held_minor <> r.amount_minor
"""
_UNLINK = "DELETE FROM links WHERE id IN (SELECT link_id FROM refund_choices)"
_LINK = """
INSERT INTO links (user_id, kind, from_id, to_id, amount_minor, reason, import_id, created_at)
SELECT :user_id, 'refund', c.refund_id, c.original_id, c.amount_minor,
       '{"code": "refund-order", "params": {}}', coalesce(:import_id, c.import_id),
       coalesce(:now, (SELECT finished_at FROM imports i WHERE i.id = c.import_id), 0)
FROM refund_choices c WHERE c.original_id IS NOT NULL ORDER BY c.refund_id
ON CONFLICT (from_id, to_id, kind)
    DO UPDATE SET status = 'linked', reason = excluded.reason, score = 1
"""
_MOVED = """
SELECT held_id FROM refund_choices WHERE held_id IS NOT NULL
UNION SELECT original_id FROM refund_choices WHERE original_id IS NOT NULL
"""
# What a person tied gives back as much as the two rows now say.
_FOLLOW = """
UPDATE links SET amount_minor = both.amount FROM (
    SELECT l.id, min(f.amount_minor, t.amount_minor) AS amount
    FROM links l JOIN expenses f ON f.id = l.from_id JOIN expenses t ON t.id = l.to_id
    WHERE l.kind = 'refund' AND l.id IN (
        SELECT id FROM links WHERE from_id IN (SELECT id FROM retold_rows)
        UNION SELECT id FROM links WHERE to_id IN (SELECT id FROM retold_rows))
) AS both
WHERE links.id = both.id AND links.amount_minor <> both.amount RETURNING to_id
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


def link_refunds(
    connection: Connection,
    user_id: int,
    *,
    changed: Iterable[int],
    import_id: int | None = None,
    now: int | None = None,
) -> set[int]:
    """Ties refunds to their spendings; the ids of spendings for which something else comes back.

    Refunds without a spending are looked at, and those whose number stands on a row that the import
    added at that time (now, if there is an import) or on one that is told otherwise than before
    (changed).
    """
    _prepare(connection, changed)
    moved = {int(row.to_id) for row in connection.execute(text(_FOLLOW))}
    connection.execute(text(_REFUNDS), {"user_id": user_id})
    _leave_untouched(connection, import_id)
    oldest, newest = connection.execute(text(_SPAN)).one()
    if oldest is not None:
        span = {"user_id": user_id, "since": oldest - MAX_REFUND_AGE_S, "until": newest}
        _find_originals(connection, span)
        connection.execute(text(_CHOICES))
        moved |= set(connection.execute(text(_MOVED)).scalars())
        connection.execute(text(_UNLINK))
        linked = {"user_id": user_id, "import_id": import_id, "now": now}
        connection.execute(text(_LINK), linked)
    return moved


def _prepare(connection: Connection, changed: Iterable[int]) -> None:
    """Make room, and put the rows that are told otherwise into a temporary table."""
    for name in _TEMPORARY:
        connection.execute(text(f"DROP TABLE IF EXISTS temp.{name}"))
    connection.execute(text("CREATE TEMP TABLE retold_rows (id INTEGER PRIMARY KEY)"))
    told = {"ids": json.dumps(sorted(changed))}
    connection.execute(text("INSERT INTO retold_rows SELECT value FROM json_each(:ids)"), told)


def _leave_untouched(connection: Connection, import_id: int | None) -> None:
    """Keep refunds that are linked out of the choice, but for those whose number was touched."""
    tied = text("SELECT 1 FROM loose_refunds WHERE link_id IS NOT NULL LIMIT 1")
    if connection.execute(tied).first() is None:
        return
    connection.execute(text("CREATE TEMP TABLE touched_refunds (id INTEGER PRIMARY KEY)"))
    sides = [(_CHANGED, {})] if import_id is None else [(_CHANGED, {}), (_NEW, {"id": import_id})]
    for refund, original in _KEYS:
        if _has_key(connection, refund):
            for rows, given in sides:
                statement = _TOUCHED.format(rows=rows, refund=refund, original=original)
                connection.execute(text(statement), given)
    connection.execute(text(_FORGET_UNTOUCHED))


def _find_originals(connection: Connection, span: dict[str, int]) -> None:
    """Spendings that share a number with a refund, in a temporary table."""
    connection.execute(
        text(
            "CREATE TEMP TABLE refund_originals (refund_id INTEGER, original_id INTEGER,"
            " PRIMARY KEY (refund_id, original_id)) WITHOUT ROWID"
        )
    )
    for refund, original in _KEYS:
        if _has_key(connection, refund):
            statement = _ORIGINALS.format(refund=refund, original=original)
            connection.execute(text(statement), span)


def _has_key(connection: Connection, refund: str) -> bool:
    """Whether any of the refunds has this number; then they can be found by it."""
    given = text(f"SELECT 1 FROM loose_refunds WHERE {refund} <> '' LIMIT 1")  # noqa: S608 - our own names
    if connection.execute(given).first() is None:
        return False
    index = f"CREATE INDEX IF NOT EXISTS temp.loose_{refund} ON loose_refunds ({refund})"
    connection.execute(text(index))
    return True


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
