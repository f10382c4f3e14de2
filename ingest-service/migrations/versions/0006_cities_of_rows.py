"""The city that each row is in; the worker finds those of rows that are there already."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("expenses", sa.Column("city", sa.String()))
    op.create_index(
        "ix_expenses_unplaced",
        "expenses",
        ["id"],
        sqlite_where=sa.text("city IS NULL AND deleted = 0 AND (place <> '' OR lat IS NOT NULL)"),
    )
    op.create_table(
        "cities",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("uq_cities_feed_by_seq", "cities", ["seq"], unique=True)
