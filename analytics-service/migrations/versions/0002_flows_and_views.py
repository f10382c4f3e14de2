"""The rollup behind the flows, made of the facts that are there, and the users' saved views."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEYS = ("user_id", "currency", "direction", "month", "category_id", "source_id")
_TEXTS = {"currency", "direction"}
_FILL = """
    INSERT INTO monthly_source
    SELECT user_id, currency, direction,
           CAST(strftime('%Y', local_day * 86400, 'unixepoch') AS INTEGER) * 12
             + CAST(strftime('%m', local_day * 86400, 'unixepoch') AS INTEGER) - 1 AS month,
           category_id, source_id, count(*), sum(amount_minor), sum(refunded_minor)
    FROM expense_facts
    GROUP BY user_id, currency, direction, month, category_id, source_id
"""


def upgrade() -> None:
    op.create_table(
        "monthly_source",
        *(
            sa.Column(key, sa.Text() if key in _TEXTS else sa.Integer(), nullable=False)
            for key in _KEYS
        ),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("count", "amount_minor", "refunded_minor")
        ),
        sa.PrimaryKeyConstraint(*_KEYS),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "monthly_source_empty", "monthly_source", ["count"], sqlite_where=sa.text("count = 0")
    )
    op.execute(_FILL)
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Integer(), nullable=False),
        sa.UniqueConstraint("user_id", "name", name="views_by_name"),
        sqlite_autoincrement=True,
    )
