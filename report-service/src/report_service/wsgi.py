"""The web process's entry."""

import os

from report_service.app import SERVICE, create_app
from report_service.config import Config
from servicekit.logs import configure_logs

configure_logs(service=SERVICE, level=os.environ.get("LOG_LEVEL", "INFO"))
app = create_app(Config.from_env())
