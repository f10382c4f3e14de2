"""The first tables, the counter of changes, and the epoch of the change feed."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("deleted IN (0, 1)", name="ck_categories_deleted"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 60", name="ck_categories_name"),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["categories.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_categories_tree_of_user", "categories", ["user_id", "position"], unique=False
    )
    op.create_index("uq_categories_feed_by_seq", "categories", ["seq"], unique=True)
    op.create_index(
        "uq_categories_tree_by_code",
        "categories",
        ["user_id", "code"],
        unique=True,
        sqlite_where=sa.text("deleted = 0 AND code IS NOT NULL"),
    )
    op.create_table(
        "change_counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_change_counter_single"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "route", "key"),
    )
    op.create_index(
        "ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("file_path", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("requested_profile", sa.String(), nullable=True),
        sa.Column("profile", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("dry_run", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("rows_total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_success", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_duplicate", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_ignored", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_detail", sa.String(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'partial', 'failed', 'undone',"
            " 'needs_mapping', 'needs_password')",
            name="ck_imports_status",
        ),
        sa.CheckConstraint("dry_run IN (0, 1)", name="ck_imports_dry_run"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_imports_list_of_user", "imports", ["user_id", "id"], unique=False)
    op.create_index("ix_imports_same_bytes", "imports", ["user_id", "sha256"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=True),
        sa.Column("state", sa.String(), server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("token", sa.Integer(), server_default="0", nullable=False),
        sa.Column("run_after", sa.Float(), nullable=False),
        sa.Column("lease_until", sa.Float(), nullable=True),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stage", sa.String(), server_default="", nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_text", sa.String(), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("started_at", sa.Float(), nullable=True),
        sa.Column("finished_at", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'failed')", name="ck_jobs_state"
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_due", "jobs", ["state", "run_after"], unique=False)
    op.create_index(
        "uq_jobs_dedupe",
        "jobs",
        ["dedupe_key"],
        unique=True,
        sqlite_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "expenses",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("time", sa.Integer(), nullable=False),
        sa.Column("local_day", sa.Integer(), nullable=False),
        sa.Column("local_hour", sa.Integer(), nullable=False),
        sa.Column("local_weekday", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.Column("stated_refund_minor", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refunded_minor", sa.Integer(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("category_source", sa.String(), nullable=False),
        sa.Column("merchant", sa.String(), server_default="", nullable=False),
        sa.Column("place", sa.String(), server_default="", nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("account", sa.String(), server_default="", nullable=False),
        sa.Column("external_id", sa.String(), server_default="", nullable=False),
        sa.Column("order_ref", sa.String(), server_default="", nullable=False),
        sa.Column("closed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("occurrence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "category_source IN ('rule', 'user', 'file', 'default')",
            name="ck_expenses_category_source",
        ),
        sa.CheckConstraint(
            "direction IN ('expense', 'income', 'transfer', 'refund', 'neutral')",
            name="ck_expenses_direction",
        ),
        sa.CheckConstraint("amount_minor >= 0", name="ck_expenses_amount"),
        sa.CheckConstraint("deleted IN (0, 1) AND closed IN (0, 1)", name="ck_expenses_flags"),
        sa.CheckConstraint("length(currency) = 3", name="ck_expenses_currency"),
        sa.CheckConstraint("local_hour BETWEEN 0 AND 23", name="ck_expenses_hour"),
        sa.CheckConstraint("local_weekday BETWEEN 0 AND 6", name="ck_expenses_weekday"),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND amount_minor", name="ck_expenses_refunded"
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.id"],
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["imports.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_expenses_list_by_time",
        "expenses",
        ["user_id", "time", "id"],
        unique=False,
        sqlite_where=sa.text("deleted = 0"),
    )
    op.create_index(
        "ix_expenses_refunds_of_user",
        "expenses",
        ["user_id"],
        unique=False,
        sqlite_where=sa.text("direction = 'refund' AND deleted = 0"),
    )
    op.create_index(
        "ix_expenses_rows_of_import",
        "expenses",
        ["import_id"],
        unique=False,
        sqlite_where=sa.text("import_id IS NOT NULL"),
    )
    op.create_index("uq_expenses_feed_by_seq", "expenses", ["seq"], unique=True)
    op.create_index(
        "uq_expenses_identity",
        "expenses",
        ["user_id", "fingerprint", "occurrence"],
        unique=True,
        sqlite_where=sa.text("fingerprint IS NOT NULL"),
    )
    op.create_table(
        "import_errors",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=True),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("raw", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["imports.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_import_errors_of_import", "import_errors", ["import_id", "id"], unique=False
    )
    op.create_table(
        "rules",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("contains", sa.String(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "field IN ('merchant', 'note', 'keywords', 'any')", name="ck_rules_field"
        ),
        sa.CheckConstraint("length(contains) BETWEEN 1 AND 200", name="ck_rules_contains"),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rules_list_of_user", "rules", ["user_id", "position", "id"], unique=False)
    op.create_table(
        "import_updates",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("expense_id", sa.Integer(), nullable=False),
        sa.Column("stated_refund_before_minor", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expense_id"],
            ["expenses.id"],
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["imports.id"],
        ),
        sa.PrimaryKeyConstraint("import_id", "expense_id"),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('refund')", name="ck_links_kind"),
        sa.CheckConstraint("amount_minor >= 0", name="ck_links_amount"),
        sa.ForeignKeyConstraint(
            ["from_id"],
            ["expenses.id"],
        ),
        sa.ForeignKeyConstraint(
            ["to_id"],
            ["expenses.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_links_by_original", "links", ["to_id"], unique=False)
    op.create_index("uq_links_by_refund", "links", ["from_id", "kind"], unique=True)
    epoch = sa.text("INSERT INTO meta (key, value) VALUES ('epoch', :epoch)")
    op.get_bind().execute(epoch, {"epoch": secrets.token_hex(16)})
    op.get_bind().execute(sa.text("INSERT INTO change_counter (id, value) VALUES (1, 0)"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
