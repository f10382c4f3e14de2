"""How many attempts are allowed. Only refused ones count, so a busy household never notices."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter


@dataclass(frozen=True, slots=True)
class _Rule:
    endpoint: str
    limit: str
    key: Callable[[], str]
    counts: Callable[[Response], bool]


def _address() -> str:
    return request.remote_addr or ""


def _field_and_address(name: str) -> Callable[[], str]:
    def key() -> str:
        body: Any = request.get_json(silent=True) if request.is_json else request.form
        value = body.get(name, "") if hasattr(body, "get") else ""
        # Hashed: keys are stored, and identifiers are personal data.
        text = f"{str(value).strip().casefold()}\0{_address()}"
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    return key


def _is_unauthorised(response: Response) -> bool:
    return response.status_code in {401, 403}


def _always(_response: Response) -> bool:
    return True


_RULES = (
    _Rule("sessions.Login", "20 per minute", _field_and_address("identifier"), _is_unauthorised),
    _Rule("sessions.Login", "300 per minute", _address, _is_unauthorised),
    _Rule("sessions.Register", "60 per minute", _address, _always),
    _Rule("sessions.Refresh", "120 per minute", _address, _is_unauthorised),
    _Rule("keys.Token", "20 per minute", _field_and_address("client_id"), _is_unauthorised),
)


def init_limits(app: Flask, *, storage_uri: str, storage_options: dict[str, Any]) -> Limiter:
    """Limit the routes where secrets can be guessed; call it after the blueprints are there."""
    limiter = Limiter(
        key_func=_address,
        app=app,
        storage_uri=storage_uri,
        storage_options=storage_options,
        strategy="fixed-window",
    )
    for rule in _RULES:
        view: Any = app.view_functions[rule.endpoint]
        limit = limiter.limit(rule.limit, key_func=rule.key, deduct_when=rule.counts)
        app.view_functions[rule.endpoint] = limit(view)
    return limiter
