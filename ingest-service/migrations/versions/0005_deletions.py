"""Deletions of many rows are kept, so that they can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deletions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("ties", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deletions_of_user", "deletions", ["user_id", "id"])
    op.add_column("expenses", sa.Column("deletion_id", sa.Integer(), nullable=True))
    op.create_index(
        "ix_expenses_rows_of_deletion",
        "expenses",
        ["deletion_id"],
        sqlite_where=sa.text("deletion_id IS NOT NULL"),
    )
