"""The background process: `python -m ingest_service.worker`."""

from __future__ import annotations

import os

from ingest_service.app import create_worker
from ingest_service.config import Config


def main() -> None:
    """Work until SIGTERM."""
    config = Config.from_env()
    config.temporary_dir.mkdir(parents=True, exist_ok=True)
    # Staging lives in SQLite's temporary files; /tmp may be small or read-only.
    os.environ.setdefault("SQLITE_TMPDIR", str(config.temporary_dir))
    create_worker(config).run_forever()


if __name__ == "__main__":
    main()
