"""The list's index holds what its filters and sums read."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TOLD = "local_day, category_id, direction, currency, amount_minor, refunded_minor, merchant"


def upgrade() -> None:
    op.execute("DROP INDEX ix_expenses_list_by_time")
    op.execute(
        f"CREATE INDEX ix_expenses_list_by_time ON expenses (user_id, time, id, {_TOLD})"
        " WHERE deleted = 0"
    )
