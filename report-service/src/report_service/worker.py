"""The background process: fetches figures, draws, writes files."""

import os
import sys

from report_service.app import SERVICE, create_worker
from report_service.config import Config, ConfigError, WorkerConfig
from report_service.rendering.fonts import FontsMissing
from servicekit.logs import configure_logs


def main() -> int:
    """The exit status of a worker that was told to stop, or 2 for settings that cannot work."""
    configure_logs(service=SERVICE, level=os.environ.get("LOG_LEVEL", "INFO"))
    try:
        worker = create_worker(Config.from_env(), WorkerConfig.from_env())
    except (ConfigError, FontsMissing) as error:
        sys.stderr.write(f"report worker: {error}\n")
        return 2
    worker.run_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
