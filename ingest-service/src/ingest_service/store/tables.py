"""The tables that ingest owns; every index names the query that it serves."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    text,
)

from servicekit.idempotency import idempotency_table
from servicekit.jobs import jobs_table

metadata = MetaData()

# epoch: made once by the first migration; a restored backup gets a new one.
meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

# One row: the counter that every change of an expense or a category takes its number from.
change_counter = Table(
    "change_counter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("value", Integer, nullable=False),
    CheckConstraint("id = 1", name="ck_change_counter_single"),
)

categories = Table(
    "categories",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("code", String),
    Column("parent_id", Integer, ForeignKey("categories.id")),
    Column("position", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("deleted", Integer, nullable=False, server_default="0"),
    CheckConstraint("deleted IN (0, 1)", name="ck_categories_deleted"),
    CheckConstraint("length(name) BETWEEN 1 AND 60", name="ck_categories_name"),
    # Serves the tree of one user, and keeps codes unique in it.
    Index(
        "uq_categories_tree_by_code",
        "user_id",
        "code",
        unique=True,
        sqlite_where=text("deleted = 0 AND code IS NOT NULL"),
    ),
    Index("ix_categories_tree_of_user", "user_id", "position"),
    # Serves GET /internal/changes.
    Index("uq_categories_feed_by_seq", "seq", unique=True),
    sqlite_autoincrement=True,
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("filename", String, nullable=False),
    Column("file_path", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("requested_profile", String),
    Column("profile", String),
    Column("time_zone", String, nullable=False),
    Column("currency", String, nullable=False),
    Column("locale", String, nullable=False),
    Column("dry_run", Integer, nullable=False, server_default="0"),
    Column("status", String, nullable=False),
    Column("rows_total", Integer, nullable=False, server_default="0"),
    Column("rows_success", Integer, nullable=False, server_default="0"),
    Column("rows_failed", Integer, nullable=False, server_default="0"),
    Column("rows_duplicate", Integer, nullable=False, server_default="0"),
    Column("rows_ignored", Integer, nullable=False, server_default="0"),
    Column("last_seq", Integer),
    Column("error_code", String),
    Column("error_detail", String),
    Column("job_id", Integer),
    Column("created_at", Integer, nullable=False),
    Column("finished_at", Integer),
    CheckConstraint(
        "status IN ('queued', 'running', 'succeeded', 'partial', 'failed', 'undone',"
        " 'needs_mapping', 'needs_password')",
        name="ck_imports_status",
    ),
    CheckConstraint("dry_run IN (0, 1)", name="ck_imports_dry_run"),
    # Serves GET /data/imports, newest first.
    Index("ix_imports_list_of_user", "user_id", "id"),
    # Serves the question whether the same bytes came before.
    Index("ix_imports_same_bytes", "user_id", "sha256"),
    sqlite_autoincrement=True,
)

expenses = Table(
    "expenses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("time", Integer, nullable=False),
    # Days since 1970-01-01 on the owner's calendar.
    Column("local_day", Integer, nullable=False),
    Column("local_hour", Integer, nullable=False),
    Column("local_weekday", Integer, nullable=False),
    Column("amount_minor", Integer, nullable=False),
    # What the row's own statement says came back; refunded_minor also counts linked refunds.
    Column("stated_refund_minor", Integer, nullable=False, server_default="0"),
    Column("refunded_minor", Integer, nullable=False, server_default="0"),
    Column("currency", String, nullable=False),
    Column("direction", String, nullable=False),
    Column("category_id", Integer, ForeignKey("categories.id")),
    Column("category_source", String, nullable=False),
    Column("merchant", String, nullable=False, server_default=""),
    Column("place", String, nullable=False, server_default=""),
    Column("lat", Float),
    Column("lon", Float),
    Column("note", String, nullable=False, server_default=""),
    Column("source", String, nullable=False),
    Column("account", String, nullable=False, server_default=""),
    Column("external_id", String, nullable=False, server_default=""),
    Column("order_ref", String, nullable=False, server_default=""),
    # The statement calls this spending closed: no money moved unless a refund says that it did.
    Column("closed", Integer, nullable=False, server_default="0"),
    Column("import_id", Integer, ForeignKey("imports.id")),
    # NULL once undone: then the same row of a file may come again.
    Column("fingerprint", LargeBinary),
    Column("occurrence", Integer, nullable=False, server_default="0"),
    Column("seq", Integer, nullable=False),
    Column("deleted", Integer, nullable=False, server_default="0"),
    Column("created_at", Integer, nullable=False),
    CheckConstraint("amount_minor >= 0", name="ck_expenses_amount"),
    CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="ck_expenses_refunded"),
    CheckConstraint("local_hour BETWEEN 0 AND 23", name="ck_expenses_hour"),
    CheckConstraint("local_weekday BETWEEN 0 AND 6", name="ck_expenses_weekday"),
    CheckConstraint("length(currency) = 3", name="ck_expenses_currency"),
    CheckConstraint(
        "direction IN ('expense', 'income', 'transfer', 'refund', 'neutral')",
        name="ck_expenses_direction",
    ),
    CheckConstraint(
        "category_source IN ('rule', 'user', 'file', 'default')", name="ck_expenses_category_source"
    ),
    CheckConstraint("deleted IN (0, 1) AND closed IN (0, 1)", name="ck_expenses_flags"),
    # Serves the duplicate check of imports. Fingerprints begin with the time, so that the index
    # grows at its end as statements do, instead of at random.
    Index(
        "uq_expenses_identity",
        "user_id",
        "fingerprint",
        "occurrence",
        unique=True,
        sqlite_where=text("fingerprint IS NOT NULL"),
    ),
    # Serves GET /expenses and exports in order of time.
    Index("ix_expenses_list_by_time", "user_id", "time", "id", sqlite_where=text("deleted = 0")),
    # Serves undo and the rows of one import.
    Index("ix_expenses_rows_of_import", "import_id", sqlite_where=text("import_id IS NOT NULL")),
    # Serves the search for the spending that a refund gives back.
    Index(
        "ix_expenses_refunds_of_user",
        "user_id",
        sqlite_where=text("direction = 'refund' AND deleted = 0"),
    ),
    # Serves GET /internal/changes.
    Index("uq_expenses_feed_by_seq", "seq", unique=True),
    sqlite_autoincrement=True,
)

links = Table(
    "links",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("kind", String, nullable=False),
    # For a refund: from the refund to the spending that it gives back.
    Column("from_id", Integer, ForeignKey("expenses.id"), nullable=False),
    Column("to_id", Integer, ForeignKey("expenses.id"), nullable=False),
    Column("amount_minor", Integer, nullable=False),
    CheckConstraint("kind IN ('refund')", name="ck_links_kind"),
    CheckConstraint("amount_minor >= 0", name="ck_links_amount"),
    # Serves the links of a row in both directions; a refund gives back one spending.
    Index("uq_links_by_refund", "from_id", "kind", unique=True),
    Index("ix_links_by_original", "to_id"),
    sqlite_autoincrement=True,
)

import_errors = Table(
    "import_errors",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
    Column("row", Integer, nullable=False),
    Column("sheet", String),
    Column("field", String),
    Column("code", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("raw", String, nullable=False),
    # Serves GET /data/imports/ID/errors.
    Index("ix_import_errors_of_import", "import_id", "id"),
    sqlite_autoincrement=True,
)

# What an import changed on rows that were there before it, so that undo can restore them.
import_updates = Table(
    "import_updates",
    metadata,
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),
    Column("expense_id", Integer, ForeignKey("expenses.id"), primary_key=True),
    Column("stated_refund_before_minor", Integer, nullable=False),
)

rules = Table(
    "rules",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("field", String, nullable=False),
    Column("contains", String, nullable=False),
    Column("category_id", Integer, ForeignKey("categories.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
    CheckConstraint("field IN ('merchant', 'note', 'keywords', 'any')", name="ck_rules_field"),
    CheckConstraint("length(contains) BETWEEN 1 AND 200", name="ck_rules_contains"),
    # Serves GET /rules and every import.
    Index("ix_rules_list_of_user", "user_id", "position", "id"),
    sqlite_autoincrement=True,
)

jobs = jobs_table(metadata)
idempotency_keys = idempotency_table(metadata)
