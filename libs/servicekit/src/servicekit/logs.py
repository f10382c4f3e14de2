"""JSON logs: one line per event, a constant message plus fields, the request id on every line."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_WORDS = ("password", "token", "secret", "authorization", "cookie", "amount", "pepper")
_REDACTED = "[redacted]"


def get_logger(**fields: object) -> structlog.stdlib.BoundLogger:
    """A logger; call it with a constant message and keyword fields."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("app", **fields)
    return logger


def redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The event with fields that name a secret or an amount blanked, whatever the caller did."""
    for key in event:
        if any(word in key.lower() for word in _SECRET_WORDS):
            event[key] = _REDACTED
    return event


def configure_logs(*, service: str, level: str = "INFO") -> None:
    """Send structlog's and the standard library's records to stderr as JSON lines."""
    processors = _shared_processors(service)
    structlog.configure(
        processors=[*processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for old in [handler for handler in root.handlers if isinstance(handler, _StderrHandler)]:
        root.removeHandler(old)
    handler = _StderrHandler()
    handler.setFormatter(json_formatter(service))
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def json_formatter(service: str = "") -> logging.Formatter:
    """A formatter that writes any record as one JSON line."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared_processors(service),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def _shared_processors(service: str) -> list[structlog.typing.Processor]:
    def add_service(
        _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_service,
        redact,
        structlog.processors.format_exc_info,
    ]


class _StderrHandler(logging.StreamHandler[Any]):
    """Writes to whatever sys.stderr is at that moment, so that captured tests stay quiet."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def bind_request_id(request_id: str) -> None:
    """Start a fresh logging context for one request or job."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


def current_request_id() -> str | None:
    """The id of the request or job under way in this thread, if any."""
    value = structlog.contextvars.get_contextvars().get("request_id")
    return value if isinstance(value, str) else None
