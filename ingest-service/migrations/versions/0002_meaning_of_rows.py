"""Links with a verdict, rules with conditions, mappings, claims, and why rows were ignored."""

import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("categories", sa.Column("import_id", sa.Integer()))
    _extend_imports()
    _extend_expenses()
    _extend_links()
    _extend_import_errors()
    _extend_rules()
    _generalise_updates()
    _add_tables()
    op.get_bind().execute(
        sa.text("INSERT INTO meta (key, value) VALUES ('link_key', :key)"),
        {"key": secrets.token_hex(32)},
    )


def _extend_imports() -> None:
    op.add_column(
        "imports", sa.Column("rows_updated", sa.Integer(), server_default="0", nullable=False)
    )
    for name in ("mapping", "header_signature", "preview", "header", "sources"):
        op.add_column("imports", sa.Column(name, sa.String()))
    op.add_column("imports", sa.Column("repair_of", sa.Integer()))


def _extend_expenses() -> None:
    op.add_column("expenses", sa.Column("category_confidence", sa.Float()))
    op.add_column(
        "expenses", sa.Column("pending", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "expenses", sa.Column("stated_direction", sa.String(), server_default="", nullable=False)
    )
    op.add_column("expenses", sa.Column("content", sa.LargeBinary()))
    op.add_column("expenses", sa.Column("edited", sa.String(), server_default="", nullable=False))
    _rebuild(
        "expenses",
        [
            (
                "IN ('rule', 'user', 'file', 'default')",
                "IN ('rule', 'user', 'file', 'default', 'model')",
            )
        ],
    )
    op.create_index(
        "ix_expenses_unsettled",
        "expenses",
        ["user_id", "source", "external_id"],
        sqlite_where=sa.text("(pending = 1 OR closed = 1) AND external_id <> ''"),
    )


def _extend_links() -> None:
    op.drop_index("uq_links_by_refund", table_name="links")
    op.add_column(
        "links", sa.Column("status", sa.String(), server_default="linked", nullable=False)
    )
    op.add_column("links", sa.Column("reason", sa.String(), server_default="{}", nullable=False))
    op.add_column("links", sa.Column("score", sa.Float(), server_default="1", nullable=False))
    op.add_column("links", sa.Column("import_id", sa.Integer()))
    op.add_column(
        "links", sa.Column("created_at", sa.Integer(), server_default="0", nullable=False)
    )
    kinds = "CHECK (kind IN ('refund'))"
    allowed = (
        "CHECK (kind IN ('refund', 'same_payment', 'own_transfer')),"
        " CONSTRAINT ck_links_status"
        " CHECK (status IN ('linked', 'proposed', 'confirmed', 'rejected'))"
    )
    _rebuild("links", [(kinds, allowed)])
    op.create_index("uq_links_by_pair", "links", ["from_id", "to_id", "kind"], unique=True)
    op.create_index(
        "uq_links_in_force",
        "links",
        ["from_id", "kind"],
        unique=True,
        sqlite_where=sa.text("status IN ('linked', 'confirmed')"),
    )
    op.create_index("ix_links_list_of_user", "links", ["user_id", "status", "id"])


def _extend_import_errors() -> None:
    op.add_column(
        "import_errors",
        sa.Column(
            "kind",
            sa.String(),
            sa.CheckConstraint("kind IN ('error', 'ignored')", name="ck_import_errors_kind"),
            server_default="error",
            nullable=False,
        ),
    )
    op.add_column("import_errors", sa.Column("repaired_by", sa.Integer()))
    op.drop_index("ix_import_errors_of_import", table_name="import_errors")
    op.create_index("ix_import_errors_of_import", "import_errors", ["import_id", "row", "id"])


def _extend_rules() -> None:
    op.create_table(
        "rules_next",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Integer(), server_default="1", nullable=False),
        sa.Column("origin", sa.String(), server_default="user", nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.CheckConstraint("enabled IN (0, 1)", name="ck_rules_enabled"),
        sa.CheckConstraint("origin IN ('user', 'learnt')", name="ck_rules_origin"),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO rules_next (id, user_id, conditions, category_id, position, created_at)"
        " SELECT id, user_id, json_array(json_object('field', field, 'op', 'contains',"
        " 'value', contains)), category_id, position, created_at FROM rules"
    )
    op.drop_table("rules")
    op.rename_table("rules_next", "rules")
    op.create_index("ix_rules_list_of_user", "rules", ["user_id", "position", "id"])


def _generalise_updates() -> None:
    op.add_column(
        "import_updates", sa.Column("before", sa.String(), server_default="{}", nullable=False)
    )
    op.execute(
        "UPDATE import_updates SET before ="
        " json_object('stated_refund_minor', stated_refund_before_minor)"
    )
    op.drop_column("import_updates", "stated_refund_before_minor")
    op.create_index("ix_import_updates_by_row", "import_updates", ["expense_id"])


def _add_tables() -> None:
    op.create_table(
        "import_claims",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("last_id >= first_id", name="ck_import_claims_run"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"]),
        sa.PrimaryKeyConstraint("import_id", "first_id"),
    )
    op.create_index("ix_import_claims_by_row", "import_claims", ["first_id", "last_id"])
    op.create_table(
        "mappings",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("header_signature", sa.String(), nullable=False),
        sa.Column("mapping", sa.String(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_mappings_by_header", "mappings", ["user_id", "header_signature"], unique=True
    )
    op.create_table(
        "category_models",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("trained_at", sa.Integer(), nullable=False),
        sa.Column("corrections", sa.Integer(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )


def _rebuild(table: str, replacements: Sequence[tuple[str, str]]) -> None:
    """The table again under other constraints, which SQLite cannot change in place.

    Reflection forgets partial indexes and checks, so the statements that the database keeps are
    used again.
    """
    bind = op.get_bind()
    kept = bind.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL"),
        {"table": table},
    ).all()
    (statement,) = [sql for kind, sql in kept if kind == "table"]
    for before, after in replacements:
        if before not in statement:
            raise RuntimeError(f"{table} has no constraint {before}")
        statement = statement.replace(before, after)
    head, brace, body = statement.partition("(")
    bind.exec_driver_sql(f"{head.replace(table, table + '_next')}{brace}{body}")
    bind.exec_driver_sql(f"INSERT INTO {table}_next SELECT * FROM {table}")  # noqa: S608 - our own names
    bind.exec_driver_sql(f"DROP TABLE {table}")
    bind.exec_driver_sql(f"ALTER TABLE {table}_next RENAME TO {table}")
    for kind, sql in kept:
        if kind == "index":
            bind.exec_driver_sql(sql)
