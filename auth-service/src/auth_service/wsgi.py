"""The web process: gunicorn -c python:servicekit.gunicorn_conf auth_service.wsgi:app."""

from auth_service.app import create_app
from auth_service.config import Config

app = create_app(Config.from_env())
