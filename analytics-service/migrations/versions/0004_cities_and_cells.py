"""City and cell of each fact, and the rollups behind the heat maps, made of the facts there are.

Cities come with the feed: ingest looks for those of old rows and tells of them as changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TEXTS = {"currency", "direction"}
_OWNER = ("user_id", "currency", "direction")
_ROLLUPS = {
    "monthly_city": ("month", "category_id", "city_id"),
    "areas": ("area",),
    "monthly_area": ("month", "category_id", "area"),
}
_NEAR = "CAST({name} * 10000 + {offset} AS INTEGER) - {offset}"
# The nearest step may be one off, since the product is rounded: the comparison decides.
_CELLS = f"""
    UPDATE expense_facts SET cell = (
        SELECT min(y + (lat >= (y + 1) / 10000.0) - (lat < y / 10000.0) + 900000, 1799999)
             * 4000000
             + min(x + (lon >= (x + 1) / 10000.0) - (lon < x / 10000.0) + 1800000, 3599999)
        FROM (SELECT {_NEAR.format(name="lat", offset=900_000)} AS y,
                     {_NEAR.format(name="lon", offset=1_800_000)} AS x)
    )
    WHERE lat IS NOT NULL AND lon IS NOT NULL
"""  # noqa: S608 - our own names
_COLUMNS = {
    "month": "CAST(strftime('%Y', local_day * 86400, 'unixepoch') AS INTEGER) * 12"
    " + CAST(strftime('%m', local_day * 86400, 'unixepoch') AS INTEGER) - 1",
    "area": "CASE cell WHEN -1 THEN -1"
    " ELSE cell / 4000000 / 100 * 4000000 + cell % 4000000 / 100 END",
}


def upgrade() -> None:
    op.create_table(
        "cities",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
        sqlite_with_rowid=False,
    )
    for name, default in (("city_id", "0"), ("cell", "-1")):
        column = sa.Column(name, sa.Integer(), nullable=False, server_default=default)
        op.add_column("expense_facts", column)
    op.execute(_CELLS)
    op.create_index(
        "facts_by_cell",
        "expense_facts",
        [*_OWNER, "cell", "amount_minor", "refunded_minor", "local_day", "category_id"],
        sqlite_where=sa.text("cell >= 0"),
    )
    for name, keys in _ROLLUPS.items():
        _rollup(name, *_OWNER, *keys)


def _rollup(name: str, *keys: str) -> None:
    op.create_table(
        name,
        *(
            sa.Column(key, sa.Text() if key in _TEXTS else sa.Integer(), nullable=False)
            for key in keys
        ),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("count", "amount_minor", "refunded_minor")
        ),
        sa.PrimaryKeyConstraint(*keys),
        sqlite_with_rowid=False,
    )
    op.create_index(f"{name}_empty", name, ["count"], sqlite_where=sa.text("count = 0"))
    told = ", ".join(f"{_COLUMNS[key]} AS {key}" if key in _COLUMNS else key for key in keys)
    sums = "count(*), sum(amount_minor), sum(refunded_minor)"
    op.execute(
        f"INSERT INTO {name} SELECT {told}, {sums} FROM expense_facts"  # noqa: S608 - our own names
        f" GROUP BY {', '.join(str(at) for at in range(1, len(keys) + 1))}"
    )
