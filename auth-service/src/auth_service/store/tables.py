"""The tables of this service. Instants are integer epoch seconds unless a comment says else."""

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
)

metadata = MetaData()

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("phone", String, unique=True),
    Column("email", String, unique=True),
    Column("password_hash", String, nullable=False),
    Column("role", String, nullable=False),
    Column("status", String, nullable=False),
    Column("created_at", Integer, nullable=False),
    CheckConstraint("phone IS NOT NULL OR email IS NOT NULL", name="ck_users_identifier"),
    CheckConstraint("role IN ('user', 'admin')", name="ck_users_role"),
    CheckConstraint("status IN ('active', 'disabled')", name="ck_users_status"),
    # Ids are never given out again: other services keep rows by them.
    sqlite_autoincrement=True,
)

settings = Table(
    "settings",
    metadata,
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("theme", String, nullable=False),
    Column("chart_prefs", Text, nullable=False),
    Column("refresh_interval_sec", Integer, nullable=False),
    Column("locale", String, nullable=False),
    Column("time_zone", String, nullable=False),
    Column("currency", String, nullable=False),
    Column("updated_at", Integer, nullable=False),
    CheckConstraint("json_valid(chart_prefs)", name="ck_settings_chart_prefs"),
    CheckConstraint("refresh_interval_sec >= 0", name="ck_settings_refresh_interval_sec"),
)

login_logs = Table(
    "login_logs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE")),
    Column("login_time", Integer, nullable=False),
    Column("ip", String, nullable=False),
    Column("ua", String, nullable=False),
    Column("outcome", String, nullable=False),
    CheckConstraint(
        "outcome IN ('success', 'wrong-password', 'unknown-identifier', 'disabled')",
        name="ck_login_logs_outcome",
    ),
    # Serves GET /auth/login-logs: one user's attempts, newest first.
    Index("ix_login_logs_user", "user_id", "id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("last_used_at", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False),
    Column("revoked_at", Integer),
    Column("ip", String, nullable=False),
    Column("ua", String, nullable=False),
    # Serves GET /auth/sessions and the ending of all sessions of a user.
    Index("ix_sessions_user", "user_id", "last_used_at"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("session_id", String, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    # Fractions of a second matter to the grace for races.
    Column("issued_at", Float, nullable=False),
    Column("used_at", Float),
    # Serves the clean-up of a session's used tokens.
    Index("ix_refresh_tokens_session", "session_id", "used_at"),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", String, primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("private_key_encrypted", LargeBinary, nullable=False),
    Column("created_at", Integer, nullable=False),
    # Published at once, signing from here on.
    Column("activates_at", Integer, nullable=False),
    # No longer published from here on; NULL for the newest key.
    Column("expires_at", Integer),
)

rate_limits = Table(
    "rate_limits",
    metadata,
    Column("key", String, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("expires_at", Float, nullable=False),
    # Serves the clean-up of windows that have passed.
    Index("ix_rate_limits_expires_at", "expires_at"),
)
