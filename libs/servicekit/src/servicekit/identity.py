"""Who is calling: access tokens verified against the JWKS."""

import functools
import threading
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import Flask, Response, g
from flask_jwt_extended import JWTManager, get_jwt, verify_jwt_in_request
from jwt.algorithms import OKPAlgorithm
from jwt.exceptions import InvalidKeyError

from servicekit.logs import get_logger
from servicekit.outbound import NeighbourRefused, NeighbourUnavailable, ServiceClient
from servicekit.problems import Problem, problem_response, standard_problem

ALGORITHM = "EdDSA"
ACCESS_ATTRIBUTE = "__access__"
CLOCK_SKEW_S = 5
_JWKS_PATH = "/auth/.well-known/jwks.json"
_FIRST_FETCH_PAUSE_S = 1.0

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Identity:
    """The caller of the current request.

    Attributes:
        subject: Who holds the token: a user id, or "service:<name>".
        owner_id: Whose data the token opens; "" for a service token without owner.
        role: "user", "admin" or "service".
        scopes: What a service or API token may do; empty for a person's own session.
        session_id: The sign-in that the token belongs to; "" where there is none.
    """

    subject: str
    owner_id: str
    role: str
    scopes: frozenset[str]
    session_id: str
    locale: str
    time_zone: str
    currency: str

    @property
    def is_restricted(self) -> bool:
        """Whether this is a token for a machine, which may only do what its scopes say."""
        return self.role == "service" or bool(self.scopes)


class KeySource(Protocol):
    """Where verification keys come from."""

    def key_for(self, kid: str) -> Ed25519PublicKey | None:
        """The public key of this id, or None where no such key exists."""


