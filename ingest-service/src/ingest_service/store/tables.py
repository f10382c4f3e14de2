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
    Text,
    text,
)

from servicekit.idempotency import idempotency_table
from servicekit.jobs import jobs_table

metadata = MetaData()

# epoch: made once by the first migration; a restored backup gets a new one.
# link_key: signs download links.
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
    # The import whose file named the category first; undo removes it where it stands empty.
    Column("import_id", Integer),
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
    # Of rows_duplicate: rows that were known and that this file changed.
    Column("rows_updated", Integer, nullable=False, server_default="0"),
    # JSON: which column means what, as guessed (needs_mapping) or as it was used.
    Column("mapping", String),
    Column("header_signature", String),
    # JSON: the first rows, for the page that asks for a mapping.
    Column("preview", String),
    # JSON {sheet: header cells}: what the repair file begins with.
    Column("header", String),
    # JSON {source: [first time, last time, rows]}: where partners of other rows may be found.
    Column("sources", String),
    # The import whose failed rows this file repairs.
    Column("repair_of", Integer),
    Column("last_seq", Integer),
    Column("error_code", String),
    Column("error_detail", String),
    # JSON: what the sentence of error_code tells.
    Column("error_params", Text),
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
    # How sure the classifier was, 0 to 1, where category_source is model.
    Column("category_confidence", Float),
    Column("merchant", String, nullable=False, server_default=""),
    Column("place", String, nullable=False, server_default=""),
    Column("lat", Float),
    Column("lon", Float),
    # Of domain.places, "" where none is known; NULL until somebody has looked.
    Column("city", String),
    Column("note", String, nullable=False, server_default=""),
    Column("source", String, nullable=False),
    Column("account", String, nullable=False, server_default=""),
    Column("external_id", String, nullable=False, server_default=""),
    Column("order_ref", String, nullable=False, server_default=""),
    # The statement calls this spending closed: no money moved unless a refund says that it did.
    Column("closed", Integer, nullable=False, server_default="0"),
    # Not settled yet: a later statement may change time, amount and texts.
    Column("pending", Integer, nullable=False, server_default="0"),
    # What the statement said, where a link or its owner made direction something else; else "".
    Column("stated_direction", String, nullable=False, server_default=""),
    # Names of the columns that a person changed; no later statement touches them.
    Column("edited", String, nullable=False, server_default=""),
    # Hash of what the statement says; NULL where statements differed (see import_updates).
    Column("content", LargeBinary),
    Column("import_id", Integer, ForeignKey("imports.id")),
    # NULL once undone: then the same row of a file may come again.
    Column("fingerprint", LargeBinary),
    Column("occurrence", Integer, nullable=False, server_default="0"),
    Column("seq", Integer, nullable=False),
    Column("deleted", Integer, nullable=False, server_default="0"),
    # Which deletion of many rows took it away, where it can be taken back.
    Column("deletion_id", Integer),
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
        "category_source IN ('rule', 'user', 'file', 'default', 'model')",
        name="ck_expenses_category_source",
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
    # Serves GET /expenses, /expenses/count and /expenses/positions, and exports in order of time.
    # What follows the id is what filters and sums read: a rare category or merchant among a
    # million rows is then found in the index alone, four times as fast. It grows at its end, as
    # statements do.
    Index(
        "ix_expenses_list_by_time",
        "user_id",
        "time",
        "id",
        "local_day",
        "category_id",
        "direction",
        "currency",
        "amount_minor",
        "refunded_minor",
        "merchant",
        sqlite_where=text("deleted = 0"),
    ),
    # Serves undo and the rows of one import.
    Index("ix_expenses_rows_of_import", "import_id", sqlite_where=text("import_id IS NOT NULL")),
    # Serves the taking back of a deletion.
    Index(
        "ix_expenses_rows_of_deletion",
        "deletion_id",
        sqlite_where=text("deletion_id IS NOT NULL"),
    ),
    # Serves the search for the spending that a refund gives back.
    Index(
        "ix_expenses_refunds_of_user",
        "user_id",
        sqlite_where=text("(direction = 'refund' OR stated_direction = 'refund') AND deleted = 0"),
    ),
    # Serves the search for the row that a statement now tells as settled.
    Index(
        "ix_expenses_unsettled",
        "user_id",
        "source",
        "external_id",
        sqlite_where=text("(pending = 1 OR closed = 1) AND external_id <> ''"),
    ),
    # Serves the search for rows whose city is to be found; mostly empty.
    Index(
        "ix_expenses_unplaced",
        "id",
        sqlite_where=text("city IS NULL AND deleted = 0 AND (place <> '' OR lat IS NOT NULL)"),
    ),
    # Serves GET /internal/changes.
    Index("uq_expenses_feed_by_seq", "seq", unique=True),
    sqlite_autoincrement=True,
)

