"""Jobs count how often a full disk ended a try; an import keeps what its reason is about."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waits = sa.Column("waits", sa.Integer(), nullable=False, server_default="0")
    op.add_column("jobs", waits)
    op.add_column("imports", sa.Column("error_params", sa.Text(), nullable=True))
