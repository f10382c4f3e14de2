"""The background process: `python -m ingest_service.worker`."""

from ingest_service.app import create_worker
from ingest_service.config import Config


def main() -> None:
    """Work until SIGTERM."""
    create_worker(Config.from_env()).run_forever()


if __name__ == "__main__":
    main()
