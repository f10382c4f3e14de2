"""The background process: `python -m ingest_service.worker`."""

import os

from ingest_service.app import create_worker
from ingest_service.config import Config, use_temporary_dir
from servicekit.logs import configure_logs


def main() -> None:
    """Work until SIGTERM."""
    configure_logs(service="ingest-worker", level=os.environ.get("LOG_LEVEL", "INFO"))
    config = Config.from_env()
    use_temporary_dir(config)
    create_worker(config).run_forever()


if __name__ == "__main__":
    main()
