"""A child of the worker: reads on while many changes wait, makes the missing indexes, and ends.

What takes memory, pyarrow and a million rows on their way, ends with it; the worker stays small.
"""

import os
import sys

from sqlalchemy.exc import OperationalError

from analytics_service.app import SERVICE, create_consumer
from analytics_service.config import Config
from analytics_service.domain.errors import FeedCorrupt, FeedUnavailable
from analytics_service.lean import leave_out_pandas
from servicekit.logs import configure_logs, get_logger
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable


def main() -> int:
    """0 once nothing is waiting, 1 where the feed or the database did not allow it."""
    configure_logs(service=SERVICE, level=os.environ.get("LOG_LEVEL", "INFO"))
    leave_out_pandas()
    config = Config.from_env()
    consumer = create_consumer(config)
    try:
        while consumer.pull():
            config.heartbeat_path.touch()
    except (
        FeedUnavailable,
        FeedCorrupt,
        NeighbourUnavailable,
        NeighbourRefused,
        OperationalError,
    ) as error:
        get_logger().warning("load_failed", kind=type(error).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
