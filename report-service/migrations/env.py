"""Alembic's entry: the kit does the rest."""

from report_service.store.tables import metadata
from servicekit.sqlite import run_alembic_env

run_alembic_env(metadata)
