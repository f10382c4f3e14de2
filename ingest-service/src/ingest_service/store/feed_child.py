"""The process that makes one page of the feed: `python -m ...feed_child DATABASE AFTER LIMIT`.

The Arrow IPC stream goes to stdout. Where the database cannot be read, or nobody reads on, it ends
with a status other than 0, and the stream without its end.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from adbc_driver_manager import Error as AdbcError

from ingest_service.store.arrow_feed import arrow_blocks


def main() -> int:
    """The exit status: 0 where the whole page was written."""
    database, after, limit = sys.argv[1:]
    try:
        with os.fdopen(os.dup(1), "wb") as out:
            for block in arrow_blocks(Path(database), after=int(after), limit=int(limit)):
                out.write(block)
                out.flush()
    except BrokenPipeError:
        return 1
    except (AdbcError, OSError) as error:
        _note_failure(type(error).__name__)
        return 1
    return 0


def _note_failure(kind: str) -> None:
    """Log it; only then the logs are loaded, for which every page would wait a third longer."""
    from servicekit.logs import configure_logs, get_logger

    configure_logs(service="ingest-feed", level=os.environ.get("LOG_LEVEL", "INFO"))
    get_logger().error("feed_page_failed", kind=kind)


if __name__ == "__main__":
    # Nothing is left to tidy up, and pyarrow takes its time to leave.
    os._exit(main())
