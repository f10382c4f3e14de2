"""Refunds found by what their statement says too, where a link turned their direction."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INDEX = "ix_expenses_refunds_of_user"
# Undo had left the day of the refunds that it tied anew to the next import.
_DATE = """
UPDATE links SET import_id = found.import_id, created_at = found.finished_at FROM (
    SELECT l.id, i.id AS import_id, i.finished_at
    FROM links l JOIN expenses f ON f.id = l.from_id JOIN expenses t ON t.id = l.to_id
    JOIN imports i ON i.id = max(coalesce(f.import_id, 0), coalesce(t.import_id, 0))
    WHERE l.created_at = 0 AND i.finished_at IS NOT NULL
) AS found
WHERE links.id = found.id
"""


def upgrade() -> None:
    op.drop_index(_INDEX, "expenses")
    op.create_index(
        _INDEX,
        "expenses",
        ["user_id"],
        sqlite_where=sa.text(
            "(direction = 'refund' OR stated_direction = 'refund') AND deleted = 0"
        ),
    )
    op.execute(_DATE)
