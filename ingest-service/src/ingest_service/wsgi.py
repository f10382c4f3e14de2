"""The web process: builds the application from the environment, nothing else."""

import os

from ingest_service.app import create_app
from ingest_service.config import Config
from servicekit.logs import configure_logs

configure_logs(service="ingest", level=os.environ.get("LOG_LEVEL", "INFO"))
app = create_app(Config.from_env())
