"""An index that holds what charts add single rows up by, in the order of its groups."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index(
        "facts_by_kind",
        "expense_facts",
        [
            "user_id",
            "currency",
            "direction",
            "category_id",
            "merchant_id",
            "source_id",
            "place_id",
            "city_id",
            "local_hour",
            "amount_minor",
            "refunded_minor",
            "local_day",
            "note_id",
            "account_id",
        ],
    )
