"""The tables of the forecast database.

Read model (rebuilt from the change feed): feed_cursor, owners, categories, purchases, daily_totals.
Answers: answers, forecasts, backtests. Work: models, jobs, idempotency_keys.
Days are counted from 1970-01-01, amounts are minor units, instants are epoch seconds.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from servicekit.idempotency import idempotency_table
from servicekit.jobs import jobs_table

metadata = MetaData()

# A text and no comparison with a parameter: only so does SQLite use the partial index.
IS_EMPTY = text("purchases = 0")

feed_cursor = Table(
    "feed_cursor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("epoch", String, nullable=False),
    Column("seq", Integer, nullable=False),
    CheckConstraint("id = 1", name="ck_feed_cursor_single"),
)

# The newest change of each user: what tells whether a kept answer is still current.
owners = Table(
    "owners",
    metadata,
    Column("user_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
)

categories = Table(
    "categories",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("user_id", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("code", String),
    Column("parent_id", Integer),
    # Serves the walk down a user's category tree.
    Index("ix_categories_parent", "user_id", "parent_id"),
)

# Only what counts: expenses that are not deleted and have something left after refunds.
purchases = Table(
    "purchases",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("user_id", Integer, nullable=False),
    Column("currency", String, nullable=False),
    Column("category_id", Integer, nullable=False),
    Column("local_day", Integer, nullable=False),
    Column("merchant", String, nullable=False),
    Column("net_minor", Integer, nullable=False),
    CheckConstraint("net_minor > 0", name="ck_purchases_net"),
    # Serves the search for recurring bills: groups by payee and category without a sort.
    Index(
        "ix_purchases_payee",
        "user_id",
        "currency",
        "merchant",
        "category_id",
        "local_day",
        "net_minor",
    ),
)

# Kept level with purchases in the same transaction; category_id 0 stands for none.
daily_totals = Table(
    "daily_totals",
    metadata,
    Column("user_id", Integer, primary_key=True),
    Column("currency", String, primary_key=True),
    Column("local_day", Integer, primary_key=True),
    Column("category_id", Integer, primary_key=True),
    Column("net_minor", Integer, nullable=False),
    Column("purchases", Integer, nullable=False),
    # Serves the deletion of days whose last purchase went away; holds nothing between pages.
    Index("ix_daily_totals_empty", "user_id", sqlite_where=IS_EMPTY),
    sqlite_with_rowid=False,
)

answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, nullable=False),
    Column("currency", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("period", String, nullable=False),
    Column("horizon", Integer, nullable=False),
    Column("method", String, nullable=False),
    Column("origin", Date, nullable=False),
    Column("as_of_seq", Integer, nullable=False),
    Column("serving_version", String, nullable=False),
    Column("model_version", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("reason", String),
    Column("history_days", Integer, nullable=False),
    # Total, recurring bills, other currencies: read and written whole, never searched.
    Column("document", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    UniqueConstraint(
        "user_id", "currency", "scope", "period", "horizon", "method", "origin",
        name="uq_answers_question",
    ),
    # Serves the deletion of answers that have aged.
    Index("ix_answers_created_at", "created_at"),
)  # fmt: skip

forecasts = Table(
    "forecasts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("answer_id", ForeignKey("answers.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", Integer, nullable=False),
    Column("period", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("method", String, nullable=False),
    Column("date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    # Minor units, as all amounts; the name is that of the published data model.
    Column("predicted_amount", Integer, nullable=False),
    Column("lower_80", Integer, nullable=False),
    Column("upper_80", Integer, nullable=False),
    Column("lower_95", Integer, nullable=False),
    Column("upper_95", Integer, nullable=False),
    Column("currency", String, nullable=False),
    Column("model_version", String, nullable=False),
    Column("created_at", Float, nullable=False),
    CheckConstraint("period IN ('day', 'week', 'month', 'year')", name="ck_forecasts_period"),
    CheckConstraint(
        "0 <= lower_95 AND lower_95 <= lower_80 AND lower_80 <= predicted_amount"
        " AND predicted_amount <= upper_80 AND upper_80 <= upper_95",
        name="ck_forecasts_bands",
    ),
    # Serves reading an answer's items in order, and the deletion with the answer.
    Index("ix_forecasts_answer", "answer_id", "date"),
)

backtests = Table(
    "backtests",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("answer_id", ForeignKey("answers.id", ondelete="CASCADE"), nullable=False),
    Column("origin", Date, nullable=False),
    Column("predicted_amount", Integer, nullable=False),
    Column("lower_80", Integer, nullable=False),
    Column("upper_80", Integer, nullable=False),
    Column("lower_95", Integer, nullable=False),
    Column("upper_95", Integer, nullable=False),
    Column("actual_amount", Integer, nullable=False),
    Column("average_amount", Integer, nullable=False),
    # Serves reading an answer's back-tests, and the deletion with the answer.
    Index("ix_backtests_answer", "answer_id", "origin"),
)

# What a training job of this service brought; versions that came otherwise are not listed here.
models = Table(
    "models",
    metadata,
    Column("job_id", Integer, primary_key=True, autoincrement=False),
    Column("version", String),
    Column("promoted", Integer, nullable=False),
    Column("reason", String),
    Column("metrics", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    CheckConstraint("promoted IN (0, 1)", name="ck_models_promoted"),
)

jobs = jobs_table(metadata)
idempotency_keys = idempotency_table(metadata)
