"""Maintenance verbs: migrate, rebuild, status."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from analytics_service.config import MIGRATIONS_DIR, Config
from analytics_service.consumer import create_consumer
from analytics_service.domain.feed import FeedPage
from servicekit.sqlite import migrate


class _NoFeed:
    """Stands in where a verb needs the writer alone."""

    def page(self, *, after: int, limit: int) -> FeedPage:
        raise NotImplementedError


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status of the verb."""
    parser = argparse.ArgumentParser(prog="analytics_service.cli", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("migrate", help="bring the database to the newest revision")
    verbs.add_parser("rebuild", help="forget the read model; the worker reads the feed anew")
    verbs.add_parser("status", help="say how far the read model has come along the feed")
    verb = parser.parse_args(arguments).verb
    if verb == "migrate":
        data_dir = Path(os.environ["DATA_DIR"])
        migrate(database_path=data_dir / "analytics.sqlite3", migrations_dir=MIGRATIONS_DIR)
        return 0
    consumer = create_consumer(Config.from_env(), feed=_NoFeed())
    if verb == "rebuild":
        consumer.rebuild()
        return 0
    state = consumer.writer.feed_state()
    pulled = "never" if state.pulled_at is None else str(state.pulled_at)
    sys.stdout.write(f"epoch={state.epoch} seq={state.seq} pulled_at={pulled}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
