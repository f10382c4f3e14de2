"""The web process: gunicorn -c python:servicekit.gunicorn_conf forecast_service.wsgi:app."""

from forecast_service.app import create_app
from forecast_service.config import Config
from servicekit.logs import configure_logs

config = Config.from_env()
configure_logs(service="forecast", level=config.log_level)
app = create_app(config)
