"""A child of the worker: reads on while many changes wait, makes the missing indexes, and ends.

What takes memory, pyarrow and a million rows on their way, ends with it; the worker stays small.
The indexes, each of which is sorted in memory, are made by the program begun anew.
"""

import os
import sys
from collections.abc import Sequence

from analytics_service.config import SERVICE, Config
from analytics_service.consumer import TROUBLES, create_consumer
from analytics_service.lean import leave_out_pandas
from servicekit.logs import configure_logs, get_logger

INDEXES = "indexes"


def main(arguments: Sequence[str]) -> int:
    """0 once nothing is waiting, 1 where the feed or the database did not allow it.

    Without arguments the process goes on as the program that makes the indexes.
    """
    makes_indexes = INDEXES in arguments
    configure_logs(service=SERVICE, level=os.environ.get("LOG_LEVEL", "INFO"))
    leave_out_pandas()
    config = Config.from_env()
    consumer = create_consumer(config)
    try:
        while consumer.pull(with_indexes=makes_indexes):
            config.heartbeat_path.touch()
    except TROUBLES as error:
        get_logger().warning("load_failed", kind=type(error).__name__)
        return 1
    if not makes_indexes:
        again = [sys.executable, "-m", "analytics_service.load", INDEXES]
        os.execv(sys.executable, again)  # noqa: S606 - no shell is wanted
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
