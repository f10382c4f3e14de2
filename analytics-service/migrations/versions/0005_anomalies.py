"""Anomalies as the worker finds them, and what users say about them; all users are due once."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def _whose() -> list[sa.Column[object]]:
    return [
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
    ]


def _numbers(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    op.drop_table("repeated_charges")
    op.create_table(
        "anomaly_due",
        *_whose(),
        *_numbers("seq"),
        sa.PrimaryKeyConstraint("user_id", "currency"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "anomalies",
        *_whose(),
        *_texts("scope", "method"),
        *_numbers("local_day", "expense_id", "days"),
        sa.Column("category_id", sa.Integer()),
        *_numbers("amount_minor", "lower_minor", "upper_minor"),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        *_texts("code", "params", "pattern"),
        sa.PrimaryKeyConstraint(
            "user_id", "currency", "scope", "method", "local_day", "expense_id"
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 2", name="level_known"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "anomaly_states",
        *_whose(),
        *_numbers("history_days", "charges"),
        sa.Column("has_days", sa.SmallInteger(), nullable=False),
        sa.Column("has_charges", sa.SmallInteger(), nullable=False),
        *_numbers("forest_rows"),
        sa.PrimaryKeyConstraint("user_id", "currency"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "judged_cursor",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="one_judge"),
    )
    op.create_table(
        "anomaly_feedback",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        *_texts("anomaly_id", "verdict", "pattern"),
        sa.Column("given_at", sa.Integer(), nullable=False),
        sa.UniqueConstraint("user_id", "anomaly_id", name="feedback_by_anomaly"),
        sa.CheckConstraint("verdict IN ('normal', 'confirmed')", name="verdict_known"),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO anomaly_due SELECT DISTINCT user_id, currency,"
        " coalesce((SELECT seq FROM feed_cursor), 0) FROM daily WHERE direction = 'expense'"
    )