deletions = Table(
    "deletions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    # JSON {links, moved}: the links that went with the rows, and what they did to rows that stayed.
    Column("ties", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    # Serves GET /expenses/deletions.
    Index("ix_deletions_of_user", "user_id", "id"),
    sqlite_autoincrement=True,
)

# The cities in which rows are, with what the feed tells of them.
cities = Table(
    "cities",
    metadata,
    Column("code", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("name_en", String, nullable=False),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("seq", Integer, nullable=False),
    # Serves GET /internal/changes.
    Index("uq_cities_feed_by_seq", "seq", unique=True),
)

links = Table(
    "links",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    # refund: from the refund to the spending that it gives back. same_payment: from the row that
    # no longer counts to the row that does. own_transfer: from money out to money in.
    Column("kind", String, nullable=False),
    Column("from_id", Integer, ForeignKey("expenses.id"), nullable=False),
    Column("to_id", Integer, ForeignKey("expenses.id"), nullable=False),
    Column("amount_minor", Integer, nullable=False),
    # linked and confirmed are in force; rejected is kept, so that it is not proposed again.
    Column("status", String, nullable=False, server_default="linked"),
    # JSON {code, params}: why the two belong together.
    Column("reason", String, nullable=False, server_default="{}"),
    Column("score", Float, nullable=False, server_default="1"),
    # The import after which the link was found.
    Column("import_id", Integer),
    Column("created_at", Integer, nullable=False, server_default="0"),
    CheckConstraint("kind IN ('refund', 'same_payment', 'own_transfer')", name="ck_links_kind"),
    CheckConstraint(
        "status IN ('linked', 'proposed', 'confirmed', 'rejected')", name="ck_links_status"
    ),
    CheckConstraint("amount_minor >= 0", name="ck_links_amount"),
    # A pair is judged once.
    Index("uq_links_by_pair", "from_id", "to_id", "kind", unique=True),
    # A row is given away once: a refund gives back one spending, a payment is one other row.
    Index(
        "uq_links_in_force",
        "from_id",
        "kind",
        unique=True,
        sqlite_where=text("status IN ('linked', 'confirmed')"),
    ),
    Index("ix_links_by_original", "to_id"),
    # Serves the page on which links are confirmed or split.
    Index("ix_links_list_of_user", "user_id", "status", "id"),
    sqlite_autoincrement=True,
)

import_errors = Table(
    "import_errors",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
    # error: the row could not be read; ignored: it is no transaction, and code says why.
    Column("kind", String, nullable=False, server_default="error"),
    Column("row", Integer, nullable=False),
    Column("sheet", String),
    Column("field", String),
    Column("code", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("raw", String, nullable=False),
    # The import of a repair file that stored the row after all.
    Column("repaired_by", Integer),
    CheckConstraint("kind IN ('error', 'ignored')", name="ck_import_errors_kind"),
    # Serves GET /data/imports/ID/errors, in the order of the file.
    Index("ix_import_errors_of_import", "import_id", "row", "id"),
    sqlite_autoincrement=True,
)

# Where an import's file tells a known row otherwise than the file before it; undo puts the row
# together again from what the remaining files say.
import_updates = Table(
    "import_updates",
    metadata,
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),
    Column("expense_id", Integer, ForeignKey("expenses.id"), primary_key=True),
    # JSON: the columns that the import changed, as they were; and under "base" and "own" what
    # the first file and this one say where they differ.
    Column("before", String, nullable=False),
    # Serves undo and the next import of the same row.
    Index("ix_import_updates_by_row", "expense_id"),
)

# Rows that an import's file also holds: the import that stored them can be undone without them.
import_claims = Table(
    "import_claims",
    metadata,
    Column("import_id", Integer, ForeignKey("imports.id"), primary_key=True),
    # A run of ids, since the rows of a statement mostly stand together.
    Column("first_id", Integer, primary_key=True),
    Column("last_id", Integer, nullable=False),
    CheckConstraint("last_id >= first_id", name="ck_import_claims_run"),
    # Serves undo: who else holds these rows.
    Index("ix_import_claims_by_row", "first_id", "last_id"),
)

rules = Table(
    "rules",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("name", String, nullable=False, server_default=""),
    # JSON [{field, op, value}]: all must hold.
    Column("conditions", String, nullable=False),
    Column("category_id", Integer, ForeignKey("categories.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("enabled", Integer, nullable=False, server_default="1"),
    # user: written by hand; learnt: made of a correction.
    Column("origin", String, nullable=False, server_default="user"),
    Column("created_at", Integer, nullable=False),
    CheckConstraint("enabled IN (0, 1)", name="ck_rules_enabled"),
    CheckConstraint("origin IN ('user', 'learnt')", name="ck_rules_origin"),
    # Serves GET /rules and every import.
    Index("ix_rules_list_of_user", "user_id", "position", "id"),
    sqlite_autoincrement=True,
)

# What the user said of a file's columns, remembered by its header.
mappings = Table(
    "mappings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("header_signature", String, nullable=False),
    Column("mapping", String, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("used_at", Integer, nullable=False),
    # Serves every upload that no profile knows.
    Index("uq_mappings_by_header", "user_id", "header_signature", unique=True),
    sqlite_autoincrement=True,
)

# One classifier for each user who has corrected enough; the shipped one serves the others.
category_models = Table(
    "category_models",
    metadata,
    Column("user_id", Integer, primary_key=True),
    Column("trained_at", Integer, nullable=False),
    # Corrections that it has seen.
    Column("corrections", Integer, nullable=False),
    Column("weights", LargeBinary, nullable=False),
)

jobs = jobs_table(metadata)
idempotency_keys = idempotency_table(metadata)
