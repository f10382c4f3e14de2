"""What tests of services share: tokens of a made-up identity service, and reflective checks."""

import inspect
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from flask import Flask
from jwt.algorithms import OKPAlgorithm

from servicekit.identity import ACCESS_ATTRIBUTE, ALGORITHM

ISSUER = "expense-platform"
AUDIENCE = "expense-platform"
BASE_ROUTES = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs.css"})
_IMPLICIT_METHODS = frozenset({"HEAD", "OPTIONS"})


class StaticKeys:
    """A key source with fixed keys."""

    def __init__(self, keys: Mapping[str, Ed25519PublicKey]) -> None:
        self._keys = dict(keys)

    def key_for(self, kid: str) -> Ed25519PublicKey | None:
        """The key of this id, or None."""
        return self._keys.get(kid)


class TokenMint:
    """Issues access tokens like the identity service's, signed by a key of its own."""

    def __init__(self, *, issuer: str = ISSUER, audience: str = AUDIENCE) -> None:
        self._private_key = Ed25519PrivateKey.generate()
        self._issuer = issuer
        self._audience = audience
        self.kid = uuid.uuid4().hex

    @property
    def jwks(self) -> StaticKeys:
        """The key source to give to create_app(jwks=...)."""
        return StaticKeys({self.kid: self._private_key.public_key()})

    @property
    def jwks_document(self) -> dict[str, Any]:
        """The same keys as the identity service would serve them."""
        key: dict[str, Any] = OKPAlgorithm.to_jwk(self._private_key.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": self.kid, "use": "sig", "alg": ALGORITHM}]}

    def token(
        self,
        owner_id: str = "1",
        role: str = "user",
        scopes: Sequence[str] = (),
        **claims: object,
    ) -> str:
        """A token; extra claims replace the usual ones, and a claim of None is left out."""
        now = int(time.time())
        subject = "service:test" if role == "service" else owner_id
        payload: dict[str, object] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": subject,
            "owner": owner_id or None,
            "role": role,
            "sid": "session-1",
            "jti": uuid.uuid4().hex,
            "iat": now,
            "nbf": now,
            "exp": now + 600,
            "type": "access",
            "scope": " ".join(scopes) or None,
            "locale": "zh-CN",
            "tz": "Asia/Shanghai",
            "cur": "CNY",
            **claims,
        }
        kept = {name: value for name, value in payload.items() if value is not None}
        headers = {"kid": self.kid}
        return jwt.encode(kept, self._private_key, algorithm=ALGORITHM, headers=headers)

    def headers(
        self,
        owner_id: str = "1",
        role: str = "user",
        scopes: Sequence[str] = (),
        **claims: object,
    ) -> dict[str, str]:
        """The Authorization header with such a token."""
        return {"Authorization": f"Bearer {self.token(owner_id, role, scopes, **claims)}"}


def route_access(app: Flask) -> dict[str, str | None]:
    """The access mark of every "METHOD /rule" of the app; None where a route has none."""
    access: dict[str, str | None] = {}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        view_class = getattr(view, "view_class", None)
        for method in (rule.methods or set()) - _IMPLICIT_METHODS:
            handler = getattr(view_class, method.lower(), view) if view_class else view
            access[f"{method} {rule.rule}"] = getattr(handler, ACCESS_ATTRIBUTE, None)
    return access


def unguarded_routes(app: Flask) -> set[str]:
    """Routes that neither verify their caller nor are marked public."""
    return {route for route, access in route_access(app).items() if access is None}


def public_routes(app: Flask) -> set[str]:
    """Routes marked public beyond those of the kit."""
    return {
        route
        for route, access in route_access(app).items()
        if access == "public" and route.partition(" ")[2] not in BASE_ROUTES
    }


def undocumented_routes(app: Flask) -> set[str]:
    """Routes that the OpenAPI document leaves out, those of the kit aside."""
    document = app.test_client().get("/openapi.json").get_json()
    documented = {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }
    return {
        route
        for rule in app.url_map.iter_rules()
        if rule.rule not in BASE_ROUTES
        for method in (rule.methods or set()) - _IMPLICIT_METHODS
        if (route := f"{method} {_openapi_path(rule.rule)}") not in documented
    }


def _openapi_path(rule: str) -> str:
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)


def unmapped_errors(
    base: type[Exception], mapping: Mapping[type[Exception], object]
) -> set[type[Exception]]:
    """Concrete subclasses of a service's base error that the mapping does not reach."""
    found: set[type[Exception]] = set()
    for error in base.__subclasses__():
        if not error.__subclasses__() and not any(issubclass(error, key) for key in mapping):
            found.add(error)
        found |= unmapped_errors(error, mapping)
    return found


def undocumented_variables(config_class: type, readme: Path) -> set[str]:
    """Environment variables that a config module reads and the README does not name."""
    module = inspect.getmodule(config_class)
    source = inspect.getsource(module) if module else ""
    text = readme.read_text(encoding="utf-8")
    named = set(re.findall(r"[\"']([A-Z][A-Z0-9_]{2,})[\"']", source))
    return {name for name in named if not re.search(rf"\b{name}\b", text)}
