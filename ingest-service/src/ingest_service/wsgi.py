"""The web process: builds the application from the environment, nothing else."""

from ingest_service.app import create_app
from ingest_service.config import Config

app = create_app(Config.from_env())
