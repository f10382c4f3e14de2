"""The web process: builds the application from the environment, nothing else."""

import os

from ingest_service.app import create_app
from ingest_service.config import Config, use_temporary_dir
from servicekit.logs import configure_logs

configure_logs(service="ingest", level=os.environ.get("LOG_LEVEL", "INFO"))
config = Config.from_env()
use_temporary_dir(config)
app = create_app(config)
