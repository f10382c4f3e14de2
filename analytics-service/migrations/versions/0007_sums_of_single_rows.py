"""Amounts and areas by category; indexes of single rows by category and day, and by area."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_OWNER = ("user_id", "currency", "direction")
_TEXTS = {"currency", "direction"}
_WORDS = ("merchant_id", "source_id", "place_id", "city_id", "note_id", "account_id")
_SUMS = ("amount_minor", "refunded_minor")
_AREA = (
    "(CASE WHEN cell < 0 THEN -1 ELSE cell / 4000000 / 100 * 4000000 + cell % 4000000 / 100 END)"
)


def upgrade() -> None:
    _rollup("category_amounts", "charge_minor", told="amount_minor")
    _rollup("category_areas", "area", told=_AREA)
    # The worker makes what is missing of these; after a load that ended early some are.
    for name in ("facts_by_amount", "facts_by_cell"):
        op.drop_index(name, "expense_facts", if_exists=True)
    _index("facts_by_amount", *_SUMS, "category_id", "local_day")
    _index("facts_by_category_day", "category_id", "local_day", *_SUMS, *_WORDS)
    _index("facts_by_area", sa.text(_AREA), "cell", *_SUMS, "local_day", "category_id", *_WORDS)


def _rollup(name: str, key: str, *, told: str) -> None:
    """A rollup by category and one more key, made of the facts there are."""
    keys = (*_OWNER, "category_id", key)
    op.create_table(
        name,
        *(sa.Column(k, sa.Text() if k in _TEXTS else sa.Integer(), nullable=False) for k in keys),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("count", *_SUMS)),
        sa.PrimaryKeyConstraint(*keys),
        sqlite_with_rowid=False,
    )
    op.create_index(f"{name}_empty", name, ["count"], sqlite_where=sa.text("count = 0"))
    op.execute(
        f"INSERT INTO {name} SELECT user_id, currency, direction, category_id, {told},"  # noqa: S608 - our own names
        " count(*), sum(amount_minor), sum(refunded_minor)"
        " FROM expense_facts GROUP BY 1, 2, 3, 4, 5"
    )


def _index(name: str, *columns: str | sa.TextClause) -> None:
    op.create_index(name, "expense_facts", [*_OWNER, *columns])
