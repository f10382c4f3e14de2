"""The web process's entry."""

import os

from analytics_service.app import create_app
from analytics_service.config import SERVICE, Config
from servicekit.logs import configure_logs

configure_logs(service=SERVICE, level=os.environ.get("LOG_LEVEL", "INFO"))
app = create_app(Config.from_env())