class JwksCache:
    """The keys of the identity service, kept so that requests survive its absence.

    Keys older than ttl_s are fetched again; while that fails the old ones serve on. An unknown
    kid fetches at once, but never more often than every min_refetch_s, so that forged ids
    cannot be turned into load on the identity service.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        ttl_s: float = 300.0,
        min_refetch_s: float = 10.0,
    ) -> None:
        base, _, _ = url.partition(_JWKS_PATH)
        self._client = ServiceClient(base, name="auth", timeout_s=(1.0, 3.0), retries=1)
        self._clock = clock
        self._ttl_s = ttl_s
        self._min_refetch_s = min_refetch_s
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._lock = threading.Lock()

    def key_for(self, kid: str) -> Ed25519PublicKey | None:
        """The key of this id, or None where the identity service knows no such key.

        Raises:
            NeighbourUnavailable: No key was ever fetched and none can be now.
        """
        key = self._keys.get(kid)
        if key is not None and not self._is_stale():
            return key
        # Only callers without a key wait for a fetch under way; the others serve on.
        if self._lock.acquire(blocking=key is None):
            try:
                if self._may_fetch():
                    self._fetch()
            finally:
                self._lock.release()
        if self._fetched_at is None:
            raise NeighbourUnavailable("auth")
        return self._keys.get(kid)

    def _is_stale(self) -> bool:
        return self._fetched_at is None or self._clock() - self._fetched_at >= self._ttl_s

    def _may_fetch(self) -> bool:
        # A service that has just started, before the identity service did, asks again soon.
        pause_s = _FIRST_FETCH_PAUSE_S if self._fetched_at is None else self._min_refetch_s
        return self._tried_at is None or self._clock() - self._tried_at >= pause_s

    def _fetch(self) -> None:
        self._tried_at = self._clock()
        try:
            self._keys = parse_jwks(self._client.get_json(_JWKS_PATH))
        except (NeighbourUnavailable, NeighbourRefused):
            get_logger().warning("jwks_fetch_failed", has_keys=bool(self._keys))
        else:
            self._fetched_at = self._tried_at


def parse_jwks(document: object) -> dict[str, Ed25519PublicKey]:
    """The Ed25519 public keys of a JWKS document by kid; other kinds of key are passed over."""
    entries = document.get("keys", []) if isinstance(document, dict) else []
    keys: dict[str, Ed25519PublicKey] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
            continue
        try:
            key = OKPAlgorithm.from_jwk(entry)
        except InvalidKeyError:
            continue
        if isinstance(key, Ed25519PublicKey):
            keys[entry["kid"]] = key
    return keys


def init_identity(app: Flask, *, jwks: KeySource, issuer: str, audience: str) -> None:
    """Make the app verify access tokens with these keys, this issuer and this audience."""
    app.config.update(
        JWT_ALGORITHM=ALGORITHM,
        JWT_DECODE_ALGORITHMS=[ALGORITHM],
        JWT_TOKEN_LOCATION=["headers"],
        JWT_DECODE_ISSUER=issuer,
        JWT_DECODE_AUDIENCE=audience,
        JWT_DECODE_LEEWAY=CLOCK_SKEW_S,
    )
    manager = JWTManager(app)

    @manager.decode_key_loader
    def verification_key(header: dict[str, Any], _claims: dict[str, Any]) -> Ed25519PublicKey:
        kid = header.get("kid")
        key = jwks.key_for(kid) if isinstance(kid, str) else None
        if key is None:
            raise _unauthenticated("The token was not signed by a key that is known here.")
        return key

    _problems_for_tokens(manager)


def _problems_for_tokens(manager: JWTManager) -> None:
    def invalid(_reason: str) -> Response:
        return problem_response(_unauthenticated("The access token is not valid."))

    def missing(_reason: str) -> Response:
        return problem_response(_unauthenticated("Send an access token as a Bearer token."))

    def expired(_header: object, _claims: object) -> Response:
        return problem_response(
            Problem(
                401,
                "token-expired",
                "The access token has expired",
                "Refresh the session and try again.",
                headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
            )
        )

    manager.invalid_token_loader(invalid)
    manager.unauthorized_loader(missing)
    manager.expired_token_loader(expired)


def _unauthenticated(detail: str) -> Problem:
    return standard_problem(401, detail=detail, headers={"WWW-Authenticate": "Bearer"})


def _forbidden(detail: str) -> Problem:
    return standard_problem(403, detail=detail)


def current_identity() -> Identity:
    """The verified caller of the current request.

    Raises:
        RuntimeError: The route does not verify its caller.
    """
    identity: Identity | None = g.get("identity")
    if identity is None:
        raise RuntimeError("this route has no signed_in, admin_only or service_only")
    return identity


def _verify() -> Identity:
    verify_jwt_in_request()
    claims = get_jwt()
    subject = str(claims["sub"])
    role = str(claims.get("role", "user"))
    default_owner = "" if role == "service" else subject
    identity = Identity(
        subject=subject,
        owner_id=str(claims.get("owner", default_owner)),
        role=role,
        scopes=frozenset(str(claims.get("scope", "")).split()),
        session_id=str(claims.get("sid", "")),
        locale=str(claims.get("locale", "zh-CN")),
        time_zone=str(claims.get("tz", "Asia/Shanghai")),
        currency=str(claims.get("cur", "CNY")),
    )
    g.identity = identity
    return identity


def _guard(access: str, check: Callable[[Identity], None]) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            check(_verify())
            return view(*args, **kwargs)

        return _marked(guarded, access=access, security=[{"bearer": []}])

    return decorate


def _marked(view: Any, *, access: str, security: list[dict[str, list[str]]]) -> Any:
    # flask-smorest reads _apidoc; the copy keeps decorated methods from sharing one dict.
    apidoc = deepcopy(getattr(view, "_apidoc", {}))
    apidoc.setdefault("manual_doc", {})["security"] = security
    view._apidoc = apidoc  # noqa: SLF001 - the attribute that flask-smorest documents with
    setattr(view, ACCESS_ATTRIBUTE, access)
    return view


def signed_in(scope: str | None = None) -> Callable[[View], View]:
    """A route for signed-in people, and for machines' tokens that carry the scope.

    Without a scope, machines' tokens are refused.
    """

    def check(identity: Identity) -> None:
        if identity.is_restricted and (scope is None or scope not in identity.scopes):
            raise _forbidden("The token lacks the scope for this.")
        if not identity.owner_id:
            raise _forbidden("The token does not say whose data it is for.")

    return _guard(f"signed_in:{scope or ''}", check)


def admin_only(view: View) -> View:
    """A route for administrators' own sessions."""

    def check(identity: Identity) -> None:
        if identity.role != "admin" or identity.is_restricted:
            raise _forbidden("Only an administrator may do this.")

    return _guard("admin_only", check)(view)


def service_only(scope: str) -> Callable[[View], View]:
    """A route for other services' tokens that carry the scope."""

    def check(identity: Identity) -> None:
        if identity.role != "service" or scope not in identity.scopes:
            raise _forbidden("Only a service with the right scope may do this.")

    return _guard(f"service_only:{scope}", check)


def public(view: View) -> View:
    """A route that anyone may call; the mark makes that a decision and not an oversight."""

    @functools.wraps(view)
    def open_view(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    marked: View = _marked(open_view, access="public", security=[])
    return marked
