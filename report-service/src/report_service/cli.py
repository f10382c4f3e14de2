"""Maintenance verbs: migrate, sweep."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from report_service.app import open_store, utc_now
from report_service.config import DATABASE_NAME, MIGRATIONS_DIR, Config
from report_service.store.files import ReportFolder
from servicekit.sqlite import migrate


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status of the verb."""
    parser = argparse.ArgumentParser(prog="report_service.cli", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("migrate", help="bring the database to the newest revision")
    verbs.add_parser("sweep", help="remove old files that belong to no report")
    verb = parser.parse_args(arguments).verb
    if verb == "migrate":
        data_dir = Path(os.environ["DATA_DIR"])
        migrate(database_path=data_dir / DATABASE_NAME, migrations_dir=MIGRATIONS_DIR)
        return 0
    config = Config.from_env()
    _, _, store = open_store(config, utc_now)
    removed = ReportFolder(config.data_dir).sweep(store.known_paths())
    sys.stdout.write(f"removed={removed}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
