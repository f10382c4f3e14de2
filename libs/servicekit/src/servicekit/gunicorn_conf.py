"""gunicorn's settings for every service: gunicorn -c python:servicekit.gunicorn_conf app."""

import gc
import json
import logging
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

bind = os.environ.get("BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
worker_class = "gthread"
# Longer than the gateway's own 60 s, so that the gateway is always the one that closes.
keepalive = 75
timeout = 60
graceful_timeout = 20
max_requests = 0
# SQLite connections must be opened after the fork.
preload_app = False
# The control socket would be made under the home folder, which containers have not;
# nothing here uses it.
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
# gunicorn's own lines in the form of all the others.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "servicekit.gunicorn_conf.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "INFO", "handlers": []},
    "loggers": {
        "gunicorn.error": {
            "level": loglevel.upper(),
            "handlers": ["stderr"],
            "propagate": False,
            "qualname": "gunicorn.error",
        },
    },
}
forwarded_allow_ips = "127.0.0.1"


class LineFormatter(logging.Formatter):
    """One JSON object a line; the parent process does without structlog to stay small."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        fields = {
            "event": "gunicorn",
            "detail": record.getMessage(),
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, tz=UTC).isoformat(),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


def _worker_tmp_dir() -> str | None:
    # A heartbeat file on a slow disk can stall a worker; memory never does.
    memory = Path("/dev/shm")  # noqa: S108 - gunicorn makes an unnamed file there
    if os.access(memory, os.W_OK):
        return str(memory)
    data_dir = os.environ.get("DATA_DIR")
    if data_dir:
        path = Path(data_dir) / "tmp"
        path.mkdir(parents=True, exist_ok=True)
        return str(path)
    return None


worker_tmp_dir = _worker_tmp_dir()

if workers > 1 and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    # Not below DATA_DIR: replicas share that volume and count process ids from the same start.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="metrics-")


def post_worker_init(_worker: Any) -> None:
    """Take what loading has made out of the collector's sight: it lives as long as the process.

    Else an answer of a few thousand objects now and then starts a search through all libraries:
    40 to 50 ms, which was the slowest twentieth of the charts' answers.
    """
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, worker: Any) -> None:
    """Let the gauges of a worker that ended be forgotten."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    """Remove the metrics files of this run."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
