"""Wires the service together; the only place that does."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine
from werkzeug.middleware.proxy_fix import ProxyFix

from auth_service.api import account, admin, keys, sessions
from auth_service.api.common import EXTENSION, Parts
from auth_service.api.errors import ERRORS, init_limit_errors
from auth_service.api.limits import init_limits
from auth_service.config import Config
from auth_service.domain.grants import ServiceClients
from auth_service.domain.passwords import PasswordHasher
from auth_service.domain.tokens import TokenIssuer
from auth_service.store.rate_limits import SCHEME
from auth_service.store.signing_keys import KeyRing
from auth_service.store.uow import SqlUnitOfWork
from auth_service.usecases.context import Context
from servicekit.identity import KeySource
from servicekit.logs import configure_logs
from servicekit.sqlite import assert_at_head, open_engine
from servicekit.web import create_base_app

MIGRATIONS_DIR = Path(__file__).resolve().parents[2] / "migrations"
_MAX_BODY_BYTES = 64 * 1024


def utc_now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def build_key_ring(config: Config, engine: Engine, *, clock: Callable[[], datetime]) -> KeyRing:
    """The signing keys of this configuration's database."""
    return KeyRing(engine, encryption_secret=config.key_encryption_secret, clock=clock)


def build_context(
    config: Config, engine: Engine, key_ring: KeyRing, *, clock: Callable[[], datetime]
) -> Context:
    """The parts that the use cases work with."""
    return Context(
        uow=SqlUnitOfWork(engine),
        hasher=PasswordHasher(pepper=config.pepper, rounds=config.bcrypt_rounds),
        tokens=TokenIssuer(
            key_ring, issuer=config.token_issuer, audience=config.token_audience, clock=clock
        ),
        clients=ServiceClients(secrets=config.client_secrets),
        clock=clock,
    )


def create_app(
    config: Config,
    *,
    clock: Callable[[], datetime] = utc_now,
    jwks: KeySource | None = None,
) -> Flask:
    """The web application.

    Args:
        config: The checked configuration.
        clock: The present instant, for tests.
        jwks: Verification keys, for tests; else this service's own.

    Raises:
        DatabaseNotMigrated: Run the migrations first.
        KeysUnreadable: The stored signing keys belong to another encryption secret.
    """
    configure_logs(service="auth", level=config.log_level)
    engine = open_engine(config.database_path)
    assert_at_head(engine, MIGRATIONS_DIR)
    key_ring = build_key_ring(config, engine, clock=clock)
    key_ring.signing_key()
    app, api = create_base_app(
        __name__,
        service="auth",
        mapping=ERRORS,
        jwks=jwks or key_ring,
        issuer=config.token_issuer,
        audience=config.token_audience,
        readiness={"database": lambda: assert_at_head(engine, MIGRATIONS_DIR)},
        title="Identity",
        max_body_bytes=_MAX_BODY_BYTES,
    )
    app.extensions[EXTENSION] = Parts(
        context=build_context(config, engine, key_ring, clock=clock),
        jwks=key_ring.jwks,
        cookie_secure=config.cookie_secure,
    )
    for blueprint in (sessions.blueprint, account.blueprint, admin.blueprint, keys.blueprint):
        api.register_blueprint(blueprint)
    if config.rate_limits_enabled:
        limiter = init_limits(app, storage_uri=f"{SCHEME}://", storage_options={"engine": engine})
        init_limit_errors(app, limiter)
    # The gateway appends the true client address; without a gateway the header is not there.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.trusted_proxies)  # type: ignore[method-assign]
    return app
