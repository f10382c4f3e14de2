"""The first read model: facts, rollups, norms and the feed's cursor."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXTS = {"currency", "direction"}
_ROLLUPS = {
    "daily": ("local_day",),
    "daily_category": ("category_id", "local_day"),
    "monthly_category": ("month", "category_id"),
    "monthly_merchant": ("month", "category_id", "merchant_id"),
    "monthly_place": ("month", "place_id"),
    "monthly_category_place": ("month", "category_id", "place_id"),
    "monthly_hour": ("month", "category_id", "local_hour"),
    "amounts": ("charge_minor",),
    "amount_bins": ("category_id", "amount_bin"),
}


def _integers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def upgrade() -> None:
    _feed_and_words()
    _facts()
    for name, keys in _ROLLUPS.items():
        _rollup(name, "user_id", "currency", "direction", *keys)
    _marks()


def _feed_and_words() -> None:
    op.create_table(
        "feed_cursor",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("epoch", sa.Text(), nullable=False),
        *_integers("seq"),
        sa.Column("pulled_at", sa.Integer()),
        *_integers("behind"),
        sa.CheckConstraint("id = 1", name="one_feed"),
    )
    op.execute("INSERT INTO feed_cursor (id, epoch, seq, behind) VALUES (1, '', 0, 1)")
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer(), primary_key=True),
        *_integers("user_id"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.UniqueConstraint("user_id", "text", name="labels_once_per_user"),
    )
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        *_integers("user_id"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("parent_id", sa.Integer()),
    )
    op.create_index("categories_of_user", "categories", ["user_id"])


def _facts() -> None:
    op.create_table(
        "expense_facts",
        *_integers("user_id", "local_day", "id"),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        *_integers("category_id", "amount_minor", "refunded_minor", "amount_bin"),
        *_integers("merchant_id", "place_id", "note_id"),
        sa.Column("local_hour", sa.SmallInteger(), nullable=False),
        *_integers("time", "source_id", "account_id"),
        sa.Column("import_id", sa.Integer()),
        *_integers("created_at"),
        sa.Column("lat", sa.Float()),
        sa.Column("lon", sa.Float()),
        sa.PrimaryKeyConstraint("user_id", "local_day", "id"),
        sa.CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        sa.CheckConstraint("refunded_minor >= 0", name="refund_not_negative"),
        sa.CheckConstraint("local_hour BETWEEN 0 AND 23", name="hour_of_day"),
        sqlite_with_rowid=False,
    )
    op.create_index("facts_by_id", "expense_facts", ["id"], unique=True)
    owner = ["user_id", "currency", "direction"]
    amount = ["amount_minor", "refunded_minor"]
    op.create_index("facts_by_category_amount", "expense_facts", [*owner, "category_id", *amount])
    op.create_index("facts_by_charge", "expense_facts", ["merchant_id", "amount_minor", "time"])
    net = sa.text("(amount_minor - refunded_minor)")
    op.create_index("facts_by_net", "expense_facts", [*owner, net])
    op.create_index("facts_by_amount", "expense_facts", [*owner, *amount, "category_id"])


def _rollup(name: str, *keys: str) -> None:
    op.create_table(
        name,
        *(
            sa.Column(key, sa.Text() if key in _TEXTS else sa.Integer(), nullable=False)
            for key in keys
        ),
        *_integers("count", "amount_minor", "refunded_minor"),
        sa.PrimaryKeyConstraint(*keys),
        sqlite_with_rowid=False,
    )
    op.create_index(f"{name}_empty", name, ["count"], sqlite_where=sa.text("count = 0"))


def _marks() -> None:
    op.create_table(
        "import_marks",
        *_integers("user_id", "created_at", "import_id", "count"),
        sa.PrimaryKeyConstraint("user_id", "created_at", "import_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "import_marks_empty", "import_marks", ["count"], sqlite_where=sa.text("count = 0")
    )
    op.create_table(
        "repeated_charges",
        *_integers("user_id", "local_day", "id", "first_id", "seconds"),
        sa.PrimaryKeyConstraint("user_id", "local_day", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("repeated_charges_by_id", "repeated_charges", ["id"], unique=True)
    op.create_table(
        "amount_norms",
        *_integers("user_id"),
        sa.Column("currency", sa.Text(), nullable=False),
        *_integers("category_id", "count"),
        sa.Column("median_log", sa.Float(), nullable=False),
        sa.Column("spread_log", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "currency", "category_id"),
        sqlite_with_rowid=False,
    )
