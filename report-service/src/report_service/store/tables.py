"""The tables that this service owns."""

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
)

from servicekit.idempotency import idempotency_table
from servicekit.jobs import jobs_table

metadata = MetaData()

jobs = jobs_table(metadata)
idempotency_keys = idempotency_table(metadata)

# The state of an unfinished report is its job's; a report with a file has succeeded.
reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", String, nullable=False),
    Column("job_id", Integer, ForeignKey("jobs.id")),
    Column("title", String, nullable=False),
    Column("format", String, nullable=False),
    Column("period_first", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("request", Text, nullable=False),
    Column("file_path", String),
    Column("size_bytes", Integer),
    Column("sha256", String),
    Column("created_at", Float, nullable=False),
    Column("finished_at", Float),
    CheckConstraint("format IN ('pdf', 'docx', 'zip')", name="ck_reports_format"),
    CheckConstraint("period_first < period_end", name="ck_reports_period"),
    CheckConstraint(
        "(file_path IS NULL) = (sha256 IS NULL) AND (file_path IS NULL) = (size_bytes IS NULL)",
        name="ck_reports_file_whole",
    ),
    # Serves SqliteReportStore.page: an owner's reports, the newest first.
    Index("ix_reports_user_id_id", "user_id", "id"),
    sqlite_autoincrement=True,
)
