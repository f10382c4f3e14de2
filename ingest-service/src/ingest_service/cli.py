"""Maintenance verbs: `python -m ingest_service.cli migrate`."""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Sequence

from sqlalchemy import text

from ingest_service.app import MIGRATIONS
from ingest_service.config import Config
from servicekit.logs import configure_logs
from servicekit.sqlite import migrate, open_engine, write_transaction


def main(argv: Sequence[str] | None = None) -> None:
    """Run one verb."""
    parser = argparse.ArgumentParser(prog="ingest_service.cli")
    parser.add_argument("verb", choices=("migrate", "new-epoch"))
    verb = parser.parse_args(argv).verb
    configure_logs(service="ingest-cli", level=os.environ.get("LOG_LEVEL", "INFO"))
    config = Config.from_env()
    if verb == "migrate":
        migrate(database_path=config.database_path, migrations_dir=MIGRATIONS)
    else:
        new_epoch(config)


def new_epoch(config: Config) -> None:
    """Tell all consumers of the change feed to start over, as after a restored backup."""
    with write_transaction(open_engine(config.database_path)) as connection:
        connection.execute(
            text("UPDATE meta SET value = :epoch WHERE key = 'epoch'"),
            {"epoch": secrets.token_hex(16)},
        )


if __name__ == "__main__":
    main()
