"""The first tables: reports, the jobs that make them, and the keys of repeated requests."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_jobs()
    _create_idempotency_keys()
    _create_reports()


def _create_jobs() -> None:
    unfinished = sa.text("state IN ('queued', 'running')")
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.String()),
        sa.Column("state", sa.String(), nullable=False, server_default="queued"),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("token", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("run_after", sa.Float(), nullable=False),
        sa.Column("lease_until", sa.Float()),
        sa.Column("done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("total", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("stage", sa.String(), nullable=False, server_default=""),
        sa.Column("error_code", sa.String()),
        sa.Column("error_text", sa.String()),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("started_at", sa.Float()),
        sa.Column("finished_at", sa.Float()),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'failed')", name="ck_jobs_state"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_due", "jobs", ["state", "run_after"])
    op.create_index("uq_jobs_dedupe", "jobs", ["dedupe_key"], unique=True, sqlite_where=unfinished)


def _create_idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("owner_id", sa.String(), primary_key=True),
        sa.Column("route", sa.String(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("headers", sa.Text()),
        sa.Column("created_at", sa.Float(), nullable=False),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])


def _create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("job_id", sa.Integer(), sa.ForeignKey("jobs.id")),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("period_first", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("file_path", sa.String()),
        sa.Column("size_bytes", sa.Integer()),
        sa.Column("sha256", sa.String()),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("finished_at", sa.Float()),
        sa.CheckConstraint("format IN ('pdf', 'docx', 'zip')", name="ck_reports_format"),
        sa.CheckConstraint("period_first < period_end", name="ck_reports_period"),
        sa.CheckConstraint(
            "(file_path IS NULL) = (sha256 IS NULL) AND (file_path IS NULL) = (size_bytes IS NULL)",
            name="ck_reports_file_whole",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reports_user_id_id", "reports", ["user_id", "id"])
