"""Jobs count how often a full disk ended a try."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waits = sa.Column("waits", sa.Integer(), nullable=False, server_default="0")
    op.add_column("jobs", waits)
