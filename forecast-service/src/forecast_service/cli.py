"""Maintenance: python -m forecast_service.cli migrate | install-baseline."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from forecast_service.clients.model_folder import ModelFolder
from forecast_service.config import BASELINE_DIR, MIGRATIONS_DIR, Config
from servicekit.logs import configure_logs


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status of one maintenance verb."""
    parser = argparse.ArgumentParser(prog="python -m forecast_service.cli")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("migrate", help="bring the database to the newest revision")
    verbs.add_parser(
        "install-baseline", help="give the model server its first version where it has none"
    )
    arguments = parser.parse_args(argv)
    config = Config.from_env()
    configure_logs(service="forecast-cli", level=config.log_level)
    if arguments.verb == "migrate":
        from servicekit.sqlite import migrate

        migrate(database_path=config.database_path, migrations_dir=MIGRATIONS_DIR)
        return 0
    installed = ModelFolder(config.model_dir).install(BASELINE_DIR / "spending" / "1", version="1")
    sys.stdout.write("installed\n" if installed else "already there\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
